//! The examples of the playground that are no screens (those: tests/it/screens.rs), each asked as it stands, of the demo
//! network that they speak of.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{Beacon, Events, Post, TestApp};

#[tokio::test]
async fn every_example_of_the_playground_is_answered() {
    let app = TestApp::with_usual_limits().await;
    let ada = app.person("ada").await;
    let noor = app.person("noor").await;
    app.person("city").await;
    app.follow(&ada, &noor, "accepted").await;
    app.post(&noor, Post::public("Good morning")).await;
    app.beacon(Beacon::at(44.9778, -93.265)).await;

    let bounds = json!({ "south": 44.9, "west": -93.4, "north": 45.1, "east": -93.1 });
    let circle = json!({ "circle": { "center": { "latitude": 44.9778, "longitude": -93.265 }, "radiusMeters": 5000 } });
    let place = json!({ "latitude": 44.9778, "longitude": -93.265 });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/src/examples");
    let mut examples = 0;
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        // What can be watched is watched below.
        let is_watched = file.ends_with("beacon-changed.graphql");
        if is_watched || file.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        let name = file.file_stem().unwrap().to_str().unwrap();
        let variables = match name {
            "beacons-nearby" => json!({ "area": circle }),
            "beacons-on-map" => json!({ "bounds": bounds }),
            "create-beacon" => json!({ "input": { "body": "Ice", "type": "HAZARD", "location": place } }),
            "create-post" => json!({ "input": { "body": "Hello #there" } }),
            "follow" => json!({ "input": { "profileId": noor.id } }),
            "node" => json!({ "id": noor.id }),
            "sign-in" => json!({ "input": { "login": "ada", "password": "sojorn-demo" } }),
            "update-profile" => json!({ "input": { "bio": "Here since the beginning" } }),
            _ => json!({ "first": 5 }),
        };
        let answer = app.ask_with(&ada, &fs::read_to_string(&file).unwrap(), variables).await;
        assert!(answer.codes().is_empty(), "{name}: {}", answer.body);
        assert_ne!(answer.json["data"], Value::Null, "{name}");
        examples += 1;
    }
    assert!(examples >= 9, "{examples}");
}

#[tokio::test]
async fn the_example_of_a_subscription_is_answered() {
    let app = TestApp::with_usual_limits().await;
    let server = app.serve().await;
    let example = include_str!("../../playground/src/examples/beacon-changed.graphql");
    let area = json!({ "circle": { "center": { "latitude": 44.9778, "longitude": -93.265 }, "radiusMeters": 20000 } });
    let body = json!({ "query": example, "variables": { "area": area } });
    let mut events = Events::ask(&server, None, "", &body).await;
    app.beacon(Beacon::at(44.9778, -93.265)).await;
    let event = events.next().await.unwrap();
    assert!(event.contains(r#""kind":"CREATED""#), "{event}");
}

/// The first query of the README, as a shell sends it.
#[tokio::test]
async fn the_query_of_the_readme_is_answered() {
    let app = TestApp::with_usual_limits().await;
    app.beacon(Beacon::at(44.9778, -93.265)).await;
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once(" -d '").unwrap();
    let body: Value = serde_json::from_str(rest.split_once("'\n").unwrap().0).unwrap();
    let answer = app.ask(None, body["query"].as_str().unwrap()).await;
    assert_eq!(answer.data("/beacons/nodes").as_array().unwrap().len(), 1);
}
