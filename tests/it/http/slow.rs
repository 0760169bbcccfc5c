//! Bodies that do not come, and requests that take too long.

use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::{StreamExt, stream};
use sea_orm::sqlx;
use serde_json::json;

use super::{NEW_TYPE, assert_error};
use crate::support::{Database, Events, Socket, TestApp, header_of};

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let short = |config: &mut sojorn::config::Config| config.http.graphql.body_timeout = Duration::from_millis(50);
    let app = TestApp::with(Database::new().await, short).await;
    for accept in [NEW_TYPE, "application/json"] {
        let beginning = stream::iter([Ok::<_, std::io::Error>("{\"query\":")]);
        let body = Body::from_stream(beginning.chain(stream::pending()));
        let answer = app.post_raw(&[("accept", accept)], body).await;
        assert_error(&answer, 408, "BAD_USER_INPUT");
        assert_eq!(header_of(&answer.headers, "connection"), "close");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let short = |config: &mut sojorn::config::Config| {
        config.http.graphql.timeout = Duration::from_millis(600);
        config.http.graphql.max_batch = 3;
    };
    let app = TestApp::with(Database::new().await, short).await;
    let ada = app.person("ada").await;
    let server = app.serve().await;
    let mut lock = app.database.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let one = json!({ "query": "{ globalFeed { nodes { id } } }" });
    for accept in [NEW_TYPE, "application/json"] {
        let answer = app.post_raw(&[("accept", accept)], one.to_string()).await;
        assert_error(&answer, 503, "TIMEOUT");
        assert_eq!(header_of(&answer.headers, "retry-after"), "1");
    }
    // Of a list, all together have that time.
    let began = Instant::now();
    let answer = app.post_raw(&[], json!([one, one, one]).to_string()).await;
    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    for part in answer.json.as_array().unwrap() {
        assert_eq!(part["errors"][0]["extensions"]["code"], "TIMEOUT", "{part}");
    }
    // On live connections as well.
    let mut socket = Socket::connect(&server, None).await;
    for kind in ["query", "mutation"] {
        let query = match kind {
            "query" => one["query"].as_str().unwrap().to_owned(),
            _ => format!("mutation {{ likePost(input: {{ postId: \"{}\" }}) {{ userErrors {{ code }} }} }}", ada.id),
        };
        let payload = json!({ "query": query });
        let mut socket = Socket::connect(&server, Some(&ada.token)).await;
        socket.say(&json!({ "type": "subscribe", "id": kind, "payload": payload })).await;
        let heard = socket.hear().await;
        assert_eq!((&heard["type"], &heard["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("TIMEOUT")));
        let events = Events::ask(&server, Some(&ada.token), "", &payload).await;
        assert!(events.head.starts_with("HTTP/1.1 503 "), "{}", events.head);
        assert!(events.body().await.contains("TIMEOUT"));
    }
    // Whoever waits for events waits as long as it takes.
    let watch = "subscription { beaconChanged(area: { circle: { center: { latitude: 1, longitude: 1 } } }) { kind } }";
    socket.subscribe_after("map", watch, None).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    socket.hears_nothing().await;
    lock.rollback().await.unwrap();
    assert_eq!(app.ask(None, "{ globalFeed { nodes { id } } }").await.data("/globalFeed/nodes"), json!([]));
}
