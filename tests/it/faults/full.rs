//! A disk with no room left.
//!
//! That a write does not fit is what PostgreSQL is told by the kernel here as on a full disk, and says with the same code
//! (53100): files end at a size, which needs neither root nor a file system of the test's own. The size falls into the
//! middle of a page, so that a page is written in part, as where a disk ends.

use sea_orm::sqlx::{AssertSqlSafe, Executor};
use serde_json::json;

use super::{come_back, post, send};
use crate::support::{Cluster, Stop, TestApp};

#[tokio::test]
async fn on_a_full_disk_writes_are_refused_and_reads_go_on() {
    let cluster = Cluster::with(&[("autovacuum", "off")]).await;
    let app = TestApp::on(cluster.database().await).await;
    let ada = app.person("ada").await;
    // More than a file of the transactions' log has (1 MB), so that the log still fits.
    let fill = |rows: u32| {
        let author = ada.id;
        format!(
            "INSERT INTO posts (author_id, body) SELECT '{author}', repeat('x', 1000) FROM generate_series(1, {rows})"
        )
    };
    app.database.run(&fill(2_000)).await;
    let size = u64::try_from(app.database.number("SELECT pg_relation_size('posts')").await).unwrap();
    assert!(size > 1 << 20);
    cluster.stop(Stop::Fast).await;
    cluster.start_with_files_of(size + 4096).await;
    super::eventually(async || (app.get("/health/ready").await.status == 200).then_some(())).await;

    while app.database.pool.execute(AssertSqlSafe(fill(1))).await.is_ok() {}
    let posts = app.database.number("SELECT count(*) FROM posts").await;
    // Larger than what is left of any page.
    let large = "y".repeat(1_600);
    let before = app.database.fingerprint().await;
    for _ in 0..3 {
        let answer = send(&app, &ada, Some("a-key-for-a-full-disk"), &post(&large, None)).await;
        come_back(&answer);
        let read =
            app.ask(&ada, "{ globalFeed(first: 100) { nodes { body } } viewer { profile { postCount } } }").await;
        assert_eq!(read.data("/globalFeed/nodes").as_array().unwrap().len(), 100);
        assert_eq!(read.data("/viewer/profile/postCount"), json!(posts));
    }
    assert!(cluster.log().contains("could not extend file"), "{}", cluster.log());
    assert!(!cluster.log().contains("PANIC"), "{}", cluster.log());
    assert_eq!(app.database.fingerprint().await, before);

    // With room again, what was refused can be repeated, once.
    cluster.restart(Stop::Fast).await;
    super::eventually(async || (app.get("/health/ready").await.status == 200).then_some(())).await;
    let made = send(&app, &ada, Some("a-key-for-a-full-disk"), &post(&large, None)).await.data("/createPost/post/id");
    let again = send(&app, &ada, Some("a-key-for-a-full-disk"), &post(&large, None)).await.data("/createPost/post/id");
    assert_eq!(made, again);
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, posts + 1);
}

/// PostgreSQL ends itself then (`PANIC`), and recovers what it has written, with room or without.
#[tokio::test]
async fn where_the_log_of_transactions_does_not_fit_nothing_acknowledged_is_lost() {
    // What is shared in memory would be bounded as well.
    let cluster = Cluster::with(&[("autovacuum", "off"), ("dynamic_shared_memory_type", "sysv")]).await;
    let app = TestApp::on(cluster.database().await).await;
    let ada = app.person("ada").await;
    app.database.pool.execute("SELECT pg_switch_wal()").await.unwrap();
    cluster.stop(Stop::Fast).await;
    // A little less than a file of the log.
    cluster.start_with_files_of((1 << 20) - 4_096).await;
    super::eventually(async || (app.get("/health/ready").await.status == 200).then_some(())).await;

    let mut acknowledged = Vec::new();
    let refused = loop {
        let key = format!("a-key-for-post-{}", acknowledged.len());
        let answer = send(&app, &ada, Some(&key), &post("on a full disk", None)).await;
        if !answer.codes().is_empty() {
            break answer;
        }
        acknowledged.push(answer.data("/createPost/post/id"));
        assert!(acknowledged.len() < 1_000, "the log does not end");
        // On to the next of its files.
        let _ = app.database.pool.execute("SELECT pg_switch_wal()").await;
    };
    // Most often somebody else comes to the end of the log. Whoever does is told here that a file is too large, which has no code
    // as a full disk has one.
    assert!(["UNAVAILABLE", "INTERNAL_SERVER_ERROR"].contains(&refused.code().as_str()), "{}", refused.body);
    assert!(!acknowledged.is_empty());

    // With room again, the same server goes on, and what was refused can be repeated.
    cluster.end().await;
    assert!(cluster.log().contains("PANIC"), "{}", cluster.log());
    cluster.start().await;
    super::eventually(async || (app.get("/health/ready").await.status == 200).then_some(())).await;
    for id in &acknowledged {
        let found = app.ask(&ada, &format!("{{ post(id: {id}) {{ id }} }}")).await;
        assert_eq!(found.data("/post/id"), *id);
    }
    let key = format!("a-key-for-post-{}", acknowledged.len());
    let again = post("on a full disk", None);
    let made = send(&app, &ada, Some(&key), &again).await.data("/createPost/post/id");
    assert_eq!(send(&app, &ada, Some(&key), &again).await.data("/createPost/post/id"), made);
    let posts = i64::try_from(acknowledged.len()).unwrap() + 1;
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, posts);
    let counted = app.ask(&ada, "{ viewer { profile { postCount } } }").await.data("/viewer/profile/postCount");
    assert_eq!(counted, json!(posts));
}
