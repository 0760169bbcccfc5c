//! Bodies that do not come, and requests that take too long.

use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::{StreamExt, stream};
use sea_orm::sqlx;
use serde_json::json;

use super::assert_error;
use crate::support::{Database, TestApp, header_of};

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let short = |config: &mut sojorn::config::Config| config.http.graphql.body_timeout = Duration::from_millis(50);
    let app = TestApp::with(Database::new().await, short).await;
    let beginning = stream::iter([Ok::<_, std::io::Error>("{\"query\":")]);
    let answer = app.post_raw(&[], Body::from_stream(beginning.chain(stream::pending()))).await;
    assert_error(&answer, 408, "BAD_USER_INPUT");
    assert_eq!(header_of(&answer.headers, "connection"), "close");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let short = |config: &mut sojorn::config::Config| {
        config.http.graphql.timeout = Duration::from_millis(600);
        config.http.graphql.max_batch = 3;
    };
    let app = TestApp::with(Database::new().await, short).await;
    let mut lock = app.database.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let answer = app.ask(None, "{ globalFeed { nodes { id } } }").await;
    assert_error(&answer, 503, "TIMEOUT");
    assert_eq!(header_of(&answer.headers, "retry-after"), "1");
    // Of a list, all together have that time.
    let one = json!({ "query": "{ globalFeed { nodes { id } } }" });
    let began = Instant::now();
    let answer = app.post_raw(&[], json!([one, one, one]).to_string()).await;
    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    for part in answer.json.as_array().unwrap() {
        assert_eq!(part["errors"][0]["extensions"]["code"], "TIMEOUT", "{part}");
    }
    lock.rollback().await.unwrap();
    assert_eq!(app.ask(None, "{ globalFeed { nodes { id } } }").await.data("/globalFeed/nodes"), json!([]));
}
