//! Who may resolve and delete a beacon: its signed author, or whoever holds its key.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{create, end, look_up, made, on_map};
use crate::support::TestApp;

const VERBS: [&str; 2] = ["resolveBeacon", "deleteBeacon"];

#[tokio::test]
async fn the_key_of_an_anonymous_beacon_resolves_and_deletes_it_also_signed_out() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (id, key) = made(&create(&app, &ada, json!({})).await);
    let key = key.unwrap();
    let resolved = end(&app, None, "resolveBeacon", id, Some(&key)).await;
    assert_eq!(resolved.data("/resolveBeacon/beacon"), json!({ "id": id, "state": "RESOLVED" }));
    // It has left the map, and can still be looked up.
    assert_eq!(on_map(&app, None).await, (json!([]), json!(0)));
    assert_eq!(look_up(&app, None, id).await["state"], json!("RESOLVED"));
    for falsely in ["", ", falseAlarm: true"] {
        let query = format!(
            r#"mutation {{ resolveBeacon(input: {{ beaconId: "{id}", manageKey: "{key}"{falsely} }}) {{
                beacon {{ id }} userErrors {{ code path }} }} }}"#
        );
        let again = app.ask(None, &query).await;
        assert_eq!(again.refusals("resolveBeacon"), ["CONFLICT input.beaconId"]);
        assert_eq!(again.data("/resolveBeacon/beacon"), Value::Null);
    }
    assert_eq!(look_up(&app, None, id).await["state"], json!("RESOLVED"));
    let deleted = end(&app, None, "deleteBeacon", id, Some(&key)).await;
    assert_eq!(deleted.data("/deleteBeacon/deletedId"), json!(id));
    assert_eq!(look_up(&app, Some(&ada), id).await, Value::Null);
    for verb in VERBS {
        assert_eq!(end(&app, None, verb, id, Some(&key)).await.refusals(verb), ["NOT_FOUND input.beaconId"]);
    }
}

#[tokio::test]
async fn a_false_alarm_is_told_from_what_is_over() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (id, key) = made(&create(&app, &ada, json!({})).await);
    let query = format!(
        r#"mutation {{ resolveBeacon(input: {{ beaconId: "{id}", manageKey: "{}", falseAlarm: true }}) {{
            beacon {{ state }} userErrors {{ code path }} }} }}"#,
        key.unwrap()
    );
    assert_eq!(app.ask(None, &query).await.data("/resolveBeacon/beacon/state"), json!("FALSE_ALARM"));
    assert_eq!(on_map(&app, None).await, (json!([]), json!(0)));
}

#[tokio::test]
async fn without_the_key_nobody_is_the_maker_of_an_anonymous_beacon() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let (id, key) = made(&create(&app, &ada, json!({})).await);
    let (_, other) = made(&create(&app, &ada, json!({})).await);
    let (key, other) = (key.unwrap(), other.unwrap());
    let hash = app.database.text(&format!("SELECT encode(manage_key_hash, 'hex') FROM posts WHERE id = '{id}'")).await;
    let before = app.database.fingerprint().await;
    for verb in VERBS {
        for viewer in [Some(&ada), Some(&ben), None] {
            let keyless = end(&app, viewer, verb, id, None).await;
            assert_eq!(keyless.refusals(verb), ["NOT_ALLOWED input.beaconId"], "{verb}");
            for wrong in ["", "x", &other, &hash, &key[1..], &format!("{key} "), &key.to_lowercase(), "\0"] {
                let answer = end(&app, viewer, verb, id, Some(wrong)).await;
                assert_eq!(answer.refusals(verb), ["NOT_ALLOWED input.manageKey"], "{verb} {wrong:?}");
            }
        }
        let unknown = end(&app, &ada, verb, Uuid::new_v4(), Some(&key)).await;
        assert_eq!(unknown.refusals(verb), ["NOT_FOUND input.beaconId"]);
    }
    assert_eq!(app.database.fingerprint().await, before);
    assert_eq!(on_map(&app, None).await.1, json!(2));
}

#[tokio::test]
async fn a_signed_beacon_is_its_authors() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let (id, _) = made(&create(&app, &ada, json!({ "anonymous": false })).await);
    let post = app.post(&ada, crate::support::Post::public("no beacon")).await;
    for verb in VERBS {
        for viewer in [Some(&ben), None] {
            assert_eq!(end(&app, viewer, verb, id, None).await.refusals(verb), ["NOT_ALLOWED input.beaconId"]);
            assert_eq!(end(&app, viewer, verb, id, Some("")).await.refusals(verb), ["NOT_ALLOWED input.manageKey"]);
        }
        assert_eq!(end(&app, &ada, verb, post, None).await.refusals(verb), ["NOT_FOUND input.beaconId"]);
    }
    // Whom its author has blocked does not find it.
    app.block(&ada, &ben).await;
    for verb in VERBS {
        assert_eq!(end(&app, &ben, verb, id, None).await.refusals(verb), ["NOT_FOUND input.beaconId"]);
    }
    let resolved = end(&app, &ada, "resolveBeacon", id, None).await;
    assert_eq!(resolved.data("/resolveBeacon/beacon/state"), json!("RESOLVED"));
    assert_eq!(end(&app, &ada, "resolveBeacon", id, None).await.refusals("resolveBeacon"), ["CONFLICT input.beaconId"]);
    assert_eq!(end(&app, &ada, "deleteBeacon", id, None).await.data("/deleteBeacon/deletedId"), json!(id));
}

#[tokio::test]
async fn of_many_who_resolve_at_once_one_does() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (id, key) = made(&create(&app, &ada, json!({})).await);
    let answers = join_all((0..16).map(|_| end(&app, None, "resolveBeacon", id, key.as_deref()))).await;
    let refusals: Vec<_> = answers.iter().map(|answer| answer.refusals("resolveBeacon").join(" ")).collect();
    assert_eq!(refusals.iter().filter(|refusals| refusals.is_empty()).count(), 1);
    assert!(
        refusals.iter().all(|refusals| refusals.is_empty() || refusals == "CONFLICT input.beaconId"),
        "{refusals:?}"
    );
}
