//! The cases of subscriptions: something happens to everything in the scene.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CASES, Case, Outcome, Scene, Types, holds};
use crate::support::{Person, Server, Socket};

/// What a viewer is told, or the code of the error.
async fn told(scene: &Scene, server: &Server, case: &Case, types: &Types, viewer: Option<&Person>) -> Value {
    let mut socket = Socket::connect(server, viewer.map(|viewer| viewer.token.as_str())).await;
    socket.subscribe_after("f", &scene.fill(&case.document(types)), None).await;
    // Settles by what is asked for later; a refusal comes before.
    socket.subscribe_after("later", "{ __typename }", None).await;
    let mut told = Vec::new();
    for _ in 0..2 {
        let message = socket.hear().await;
        if message["id"] == "f" {
            return message["payload"]["errors"][0]["extensions"]["code"].clone();
        }
    }
    scene
        .app
        .database
        .run(
            "INSERT INTO live_events (kind, subject) SELECT CASE WHEN is_beacon THEN 'beacon_changed' ELSE 'post_added' END, id
                 FROM posts WHERE parent_id IS NULL;
             INSERT INTO live_events (kind, subject) SELECT 'notified', id FROM notifications;",
        )
        .await;
    while let Some(message) = socket.hear_within(Duration::from_secs(3)).await {
        assert_eq!(message["payload"].get("errors"), None, "{message}");
        told.push(message["payload"]["data"]["f"].clone());
    }
    json!(told)
}

#[tokio::test]
async fn who_is_signed_out_and_who_is_a_stranger_is_told_what_is_theirs() {
    let (types, scene) = (Types::of_the_schema().await, Scene::new().await);
    let server = scene.app.serve().await;
    let cases = CASES.iter().filter(|case| case.root == "Subscription");
    for case in cases {
        for (viewer, outcome) in [(None, &case.signed_out), (Some(&scene.stranger), &case.stranger)] {
            let told = told(&scene, &server, case, &types, viewer).await;
            let is_met = match outcome {
                Outcome::Unauthenticated => told == "UNAUTHENTICATED",
                Outcome::Null => told == json!([]),
                Outcome::Holds(expected) => holds(&told, &serde_json::from_str(expected).unwrap()),
                Outcome::Refused(_) => false,
            };
            assert!(is_met, "{}: expected {outcome:?}: {told}", case.field);
            let secrets: Vec<_> = Scene::secrets_in(&told.to_string(), viewer).collect();
            assert!(secrets.is_empty(), "{} tells {secrets:?}", case.field);
        }
    }
    // They are there to be told: to those whom they are for.
    let all = async |viewer: &Person| {
        let mut all = String::new();
        for case in CASES.iter().filter(|case| case.root == "Subscription") {
            all += &told(&scene, &server, case, &types, Some(viewer)).await.to_string();
        }
        Scene::secrets_in(&all, Some(&scene.stranger)).collect::<Vec<_>>()
    };
    let follower = all(&scene.follower).await;
    for secret in ["followers post", "public post", "signed beacon"] {
        assert!(follower.contains(&format!("hush {secret}")), "{secret} is not among {follower:?}");
    }
    assert!(!follower.contains(&"hush only me".to_owned()), "{follower:?}");
    assert!(all(&scene.owner).await.contains(&"hush only me".to_owned()));
}
