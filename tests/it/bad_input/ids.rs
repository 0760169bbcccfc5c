//! Ids that are malformed, unknown, of another type, or of what does not exist for the viewer: through every field that
//! takes one.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{arguments, refused};
use crate::support::{Beacon, Person, Post, TestApp};

/// What the id is of that a field takes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Profile,
    Post,
    Beacon,
}

/// The queries that take an id: their text, the argument, and what the id is of; `None` means of anything.
const QUERIES: [(&str, &str, &str, Option<Kind>); 4] = [
    ("node", "query($id: ID!) { node(id: $id) { __typename id } }", "id", None),
    ("profile", "query($id: ID!) { profile(by: { id: $id }) { id handle } }", "by.id", Some(Kind::Profile)),
    ("post", "query($id: ID!) { post(id: $id) { id body } }", "id", Some(Kind::Post)),
    ("beacon", "query($id: ID!) { beacon(id: $id) { id body } }", "id", Some(Kind::Beacon)),
];

/// The mutations that take an id: the field, what else its input needs, and what the id is of.
const MUTATIONS: [(&str, &str, Kind); 11] = [
    ("follow", "", Kind::Profile),
    ("unfollow", "", Kind::Profile),
    ("acceptFollowRequest", "", Kind::Profile),
    ("rejectFollowRequest", "", Kind::Profile),
    ("removeFollower", "", Kind::Profile),
    ("editPost", r#", body: "changed""#, Kind::Post),
    ("deletePost", "", Kind::Post),
    ("pinPost", "", Kind::Post),
    ("unpinPost", "", Kind::Post),
    ("resolveBeacon", r#", manageKey: "x""#, Kind::Beacon),
    ("deleteBeacon", "", Kind::Beacon),
];

impl Kind {
    fn field(self) -> &'static str {
        match self {
            Self::Profile => "profileId",
            Self::Post => "postId",
            Self::Beacon => "beaconId",
        }
    }
}

fn mutation(field: &str, more: &str, kind: Kind) -> String {
    let id = kind.field();
    format!("mutation($id: ID!) {{ {field}(input: {{ {id}: $id{more} }}) {{ userErrors {{ code message path }} }} }}")
}

fn malformed() -> Vec<String> {
    let id = Uuid::new_v4();
    let mut ids: Vec<String> =
        ["", " ", "x", "1", "null", "0", "-1", "%00", "' OR 1=1 --", "💥"].map(str::to_owned).to_vec();
    ids.extend([
        id.simple().to_string(),
        id.braced().to_string(),
        id.urn().to_string(),
        format!(" {id}"),
        format!("{id} "),
        format!("{id}\0"),
        format!("\0{}", &id.to_string()[1..]),
        format!("{}g", &id.to_string()[..35]),
        format!("{}é", &id.to_string()[..34]),
        id.to_string()[..35].to_owned(),
        id.to_string().replace('-', "_"),
        "x".repeat(36),
        "x".repeat(30_000),
    ]);
    ids
}

struct Scene {
    app: TestApp,
    ada: Person,
    /// With whether the viewer may see it.
    things: Vec<(&'static str, Uuid, Option<Kind>)>,
}

/// Things that exist for ada, and things that do not: `None` as their kind.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let bob = app.person("bob").await;
    let private = app.private("private").await;
    let blocker = app.person("blocker").await;
    let shunned = app.person("shunned").await;
    let gone = app.person("gone").await;
    app.block(&blocker, &ada).await;
    app.block(&ada, &shunned).await;
    // They ask, and are followed, as far as rows go: it must not help.
    for other in [&blocker, &shunned, &gone] {
        app.follow(other, &ada, "pending").await;
        app.follow(&ada, other, "accepted").await;
    }
    app.set_state(&gone, "suspended").await;
    let post = app.post(&bob, Post::public("hello")).await;
    let beacon = app.beacon(Beacon::at(45.0, -93.0)).await;
    let hidden_post = app.post(&private, Post::public("for followers")).await;
    let hidden_beacon = app.beacon(Beacon { author: Some(private.id), ..Beacon::at(45.0, -93.0) }).await;
    let theirs = app.post(&blocker, Post::public("blocked")).await;
    let expired_at = Some(app.now() - chrono::TimeDelta::seconds(1));
    let expired_post = app.post(&bob, Post { expires_at: expired_at, ..Post::public("expired") }).await;
    let expired_beacon = app.beacon(Beacon { expires_at: expired_at, ..Beacon::at(45.0, -93.0) }).await;
    let deleted = app.post(&bob, Post::public("deleted")).await;
    app.database.run(&format!("UPDATE posts SET deleted_at = created_at WHERE id = '{deleted}'")).await;
    let things = vec![
        ("a profile", bob.id, Some(Kind::Profile)),
        ("a post", post, Some(Kind::Post)),
        ("a beacon", beacon, Some(Kind::Beacon)),
        ("a profile that blocks", blocker.id, None),
        ("a profile that is blocked", shunned.id, None),
        ("a suspended profile", gone.id, None),
        ("a private post", hidden_post, None),
        ("a private beacon", hidden_beacon, None),
        ("a post of who blocks", theirs, None),
        ("an expired post", expired_post, None),
        ("an expired beacon", expired_beacon, None),
        ("a deleted post", deleted, None),
        ("an id that was never used", Uuid::new_v4(), None),
        ("the nil id", Uuid::nil(), None),
    ];
    Scene { app, ada, things }
}

#[tokio::test]
async fn a_query_says_what_is_no_id() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for (field, query, argument, _) in QUERIES {
        for id in malformed() {
            let answer = refused(&app, &ada, query, json!({ "id": id })).await;
            assert_eq!(
                (answer.code().as_str(), arguments(&answer)),
                ("BAD_USER_INPUT", vec![argument.to_owned()]),
                "{id:?}"
            );
            assert_eq!(answer.partial(&format!("/{field}")), Value::Null);
            // Nothing of the value is repeated.
            assert!(id.len() < 20 || !answer.body.contains(&id[..20]), "{}", answer.body);
        }
        // An ID may also be written as a whole number, which no id of ours is.
        assert_eq!(refused(&app, &ada, query, json!({ "id": 7 })).await.code(), "BAD_USER_INPUT");
        for value in [json!(null), json!(1.5), json!(true), json!([]), json!({})] {
            refused(&app, &ada, query, json!({ "id": value })).await;
        }
    }
    let good = ada.id.to_string();
    let answer = app
        .ask_with(
            &ada,
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": [good, "x", "", Uuid::new_v4()] }),
        )
        .await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT", "BAD_USER_INPUT"]);
    assert_eq!(arguments(&answer), ["ids", "ids"]);
    assert_eq!(answer.partial("/nodes"), json!([{ "id": good }, null, null, null]));
    let many: Vec<_> = (0..101).map(|_| Uuid::new_v4()).collect();
    let answer = refused(&app, &ada, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": many })).await;
    assert_eq!((answer.code().as_str(), arguments(&answer)), ("BAD_USER_INPUT", vec!["ids".to_owned()]));
    for by in ["{}", r#"{ id: "x", handle: "y" }"#, "{ id: null }", "{ handle: null }"] {
        let query = format!("{{ profile(by: {by}) {{ id }} }}");
        assert_eq!(refused(&app, &ada, &query, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED", "{by}");
    }
}

#[tokio::test]
async fn what_does_not_exist_for_the_viewer_or_is_something_else_is_null() {
    let Scene { app, ada, things } = scene().await;
    for viewer in [Some(&ada), None] {
        for (field, query, _, takes) in QUERIES {
            let mut nothing = Vec::new();
            for (what, id, kind) in &things {
                // Blocks are between people: who is signed out sees what is public.
                if viewer.is_none() && what.contains("block") {
                    continue;
                }
                let answer = app.ask_with(viewer, query, json!({ "id": id })).await;
                let found = answer.data(&format!("/{field}"));
                if kind.is_some() && (takes.is_none() || takes == *kind) {
                    assert_eq!(found["id"], json!(id), "{what} by {field}");
                } else {
                    assert_eq!(found, Value::Null, "{what} by {field}");
                    nothing.push(answer.body);
                }
            }
            nothing.dedup();
            assert!(nothing.len() <= 1, "{nothing:?}");
        }
        let ids: Vec<_> = things.iter().filter(|(what, ..)| viewer.is_some() || !what.contains("block")).collect();
        let wanted: Vec<_> =
            ids.iter().map(|(_, id, kind)| kind.map_or(Value::Null, |_| json!({ "id": id }))).collect();
        let ids: Vec<_> = ids.iter().map(|(_, id, _)| id).collect();
        let answer =
            app.ask_with(viewer, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        assert_eq!(answer.data("/nodes"), json!(wanted));
    }
    // The viewer is a node by its own id, for itself alone, and is no profile, post or beacon.
    let me = app.ask(&ada, "{ viewer { id } }").await.data("/viewer/id");
    for (field, query, _, takes) in QUERIES {
        let found = app.ask_with(&ada, query, json!({ "id": me })).await.data(&format!("/{field}"));
        assert_eq!(found.is_null(), takes.is_some(), "{field}");
        assert_eq!(app.ask_with(None, query, json!({ "id": me })).await.data(&format!("/{field}")), Value::Null);
    }
}

#[tokio::test]
async fn a_mutation_of_what_does_not_exist_for_the_viewer_changes_nothing() {
    let Scene { app, ada, things } = scene().await;
    let me: Uuid = app.ask(&ada, "{ viewer { id } }").await.data("/viewer/id").as_str().unwrap().parse().unwrap();
    let before = app.database.fingerprint().await;
    for (field, more, takes) in MUTATIONS {
        let query = mutation(field, more, takes);
        for id in malformed() {
            let answer = app.ask_with(&ada, &query, json!({ "id": id })).await;
            assert_eq!(answer.refusals(field), [format!("INVALID input.{}", takes.field())], "{field} {id:?}");
        }
        let mut answers = Vec::new();
        for (what, id, kind) in things.iter().chain([&("the viewer", me, None)]) {
            if *kind == Some(takes) {
                continue;
            }
            let answer = app.ask_with(&ada, &query, json!({ "id": id })).await;
            assert_eq!(answer.refusals(field), [format!("NOT_FOUND input.{}", takes.field())], "{field} of {what}");
            answers.push(answer.body);
        }
        // Byte for byte the same, so that nobody learns what is hidden.
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(app.database.fingerprint().await, before, "{field}");
    }
}

#[tokio::test]
async fn a_mutation_of_what_is_not_the_viewers_is_refused() {
    let Scene { app, ada, things } = scene().await;
    let before = app.database.fingerprint().await;
    for (field, more, takes) in MUTATIONS {
        let (_, id, _) = things.iter().find(|(_, _, kind)| *kind == Some(takes)).unwrap();
        let query = mutation(field, more, takes);
        // Signed out first of all; a beacon can be managed by whoever has its key, signed in or not.
        let answer = app.ask_with(None, &query, json!({ "id": id })).await;
        if takes == Kind::Beacon {
            let path = if more.is_empty() { "beaconId" } else { "manageKey" };
            assert_eq!(answer.refusals(field), [format!("NOT_ALLOWED input.{path}")]);
        } else {
            assert_eq!((answer.code().as_str(), answer.partial("")), ("UNAUTHENTICATED", Value::Null), "{field}");
        }
        let expected = match (field, takes) {
            (_, Kind::Post) => "NOT_ALLOWED input.postId",
            ("resolveBeacon", _) => "NOT_ALLOWED input.manageKey",
            ("deleteBeacon", _) => "NOT_ALLOWED input.beaconId",
            ("acceptFollowRequest", _) => "NOT_FOUND input.profileId",
            // Idempotent, or allowed.
            _ => continue,
        };
        assert_eq!(app.ask_with(&ada, &query, json!({ "id": id })).await.refusals(field), [expected], "{field}");
    }
    for (field, more, takes) in MUTATIONS.iter().filter(|(.., takes)| *takes == Kind::Profile) {
        let answer = app.ask_with(&ada, &mutation(field, more, *takes), json!({ "id": ada.id })).await;
        assert_eq!(answer.refusals(field), ["NOT_ALLOWED input.profileId"], "{field} of oneself");
    }
    assert_eq!(app.database.fingerprint().await, before);
}
