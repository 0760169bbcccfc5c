//! Operations go on, whatever their connection waits for meanwhile: what they hold of the database, they give back.

use std::time::Duration;

use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Transaction};
use serde_json::{Value, json};

use crate::support::{Events, Post, Server, Socket, TestApp};

const BEACON: &str = "{ beacon(id: \"00000000-0000-4000-8000-000000000000\") { id } }";
/// Nothing of the database, and much to read.
const SCHEMA: &str =
    "{ __schema { types { name description fields { name description type { name } args { name } } } } }";

/// A server with a single connection, which waits for it, and for locks, longer than a test waits for anything.
async fn server(app: &TestApp) -> Server {
    let change = |config: &mut sojorn::config::Config| {
        config.database.max_connections = 1;
        for time in [
            &mut config.database.acquire_timeout,
            &mut config.database.statement_timeout,
            &mut config.database.lock_timeout,
            &mut config.http.live.heartbeat,
            &mut config.http.graphql.timeout,
        ] {
            *time = Duration::from_mins(1);
        }
    };
    app.serve_with(change).await
}

/// Lets nobody read this table.
async fn lock(app: &TestApp, table: &str) -> Transaction<'static, Postgres> {
    let mut locking = app.database.pool.begin().await.unwrap();
    let lock = AssertSqlSafe(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"));
    sqlx::query(lock).execute(&mut *locking).await.unwrap();
    locking
}

/// Until a statement of the server waits for the lock.
async fn somebody_waits(app: &TestApp) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'sojorn' AND wait_event_type = 'Lock'";
    while app.database.number(waiting).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn who_it_is_is_asked_beside_an_operation_that_holds_the_last_connection() {
    let app = TestApp::new().await;
    let (server, ada) = (server(&app).await, app.person("ada").await);
    let mut socket = Socket::connect(&server, Some(&ada.token)).await;
    let locking = lock(&app, "posts").await;
    socket.subscribe_after("held", BEACON, None).await;
    somebody_waits(&app).await;
    // Each operation asks for who it is.
    socket.subscribe_after("later", "{ __typename }", None).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    locking.commit().await.unwrap();
    let mut ended = Vec::new();
    while ended.len() < 2 {
        let message = socket.hear().await;
        if message["type"] == "complete" {
            ended.push(message["id"].clone());
        }
    }
    ended.sort_by_key(Value::to_string);
    assert_eq!(ended, [json!("held"), json!("later")]);
}

#[tokio::test]
async fn whoever_does_not_read_holds_no_connection() {
    let app = TestApp::new().await;
    let server = server(&app).await;
    let mut slow = Socket::connect_narrowly(&server, None).await;
    let mut other = Socket::connect(&server, None).await;
    let locking = lock(&app, "posts").await;
    slow.subscribe_after("held", BEACON, None).await;
    somebody_waits(&app).await;
    // More than the kernel takes for somebody who does not read.
    let many = (0..40).map(|at| format!("a{at}: {}", &SCHEMA[1..SCHEMA.len() - 1])).collect::<Vec<_>>().join(" ");
    let much = format!("{{ {many} }}");
    for at in 0..20 {
        slow.subscribe_after(&format!("much {at}"), &much, None).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    locking.commit().await.unwrap();
    other.subscribe_after("other", BEACON, None).await;
    assert_eq!(other.hear().await["type"], "next");
}

#[tokio::test]
async fn a_stream_is_asked_who_it_is_beside_an_event_that_holds_the_last_connection() {
    let app = TestApp::new().await;
    let (server, ada) = (server(&app).await, app.person("ada").await);
    let watch = json!({ "query": "subscription { homeFeedPostAdded { body likeCount } }" });
    let mut stream = Events::ask(&server, Some(&ada.token), "", &watch).await;
    let locking = lock(&app, "post_likes").await;
    app.post(&ada, Post::public("mine")).await;
    somebody_waits(&app).await;
    app.database.run(&format!("INSERT INTO live_events (kind, subject) VALUES ('admission', '{}')", ada.id)).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    locking.commit().await.unwrap();
    let event = stream.next().await.unwrap();
    assert!(event.contains("\"body\":\"mine\""), "{event}");
}
