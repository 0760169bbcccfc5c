//! `node` and `nodes`: one door to everything that has an id.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Beacon, Person, Post, TestApp};

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

async fn nodes(app: &TestApp, viewer: Option<&Person>, ids: &Value) -> Value {
    app.ask_with(viewer, NODES, json!({ "ids": ids })).await.data("/nodes")
}

#[tokio::test]
async fn nodes_come_in_order_with_duplicates_and_gaps() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    let post = app.post(&ada, Post::public("post")).await;
    let reply = app.post(&ada, Post { parent: Some(post), ..Post::public("reply") }).await;
    let hidden = app.post(&ben, Post::public("hidden")).await;
    let anonymous = app.beacon(Beacon::at(1.0, 1.0)).await;
    let signed = app.beacon(Beacon { author: Some(ben.id), ..Beacon::at(1.0, 1.0) }).await;
    let viewer = app.ask(&ada, "{ viewer { id } }").await.data("/viewer/id");
    assert_ne!(viewer, json!(ada.id), "the viewer and the profile are two nodes");

    let unknown = Uuid::new_v4();
    let ids = json!([anonymous, post, ada.id, unknown, ben.id, post, hidden, reply, signed, viewer, ada.id]);
    let node = |kind: &str, id: &Value| json!({ "__typename": kind, "id": id });
    let (p, b) = (|id: Uuid| node("Post", &json!(id)), |id: Uuid| node("Beacon", &json!(id)));
    let person = |person: &Person| node("Profile", &json!(person.id));
    let mut expected = json!([
        b(anonymous),
        p(post),
        person(&ada),
        null,
        person(&ben),
        p(post),
        null,
        p(reply),
        null,
        node("Viewer", &viewer),
        person(&ada)
    ]);
    assert_eq!(nodes(&app, Some(&ada), &ids).await, expected);
    // Each is the same by itself.
    for (id, expected) in ids.as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
        let one = app.ask_with(&ada, "query($id: ID!) { node(id: $id) { __typename id } }", json!({ "id": id })).await;
        assert_eq!(one.data("/node"), *expected);
    }
    // Nobody else's viewer is a node, nor is one when signed out.
    expected[9] = Value::Null;
    assert_eq!(nodes(&app, None, &ids).await, expected);
    expected[6] = p(hidden);
    expected[8] = b(signed);
    assert_eq!(nodes(&app, Some(&ben), &ids).await, expected);
}

#[tokio::test]
async fn a_node_has_the_fields_of_its_type() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let post = app.post(&ada, Post::public("post")).await;
    let beacon = app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(1.5, 2.5) }).await;
    let viewer = app.ask(&ada, "{ viewer { id } }").await.data("/viewer/id");
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename
        ... on Profile { handle posts { nodes { body } } } ... on Post { body author { handle } }
        ... on Beacon { body maker: author { handle } location { latitude longitude } } ... on Viewer { profile { handle } } } }";
    let answer = app.ask_with(&ada, query, json!({ "ids": [ada.id, post, beacon, viewer] })).await;
    let author = json!({ "handle": "ada" });
    let expected = json!([
        { "__typename": "Profile", "handle": "ada", "posts": { "nodes": [{ "body": "post" }] } },
        { "__typename": "Post", "body": "post", "author": author },
        { "__typename": "Beacon", "body": "a beacon", "maker": author, "location": { "latitude": 1.5, "longitude": 2.5 } },
        { "__typename": "Viewer", "profile": author },
    ]);
    assert_eq!(answer.data("/nodes"), expected);
}

#[tokio::test]
async fn a_hundred_ids_can_be_asked_for_and_no_more() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    assert_eq!(nodes(&app, None, &json!([])).await, json!([]));
    let found = nodes(&app, None, &json!(vec![ada.id; 100])).await;
    assert!(found.as_array().unwrap().iter().all(|node| node["id"] == json!(ada.id)));
    let many = app.ask_with(None, NODES, json!({ "ids": vec![ada.id; 101] })).await;
    assert_eq!(many.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn what_is_no_id_is_an_error_at_its_place() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let shouted = ada.id.to_string().to_uppercase();
    for wrong in ["", "1", "x".repeat(36).as_str(), ada.id.simple().to_string().as_str(), "{ada}", "ada"] {
        let answer = app.ask_with(None, NODES, json!({ "ids": [ada.id, wrong] })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}");
        assert_eq!(answer.partial("/nodes"), json!([{ "__typename": "Profile", "id": ada.id }, null]), "{wrong}");
        let one = app.ask_with(None, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": wrong })).await;
        assert_eq!((one.code().as_str(), one.partial("/node")), ("BAD_USER_INPUT", Value::Null), "{wrong}");
    }
    // Digits above nine are the same in capitals.
    let answer = app.ask_with(None, NODES, json!({ "ids": [shouted] })).await;
    assert_eq!(answer.data("/nodes/0/id"), json!(ada.id));
}
