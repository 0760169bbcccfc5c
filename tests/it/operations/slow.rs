//! The log of slow operations.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::support::{Database, Log, Post, TestApp};

#[tokio::test]
async fn a_slow_operation_is_logged_by_its_hash_and_by_nothing_that_somebody_wrote() {
    let app = TestApp::with(Database::new().await, |config| config.slow = Duration::from_millis(300)).await;
    let me = app.person("slowpoke").await;
    let post = app.post(&me, Post::public("a secret")).await;
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_writer(log.clone()).with_env_filter("warn").with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let edit = "mutation Hush($id: ID!, $body: String!) { editPost(input: { postId: $id, body: $body }) {
        post { body } userErrors { code } } }";
    let variables = json!({ "id": post, "body": "another secret" });
    app.ask_with(&me, edit, variables.clone()).await.data("/editPost/post/body");
    assert_eq!(log.text(), "");

    let mut lock = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("SELECT 1 FROM posts FOR UPDATE").execute(&mut *lock).await.unwrap();
    let release = async {
        sleep(Duration::from_millis(500)).await;
        lock.rollback().await.unwrap();
    };
    let (answer, ()) = tokio::join!(app.ask_with(&me, edit, variables), release);
    answer.data("/editPost/post/body");

    let log = log.text();
    let hash: String = Sha256::digest(edit.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(log.contains("a slow operation") && log.contains(&hash) && log.contains("operation=\"editPost\""), "{log}");
    let number = |name: &str| -> u64 {
        let (_, behind) = log.split_once(&format!(" {name}=")).unwrap_or_else(|| panic!("{name} is not in {log}"));
        behind.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    // It was the database that took so long.
    assert!((450..5_000).contains(&number("milliseconds")), "{log}");
    assert!((400..5_000).contains(&number("sql_milliseconds")) && (2..10).contains(&number("statements")), "{log}");
    for secret in ["secret", "Hush", "slowpoke", &post.to_string(), &me.id.to_string()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert_eq!(log.lines().count(), 1, "{log}");
}
