//! What can go wrong around the server, done to it for real: each test has a PostgreSQL of its own, which it stops, kills,
//! starves and disturbs.

mod client;
mod conflicts;
mod cut;
mod full;
mod harness;
mod killed;
mod limits;
mod migrating;
pub mod process;
mod restart;
pub mod stopped;

use std::time::Duration;

use http::header;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::{Answer, Database, Person, TestApp};

/// How long what has to come may take.
const SOON: Duration = Duration::from_secs(20);

/// A post, or a reply.
fn post(body: &str, parent: Option<uuid::Uuid>) -> Value {
    let query =
        "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id body } userErrors { code } } }";
    json!({ "query": query, "variables": { "input": { "body": body, "parentId": parent } } })
}

/// Sends a request in the name of somebody, with a key if it is to be made once.
async fn send(app: &TestApp, me: &Person, key: Option<&str>, body: &Value) -> Answer {
    let token = format!("Bearer {}", me.token);
    let mut headers = vec![("authorization", token.as_str())];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    app.post_raw(&headers, body.to_string()).await
}

/// That an answer says nothing but "come back".
#[track_caller]
fn come_back(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
    assert!(answer.codes().iter().all(|code| code == "UNAVAILABLE"), "{}", answer.body);
    assert!(!answer.body.contains("connection") && !answer.body.contains("SQL"), "{}", answer.body);
}

/// Waits until one of the server's statements waits for a lock. Answers its process.
async fn waiting(database: &Database) -> String {
    let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = 'sojorn' AND wait_event_type = 'Lock'
        AND datname = current_database() LIMIT 1";
    eventually(async || Some(database.text(sql).await).filter(|pid| !pid.is_empty())).await
}

/// Asks again and again, until there is an answer.
async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < SOON, "it does not come");
        sleep(Duration::from_millis(10)).await;
    }
}
