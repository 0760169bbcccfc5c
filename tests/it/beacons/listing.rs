//! Which beacons a list has: those that are active now and pass the filter.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{look_up, on_map};
use crate::support::{Beacon, List, TestApp};

const AREA: &str = "{ circle: { center: { latitude: 44.9, longitude: -93.2 }, radiusMeters: 20000 } }";

/// The bodies of the list by a filter, sorted; the count, and the list in all orders, must agree.
async fn filtered(app: &TestApp, filter: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
        let query = format!(
            "{{ beacons(area: {AREA}, filter: {filter}, orderBy: {order}, first: 100) {{ totalCount nodes {{ body }} }} }}"
        );
        let answer = app.ask(None, &query).await;
        let mut found = answer.each("/beacons/nodes", "/body");
        assert_eq!(answer.data("/beacons/totalCount"), json!(found.len()), "{filter} by {order}");
        found.sort();
        assert!(order == "DISTANCE" || found == bodies, "{filter} by {order}: {found:?}, not {bodies:?}");
        bodies = found;
    }
    let paged = List::filtered_beacons(AREA, filter, "NEWEST").forward(app, None, 2).await;
    assert_eq!(paged.len(), bodies.len(), "{filter} in pages");
    bodies
}

fn beacon(body: &str) -> Beacon {
    Beacon { body: body.to_owned(), ..Beacon::at(44.9, -93.2) }
}

#[tokio::test]
async fn filters_by_type_and_unknown_types_are_community() {
    let app = TestApp::new().await;
    for kind in ["fire", "hazard", "community", "ufo", "COMMUNITY", "lost_pet"] {
        app.beacon(Beacon { kind: kind.to_owned(), ..beacon(kind) }).await;
    }
    let untyped = app.beacon(beacon("untyped")).await;
    app.database.run(&format!("UPDATE posts SET beacon_type = NULL WHERE id = '{untyped}'")).await;

    assert_eq!(filtered(&app, "{}").await.len(), 7);
    assert_eq!(filtered(&app, "{ types: null }").await.len(), 7);
    assert_eq!(filtered(&app, "{ types: [FIRE] }").await, ["fire"]);
    assert_eq!(filtered(&app, "{ types: [FIRE, LOST_PET, NOISE] }").await, ["fire", "lost_pet"]);
    assert_eq!(filtered(&app, "{ types: [COMMUNITY] }").await, ["COMMUNITY", "community", "ufo", "untyped"]);
    assert_eq!(filtered(&app, "{ types: [COMMUNITY, HAZARD] }").await.len(), 5);
    assert_eq!(look_up(&app, None, untyped).await["type"], json!("COMMUNITY"));
    let every =
        "[SAFETY, HAZARD, FIRE, SUSPICIOUS, CHECKPOINT, OFFICIAL_PRESENCE, TRAFFIC, NOISE, PACKAGE_THEFT, LOST_PET,
        COMMUNITY, EVENT, RESOURCE, QUESTION]";
    assert_eq!(filtered(&app, &format!("{{ types: {every} }}")).await.len(), 7);
}

#[tokio::test]
async fn filters_by_severity_confidence_and_signature() {
    let app = TestApp::new().await;
    let (ada, city) = (app.person("ada").await, app.person("city").await);
    app.database.run("UPDATE profiles SET is_official = true WHERE handle = 'city'").await;
    for (severity, vouches, reports, author) in
        [("low", 0, 0, None), ("medium", 2, 0, Some(ada.id)), ("high", 9, 0, Some(city.id)), ("critical", 0, 4, None)]
    {
        app.beacon(Beacon { severity: severity.to_owned(), vouches, reports, author, ..beacon(severity) }).await;
    }
    assert_eq!(filtered(&app, "{ minSeverity: LOW }").await.len(), 4);
    assert_eq!(filtered(&app, "{ minSeverity: MEDIUM }").await, ["critical", "high", "medium"]);
    assert_eq!(filtered(&app, "{ minSeverity: HIGH }").await, ["critical", "high"]);
    assert_eq!(filtered(&app, "{ minSeverity: CRITICAL }").await, ["critical"]);
    assert_eq!(filtered(&app, "{ officialOnly: true }").await, ["high"]);
    assert_eq!(filtered(&app, "{ officialOnly: false }").await.len(), 4);
    // 0.5, 0.7, 1.0 and 0.1, each reached exactly.
    assert_eq!(filtered(&app, "{ minConfidence: 0 }").await.len(), 4);
    assert_eq!(filtered(&app, "{ minConfidence: 0.1 }").await.len(), 4);
    assert_eq!(filtered(&app, "{ minConfidence: 0.7 }").await, ["high", "medium"]);
    assert_eq!(filtered(&app, "{ minConfidence: 0.71 }").await, ["high"]);
    assert_eq!(filtered(&app, "{ minConfidence: 1 }").await, ["high"]);
    assert_eq!(
        filtered(&app, "{ minConfidence: 0.6, minSeverity: MEDIUM, types: [HAZARD] }").await,
        ["high", "medium"]
    );
    assert_eq!(filtered(&app, "{ minConfidence: 0.6, types: [FIRE] }").await, [""; 0]);
    for wrong in ["-0.1", "1.1", "1e308"] {
        let query = format!("{{ beacons(area: {AREA}, filter: {{ minConfidence: {wrong} }}) {{ nodes {{ id }} }} }}");
        assert_eq!(app.ask(None, &query).await.code(), "BAD_USER_INPUT", "{wrong}");
    }
}

