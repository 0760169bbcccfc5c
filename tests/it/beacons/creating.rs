//! What a new beacon is like, and what cannot be one.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{create, look_up, made, on_map};
use crate::support::{Person, TestApp};

async fn official(app: &TestApp, handle: &str) -> Person {
    let person = app.person(handle).await;
    app.database.run(&format!("UPDATE profiles SET is_official = true WHERE id = '{}'", person.id)).await;
    person
}

#[tokio::test]
async fn a_beacon_is_anonymous_coarse_and_short_unless_said_otherwise() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.advance(TimeDelta::milliseconds(37_250));
    let answer = create(&app, &ada, json!({})).await;
    let (id, key) = made(&answer);
    assert!(key.is_some_and(|key| key.len() >= 43), "a key of 256 bits");
    let beacon = answer.data("/createBeacon/beacon");
    let location = beacon["location"].clone();
    let expected = json!({
        "id": id, "author": null, "type": "HAZARD", "severity": "MEDIUM", "state": "ACTIVE", "body": "mind the gap",
        "imageUrl": null, "location": location, "precision": "NEIGHBORHOOD", "radiusMeters": 500, "confidence": 0.5,
        "isPriority": false, "isOfficial": false, "vouchCount": 0, "reportCount": 0, "viewerVote": null,
        "createdAt": "2026-03-01T12:00:00+00:00", "expiresAt": "2026-03-01T16:00:00+00:00",
    });
    assert_eq!(beacon, expected);
    assert_eq!(look_up(&app, None, id).await, expected);
    assert_eq!(on_map(&app, None).await, (json!([id]), json!(1)));
    assert_eq!(answer.data("/createBeacon/beaconEdge/node/id"), json!(id));
}

#[tokio::test]
async fn a_signed_beacon_says_all_that_was_said() {
    let app = TestApp::new().await;
    let ada = official(&app, "ada").await;
    app.advance(TimeDelta::milliseconds(37_250));
    let fields = json!({
        "body": " fire! ", "type": "FIRE", "severity": "CRITICAL", "precision": "EXACT", "anonymous": false,
        "imageUrl": "https://i.example/f.png", "radiusMeters": 50_000, "expiresInMinutes": 10_080,
        "location": { "latitude": -33.856_784_1, "longitude": 151.215_296_7 },
    });
    let answer = create(&app, &ada, fields).await;
    let (id, key) = made(&answer);
    assert_eq!(key, None, "its author needs no key");
    let expected = json!({
        "id": id, "author": { "handle": "ada" }, "type": "FIRE", "severity": "CRITICAL", "state": "ACTIVE",
        "body": "fire!", "imageUrl": "https://i.example/f.png",
        "location": { "latitude": -33.856_784_1, "longitude": 151.215_296_7 }, "precision": "EXACT",
        "radiusMeters": 50_000, "confidence": 0.5, "isPriority": false, "isOfficial": true, "vouchCount": 0,
        "reportCount": 0, "viewerVote": null, "createdAt": "2026-03-01T12:00:37.250+00:00", "expiresAt": "2026-03-08T12:00:37.250+00:00",
    });
    assert_eq!(answer.data("/createBeacon/beacon"), expected);
    assert_eq!(look_up(&app, None, id).await, expected);
}

/// Metres between two points, near each other.
fn meters(a: &Value, b: &Value) -> f64 {
    let number = |point: &Value, name: &str| point[name].as_f64().unwrap();
    let north = (number(a, "latitude") - number(b, "latitude")) * 111_195.0;
    let east = (number(a, "longitude") - number(b, "longitude")) * 111_195.0;
    north.hypot(east * number(a, "latitude").to_radians().cos())
}

#[tokio::test]
async fn places_of_a_cell_are_stored_as_the_same_point() {
    let app = TestApp::new().await;
    let mut people = app.crowd(60).await.into_iter();
    for (latitude, longitude) in
        [(44.977_753, -93.265_011), (69.649_2, 18.955_3), (-0.180_7, -78.467_8), (-54.8, 179.999)]
    {
        for (precision, size, step) in [("BLOCK", 150.0, 0.000_05), ("NEIGHBORHOOD", 1_000.0, 0.000_4)] {
            let mut stored = HashSet::new();
            let mut at = async |place: Value| {
                let person = people.next().unwrap();
                let fields = json!({ "location": place, "precision": precision, "anonymous": false });
                let point = create(&app, &person, fields).await.data("/createBeacon/beacon/location");
                assert!(meters(&place, &point) < size * 0.8, "{place} is stored at {point}");
                stored.insert(point.to_string());
                point
            };
            let mut last = Value::Null;
            for n in 0..5 {
                last = at(json!({ "latitude": latitude + step * f64::from(n), "longitude": longitude })).await;
            }
            // A tenth of a cell, or a bit more, at one edge at most.
            assert_eq!(at(last.clone()).await, last, "the centre of a cell stands for itself");
            assert!(stored.len() <= 2, "{stored:?}");
        }
    }
}

#[tokio::test]
async fn who_may_give_an_exact_place_and_for_how_long() {
    let app = TestApp::new().await;
    let (ada, city) = (app.person("ada").await, official(&app, "city").await);
    let before = app.database.fingerprint().await;
    let exact = json!({ "precision": "EXACT" });
    let refused = create(&app, &ada, exact.clone()).await;
    assert_eq!(refused.refusals("createBeacon"), ["NOT_ALLOWED input.precision"]);
    // What only an official profile could have would name it.
    let refused = create(&app, &city, exact).await;
    assert_eq!(refused.refusals("createBeacon"), ["NOT_ALLOWED input.precision"]);
    let refused = create(&app, &city, json!({ "expiresInMinutes": 241 })).await;
    assert_eq!(refused.refusals("createBeacon"), ["INVALID input.expiresInMinutes"]);
    for minutes in [0, -1, 241, 10_080] {
        let answer = create(&app, &ada, json!({ "expiresInMinutes": minutes })).await;
        assert_eq!(answer.refusals("createBeacon"), ["INVALID input.expiresInMinutes"], "{minutes}");
    }
    let answer = create(&app, &city, json!({ "expiresInMinutes": 10_081 })).await;
    assert_eq!(answer.refusals("createBeacon"), ["INVALID input.expiresInMinutes"]);
    for radius in [0, -1, 50_001] {
        let answer = create(&app, &ada, json!({ "radiusMeters": radius })).await;
        assert_eq!(answer.refusals("createBeacon"), ["INVALID input.radiusMeters"], "{radius}");
    }
    for body in ["", "  \n", &"x".repeat(5_001)] {
        assert_eq!(create(&app, &ada, json!({ "body": body })).await.refusals("createBeacon"), ["INVALID input.body"]);
    }
    assert_eq!(create(&app, None, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(app.database.fingerprint().await, before);
    assert_eq!(
        app.database.number("SELECT count(*) FROM beacon_allowances").await,
        0,
        "what is refused is not counted"
    );

    made(&create(&app, &ada, json!({ "precision": "EXACT", "anonymous": false })).await);
    made(&create(&app, &ada, json!({ "expiresInMinutes": 240 })).await);
    made(&create(&app, &ada, json!({ "expiresInMinutes": 1 })).await);
    made(&create(&app, &city, json!({ "precision": "EXACT", "anonymous": false })).await);
    made(&create(&app, &city, json!({ "expiresInMinutes": 10_080, "anonymous": false })).await);
}
