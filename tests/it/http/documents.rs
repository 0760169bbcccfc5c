//! Documents that are named instead of sent.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sojorn::graphql::{Manifest, Trust};

use super::{NEW_TYPE, assert_error, call};
use crate::support::{Answer, Database, Log, Socket, TestApp, node};

const QUERY: &str = "query Hello { __typename }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(text: Option<&str>, hash: &str) -> Value {
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    match text {
        Some(text) => json!({ "query": text, "extensions": extensions }),
        None => json!({ "extensions": extensions }),
    }
}

async fn ask(app: &TestApp, body: &Value) -> Answer {
    app.post_raw(&[("accept", NEW_TYPE)], body.to_string()).await
}

#[tokio::test]
async fn a_document_that_was_sent_once_may_be_named() {
    let app = TestApp::new().await;
    let name = hash(QUERY);
    let unknown = ask(&app, &persisted(None, &name)).await;
    assert_error(&unknown, 200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.json["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(ask(&app, &persisted(Some(QUERY), &name)).await.data("/__typename"), "Query");
    assert_eq!(ask(&app, &persisted(None, &name)).await.data("/__typename"), "Query");
    let named = json!({ "documentId": format!("sha256:{name}") });
    assert_eq!(ask(&app, &named).await.data("/__typename"), "Query");
    // By an address, too, which can be kept on the way.
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": name } }).to_string();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("extensions", &extensions).finish();
    let answer = call(&app, http::Method::GET, &format!("/graphql?{query}"), &[]).await;
    assert_eq!(answer.data("/__typename"), "Query");
}

#[tokio::test]
async fn what_was_sent_by_a_stream_may_be_named_as_well() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let by_socket = "query BySocket { __typename }";
    let mut socket = Socket::connect(&server, None).await;
    for (id, payload) in ["a", "b"].iter().zip([Some(by_socket), None]) {
        let payload = persisted(payload, &hash(by_socket));
        socket.say(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
        assert_eq!(socket.event(id).await, json!({ "__typename": "Query" }));
        assert_eq!(socket.hear().await["type"], "complete");
    }
    let by_events = "query ByEvents { __typename }";
    for text in [Some(by_events), None] {
        let body = persisted(text, &hash(by_events)).to_string();
        let answer = app.post_raw(&[("accept", "text/event-stream")], body).await;
        assert!(answer.body.contains(r#"{"__typename":"Query"}"#), "{}", answer.body);
    }
    for bad in ["{ nothing }", "{"] {
        let body = persisted(Some(bad), &hash(bad)).to_string();
        app.post_raw(&[("accept", "text/event-stream")], body).await;
        assert_error(&ask(&app, &persisted(None, &hash(bad))).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    }
}

#[tokio::test]
async fn only_what_proved_good_is_remembered_and_only_by_its_own_hash() {
    let app = TestApp::new().await;
    for bad in ["{ nothing }", "{", "{ post(id: 1.5) { id } }"] {
        let refused = ask(&app, &persisted(Some(bad), &hash(bad))).await;
        assert_eq!(refused.status, 400);
        assert_error(&ask(&app, &persisted(None, &hash(bad))).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    }
    let other = hash("{ viewer { id } }");
    assert_error(&ask(&app, &persisted(Some(QUERY), &other)).await, 400, "BAD_USER_INPUT");
    assert_error(&ask(&app, &persisted(None, &other)).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    // Another version of the protocol names nothing.
    let newer = json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": hash(QUERY) } } });
    assert_error(&ask(&app, &newer).await, 400, "BAD_USER_INPUT");
}

#[tokio::test]
async fn what_is_remembered_is_bounded_and_can_be_switched_off() {
    let app = TestApp::with(Database::new().await, |config| config.documents.remembered_bytes = 20_000).await;
    let document = |n: usize| format!("query Q{n} {{ __typename }} # {}", "x".repeat(1_000));
    for n in 0..60 {
        ask(&app, &persisted(Some(&document(n)), &hash(&document(n)))).await.data("/__typename");
    }
    let mut known = 0;
    for n in 0..60 {
        let answer = ask(&app, &persisted(None, &hash(&document(n)))).await;
        known += usize::from(answer.json.get("data").is_some());
    }
    assert!((1..=17).contains(&known), "{known} are remembered in 20 kB");

    let off = TestApp::with(Database::new().await, |config| config.documents.remembered_bytes = 0).await;
    let answer = ask(&off, &persisted(Some(QUERY), &hash(QUERY))).await;
    assert_eq!(answer.data("/__typename"), "Query");
    assert_error(&ask(&off, &persisted(None, &hash(QUERY))).await, 400, "PERSISTED_QUERY_NOT_SUPPORTED");
}

fn manifest() -> Manifest {
    let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        { "id": hash(QUERY), "name": "Hello", "type": "query", "body": QUERY }] });
    let relay = json!({ "a1b2": "query Feed { globalFeed { nodes { id } } }" });
    Manifest::read([apollo.to_string().as_str(), relay.to_string().as_str()]).unwrap()
}

#[tokio::test]
async fn what_is_not_trusted_is_logged_by_its_hash() {
    let app = TestApp::with(Database::new().await, |config| {
        config.documents.manifest = manifest();
        config.documents.trust = Trust::Log;
    })
    .await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let unknown = "query Mine { globalFeed(first: 3) { nodes { id } } }";
    for text in [QUERY, unknown] {
        assert_eq!(ask(&app, &json!({ "query": text })).await.status, 200);
    }
    let said = log.text();
    assert!(said.contains(&hash(unknown)) && !said.contains(&hash(QUERY)) && !said.contains("Mine"), "{said}");
}

#[tokio::test]
async fn trusted_documents_are_known_by_every_name_that_clients_use() {
    for trust in [Trust::Off, Trust::Log, Trust::Only] {
        let app = TestApp::with(Database::new().await, |config| {
            config.documents.manifest = manifest();
            config.documents.trust = trust;
        })
        .await;
        for named in [
            json!({ "documentId": hash(QUERY) }),
            json!({ "documentId": format!("sha256:{}", hash(QUERY)) }),
            persisted(None, &hash(QUERY)),
            json!({ "query": QUERY }),
        ] {
            assert_eq!(ask(&app, &named).await.data("/__typename"), "Query", "{trust:?} {named}");
        }
        let relay = ask(&app, &json!({ "doc_id": "a1b2", "variables": {} })).await;
        assert_eq!(relay.data("/globalFeed/nodes"), json!([]));
        assert_error(&ask(&app, &json!({ "documentId": "c3" })).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    }
}

#[tokio::test]
async fn where_only_trusted_documents_are_executed_no_door_takes_another() {
    let app = TestApp::with(Database::new().await, |config| {
        config.documents.manifest = manifest();
        config.documents.trust = Trust::Only;
        config.http.graphql.max_batch = 2;
    })
    .await;
    let other = "{ globalFeed { nodes { id } } }";
    assert_error(&ask(&app, &json!({ "query": other })).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    assert_error(&ask(&app, &persisted(Some(other), &hash(other))).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    assert_error(&ask(&app, &persisted(None, &hash(other))).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    // An id does not bring along what is sent with it.
    let both = json!({ "documentId": hash(QUERY), "query": other });
    assert_error(&ask(&app, &both).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    let relay = json!({ "doc_id": "a1b2", "query": "{ __typename }" });
    assert_error(&ask(&app, &relay).await, 200, "PERSISTED_QUERY_NOT_FOUND");
    let events = app.post_raw(&[("accept", "text/event-stream")], json!({ "query": other }).to_string()).await;
    assert_error(&events, 200, "PERSISTED_QUERY_NOT_FOUND");
    let list = app.post_raw(&[], json!([{ "query": other }, { "query": QUERY }]).to_string()).await;
    assert_eq!(list.json[0]["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(list.json[1]["data"]["__typename"], "Query");
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe_after("x", other, None).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let answer = call(&app, http::Method::GET, "/graphql?query=%7BglobalFeed%7Bnodes%7Bid%7D%7D%7D", &[]).await;
    assert_error(&answer, 200, "PERSISTED_QUERY_NOT_FOUND");
}

/// Apollo's client asks by the name, is told that it is not known, sends the document, and names it from then on.
#[tokio::test]
async fn apollos_client_sends_a_document_once() {
    let app = TestApp::with_usual_limits().await;
    let server = app.serve().await;
    let client = tokio::process::Command::new("node")
        .arg(node("tests/clients").join("persisted.mjs"))
        .arg(format!("http://{}/graphql", server.address))
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(std::time::Duration::from_mins(1), client).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "GET, POST with its document, GET, GET", "{}", String::from_utf8_lossy(&output.stderr));
}
