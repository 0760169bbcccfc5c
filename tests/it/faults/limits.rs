//! What takes too long, and too much at once.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::Instant;

use super::{come_back, post, send, waiting};
use crate::support::{Cluster, Post, TestApp};

const READ: &str = "{ globalFeed(first: 5) { nodes { id } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_exhausted_pool_refuses_soon_and_recovers() {
    let cluster = Cluster::new().await;
    let app = TestApp::with(cluster.database().await, |config| {
        config.database.max_connections = 2;
        config.database.acquire_timeout = Duration::from_millis(300);
        config.database.lock_timeout = Duration::from_secs(10);
        config.database.statement_timeout = Duration::from_secs(10);
    });
    let app = Arc::new(app.await);
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let parent = app.post(&ben, Post::public("a post")).await;
    let mut blocker = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("LOCK TABLE notifications").execute(&mut *blocker).await.unwrap();
    // Both connections are in the middle of a mutation.
    let replies = ["one", "two"].map(|body| {
        let (app, ada) = (Arc::clone(&app), ada.clone());
        tokio::spawn(async move { send(&app, &ada, None, &post(body, Some(parent))).await })
    });
    let both = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sojorn' AND wait_event_type = 'Lock'";
    super::eventually(async || (app.database.number(both).await == 2).then_some(())).await;
    let began = Instant::now();
    for answer in join_all((0..20).map(|_| app.ask(None, READ))).await {
        come_back(&answer);
    }
    come_back(&app.ask(&ada, READ).await);
    let new_type = ("accept", "application/graphql-response+json");
    come_back(&app.post_raw(&[new_type], json!({ "query": READ }).to_string()).await);
    assert_eq!(app.get("/health/ready").await.status, 503);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());

    blocker.rollback().await.unwrap();
    for reply in replies {
        assert!(reply.await.unwrap().data("/createPost/post/id").is_string());
    }
    for answer in join_all((0..20).map(|_| app.ask(None, READ))).await {
        assert_eq!(answer.data("/globalFeed/nodes").as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_and_its_connection_goes_on() {
    let cluster = Cluster::new().await;
    let app = TestApp::with(cluster.database().await, |config| {
        config.database.max_connections = 1;
        config.database.statement_timeout = Duration::from_millis(300);
    });
    let app = app.await;
    let ada = app.person("ada").await;
    app.database
        .run(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
             CREATE TRIGGER dawdle AFTER INSERT ON posts FOR EACH ROW WHEN (NEW.body = 'slow') EXECUTE FUNCTION dawdle()",
        )
        .await;
    let connection = "SELECT pid FROM pg_stat_activity WHERE application_name = 'sojorn' AND query LIKE '%posts%'";
    app.ask(None, READ).await.data("/globalFeed");
    let before = app.database.text(connection).await;
    for _ in 0..2 {
        let began = Instant::now();
        let answer = send(&app, &ada, None, &post("slow", None)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "TIMEOUT"), "{}", answer.body);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert_eq!(app.ask(None, READ).await.data("/globalFeed/nodes").as_array().unwrap().len(), 0);
    }
    assert_eq!(app.database.text(connection).await, before);
    send(&app, &ada, None, &post("quick", None)).await.data("/createPost/post/id");
    // Waiting for a lock ends, too, and sooner.
    let mut blocker = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("LOCK TABLE posts").execute(&mut *blocker).await.unwrap();
    let late = post("late", None);
    let answer = tokio::join!(send(&app, &ada, None, &late), waiting(&app.database)).0;
    assert_eq!(answer.code(), "TIMEOUT");
    blocker.rollback().await.unwrap();
    send(&app, &ada, None, &post("again", None)).await.data("/createPost/post/id");
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 2);
}
