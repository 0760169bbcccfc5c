//! Servers that bring the schema up to date at the same time, or do not come to the end of it.

use std::{process::Stdio, time::Duration};

use futures_util::future::join_all;
use serde_json::json;

use super::{
    client::Client,
    process::{Process, sojorn},
};
use crate::support::{Cluster, Database, sign};

/// The steps that the database has, in their order, and the tables.
async fn schema(database: &Database) -> [String; 2] {
    let steps = database.text("SELECT string_agg(version, ' ' ORDER BY applied_at, version) FROM seaql_migrations");
    let tables = "SELECT string_agg(concat_ws('.', table_name, column_name), ' ' ORDER BY table_name, ordinal_position)
        FROM information_schema.columns WHERE table_schema = 'public'";
    [steps.await, database.text(tables).await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_migrate_at_once_both_serve_and_one_has_migrated() {
    let cluster = Cluster::new().await;
    let expected = schema(&cluster.database().await).await;
    let database = cluster.blank_database().await;
    let arguments = ["serve", "--migrate"];
    let servers = join_all((0..2).map(|_| Process::serve_with(&database, &arguments, &[]))).await;
    assert_eq!(schema(&database).await, expected);
    let token = sign(&json!({ "sub": uuid::Uuid::nil(), "exp": 0 }), "whoever");
    for server in &servers {
        let query = json!({ "query": "{ globalFeed { nodes { id } } }" });
        // A token that is not good is refused, so the server serves.
        assert_eq!(Client::of(server.address).post(&token, None, &query).await.unwrap().status, 401);
    }
}

#[tokio::test]
async fn a_migration_that_is_killed_at_any_time_is_finished_by_the_next() {
    let cluster = Cluster::new().await;
    let expected = schema(&cluster.database().await).await;
    for pause in [10, 60, 120, 250] {
        let database = cluster.blank_database().await;
        let mut first = sojorn(&database, &["migrate", "up"], &[]).stdout(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        first.kill().await.unwrap();
        let next = sojorn(&database, &["migrate", "up"], &[]).output().await.unwrap();
        assert!(next.status.success(), "after {pause} ms: {}", String::from_utf8_lossy(&next.stderr));
        assert_eq!(schema(&database).await, expected, "after {pause} ms");
    }
}