#[tokio::test]
async fn priority_is_vouches_then_severity_then_time() {
    let app = TestApp::new().await;
    for (body, severity, vouches) in [
        ("third", "high", 2),
        ("sixth", "low", 0),
        ("second", "low", 3),
        ("fifth", "medium", 1),
        ("fourth", "medium", 2),
        ("first", "critical", 3),
    ] {
        app.beacon(Beacon { severity: severity.to_owned(), vouches, ..beacon(body) }).await;
    }
    let query = format!("{{ beacons(area: {AREA}, orderBy: PRIORITY) {{ nodes {{ body isPriority confidence }} }} }}");
    let answer = app.ask(None, &query).await;
    assert_eq!(answer.each("/beacons/nodes", "/body"), ["first", "second", "third", "fourth", "fifth", "sixth"]);
    assert_eq!(answer.each("/beacons/nodes", "/isPriority"), ["true", "true", "false", "false", "false", "false"]);
    assert_eq!(answer.each("/beacons/nodes", "/confidence"), ["0.8", "0.8", "0.7", "0.7", "0.6", "0.5"]);
    // DISTANCE is what is meant when nothing is said.
    app.beacon(Beacon { latitude: 44.91, ..beacon("farther") }).await;
    let plain = app.ask(None, &format!("{{ beacons(area: {AREA}) {{ nodes {{ body }} }} }}")).await;
    assert_eq!(plain.each("/beacons/nodes", "/body").last().unwrap(), "farther");
}

#[tokio::test]
async fn an_expired_beacon_is_gone_the_moment_its_time_is_up() {
    let app = TestApp::new().await;
    let at = app.now() + TimeDelta::minutes(5);
    let ids =
        [app.beacon(Beacon { expires_at: Some(at), ..beacon("short") }).await, app.beacon(beacon("lasting")).await];
    let node = async |id: Uuid| {
        app.ask_with(None, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await.data("/node")
    };
    app.advance(at - app.now() - TimeDelta::microseconds(1));
    assert_eq!(on_map(&app, None).await.1, json!(2));
    assert_eq!(look_up(&app, None, ids[0]).await["state"], json!("ACTIVE"));
    app.advance(TimeDelta::microseconds(1));
    assert_eq!(on_map(&app, None).await, (json!([ids[1]]), json!(1)));
    assert_eq!(look_up(&app, None, ids[0]).await, Value::Null);
    assert_eq!((node(ids[0]).await, node(ids[1]).await), (Value::Null, json!({ "id": ids[1] })));
}

#[tokio::test]
async fn what_is_resolved_has_left_the_map_and_what_is_reported_away_exists_for_nobody() {
    let app = TestApp::new().await;
    let with = |body: &str, state: &str, vouches, reports| Beacon {
        state: state.to_owned(),
        vouches,
        reports,
        ..beacon(body)
    };
    let over = app.beacon(with("over", "resolved", 0, 0)).await;
    let wrong = app.beacon(with("wrong", "false_alarm", 0, 0)).await;
    let reported = app.beacon(with("reported", "active", 4, 5)).await;
    app.beacon(with("disputed", "active", 5, 5)).await;
    app.beacon(with("doubted", "active", 0, 4)).await;
    let post = app.beacon(beacon("without a place")).await;
    app.database.run(&format!("UPDATE posts SET location = NULL WHERE id = '{post}'")).await;

    assert_eq!(filtered(&app, "{}").await, ["disputed", "doubted"]);
    assert_eq!(look_up(&app, None, over).await["state"], json!("RESOLVED"));
    assert_eq!(look_up(&app, None, wrong).await["state"], json!("FALSE_ALARM"));
    assert_eq!(look_up(&app, None, reported).await, Value::Null);
    assert_eq!(look_up(&app, None, post).await, Value::Null);
}

#[tokio::test]
async fn a_signed_beacon_follows_the_rule_for_posts() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.private("ada").await, app.person("ben").await);
    let by = |body: &str, author: Uuid, visibility: &str| Beacon {
        author: Some(author),
        visibility: visibility.to_owned(),
        ..beacon(body)
    };
    let private = app.beacon(by("of a private person", ada.id, "public")).await;
    app.beacon(by("for followers", ben.id, "followers")).await;
    let open = app.beacon(by("open", ben.id, "public")).await;
    assert_eq!(filtered(&app, "{}").await, ["open"]);
    assert_eq!(on_map(&app, Some(&ben)).await.1, json!(2));
    app.follow(&ben, &ada, "pending").await;
    assert_eq!(look_up(&app, Some(&ben), private).await, Value::Null);
    app.database.run("UPDATE follows SET status = 'accepted'").await;
    assert_eq!(look_up(&app, Some(&ben), private).await["author"]["handle"], json!("ada"));
    assert_eq!(on_map(&app, Some(&ben)).await.1, json!(3));
    app.set_state(&ben, "suspended").await;
    assert_eq!(look_up(&app, None, open).await, Value::Null);
}
