//! Server-sent events.

use serde_json::{Value, json};

use super::{HOME, WATCH, here};
use crate::support::{Events, Post, TestApp, sign};

fn data(event: &str) -> Value {
    let line = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_else(|| panic!("{event}"));
    serde_json::from_str(line).unwrap()
}

fn body(query: &str) -> Value {
    json!({ "query": query })
}

#[tokio::test]
async fn each_event_is_a_message_with_an_id() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut events = Events::ask(&server, None, "", &body(WATCH)).await;
    let head = events.head.to_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("content-type: text/event-stream; charset=utf-8\r\n"), "{head}");
    assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    app.beacon(here("one")).await;
    let first = events.next().await.unwrap();
    assert!(first.starts_with("event: next\nid: "), "{first}");
    assert_eq!(data(&first)["data"]["beaconChanged"]["beacon"]["body"], "one");
    // Keys come in the order of the query.
    let place = |key: &str| first.find(&format!("\"{key}\":")).unwrap();
    let places = ["kind", "beaconId", "beacon", "body", "state", "vouchCount", "viewerVote", "author"].map(place);
    assert!(places.is_sorted(), "{first}");
    let id = first.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    drop(events);
    app.beacon(here("two")).await;
    // As browsers come back, and as other clients can.
    let after = format!("Last-Event-ID: {id}\r\n");
    let mut again = Events::ask(&server, None, &after, &body(WATCH)).await;
    assert_eq!(data(&again.next().await.unwrap())["data"]["beaconChanged"]["beacon"]["body"], "two");
    let with_extensions = json!({ "query": WATCH, "extensions": { "lastEventId": id } });
    let mut again = Events::ask(&server, None, "", &with_extensions).await;
    assert_eq!(data(&again.next().await.unwrap())["data"]["beaconChanged"]["beacon"]["body"], "two");
}

#[tokio::test]
async fn a_query_is_one_message_and_complete() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut events = Events::ask(&server, None, "", &body("{ globalFeed { nodes { id } } }")).await;
    assert_eq!(data(&events.next().await.unwrap()), json!({ "data": { "globalFeed": { "nodes": [] } } }));
    assert_eq!(events.next().await.unwrap(), "event: complete\ndata:");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn what_is_refused_is_refused_by_status() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let cases = [
        (None, body("{"), "400", "GRAPHQL_PARSE_FAILED"),
        (None, body("subscription { nothing }"), "400", "GRAPHQL_VALIDATION_FAILED"),
        (None, json!([]), "400", "BAD_USER_INPUT"),
        (Some("nonsense"), body(WATCH), "401", "UNAUTHENTICATED"),
    ];
    for (token, body, status, code) in cases {
        let events = Events::ask(&server, token, "", &body).await;
        assert_eq!(events.head.split(' ').nth(1), Some(status), "{}", events.head);
        let answer: Value = serde_json::from_str(&events.body().await).unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    // What only the field can refuse comes as its answer.
    let mut events = Events::ask(&server, None, "", &body(HOME)).await;
    assert_eq!(data(&events.next().await.unwrap())["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(events.next().await.unwrap(), "event: complete\ndata:");
}

#[tokio::test]
async fn more_streams_than_there_may_be_are_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let server = app.serve_with(|config| config.domain.live.connections_of_person = 2).await;
    let open = [
        Events::ask(&server, Some(&ada.token), "", &body(HOME)).await,
        Events::ask(&server, Some(&ada.token), "", &body(HOME)).await,
    ];
    let refused = Events::ask(&server, Some(&ada.token), "", &body(HOME)).await;
    assert!(refused.head.starts_with("HTTP/1.1 429 "), "{}", refused.head);
    assert!(refused.head.to_lowercase().contains("retry-after: 10\r\n"), "{}", refused.head);
    let refused: Value = serde_json::from_str(&refused.body().await).unwrap();
    let expected = json!({ "code": "RATE_LIMITED", "retryAfterMs": 10_000 });
    assert_eq!(refused["errors"][0]["extensions"], expected);
    drop(open);
    let server = app.serve_with(|config| config.http.live.connections_of_address = 1).await;
    let _open = Events::ask(&server, None, "", &body(WATCH)).await;
    let refused = Events::ask(&server, None, "", &body(WATCH)).await;
    assert!(refused.head.starts_with("HTTP/1.1 429 "), "{}", refused.head);
}

#[tokio::test]
async fn an_idle_stream_gives_signs_of_life_and_ends_with_the_server() {
    let app = TestApp::new().await;
    let mut server = app.serve_with(|config| config.http.live.heartbeat = std::time::Duration::from_millis(50)).await;
    let mut events = Events::ask(&server, None, "", &body(WATCH)).await;
    assert_eq!(events.next().await.unwrap(), ":");
    assert_eq!(events.next().await.unwrap(), ":");
    server.stop();
    // Without `complete`: clients come back.
    while let Some(event) = events.next().await {
        assert_eq!(event, ":");
    }
    server.stopped().await;
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_streams() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let ada = app.person("ada").await;
    let mut suspended = Events::ask(&server, Some(&ada.token), "", &body(HOME)).await;
    let token = sign(&json!({ "sub": ada.id, "exp": app.now().timestamp() + 4 }), crate::support::SECRET);
    let mut expiring = Events::ask(&server, Some(&token), "", &body(HOME)).await;
    app.post(&ada, Post::public("mine")).await;
    for events in [&mut suspended, &mut expiring] {
        assert_eq!(data(&events.next().await.unwrap())["data"]["homeFeedPostAdded"]["body"], "mine");
    }
    assert_eq!(data(&expiring.next().await.unwrap())["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    app.set_state(&ada, "suspended").await;
    let last = suspended.next().await.unwrap();
    assert_eq!(data(&last)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(last.ends_with("event: complete\ndata:"), "{last}");
    assert_eq!(suspended.next().await, None);
}
