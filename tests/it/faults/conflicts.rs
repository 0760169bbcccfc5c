//! Transactions that PostgreSQL ends because of each other are tried again.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{post, send, waiting};
use crate::support::{Cluster, Post, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutation_that_was_ended_to_break_a_deadlock_is_done_all_the_same() {
    let cluster = Cluster::with(&[("deadlock_timeout", "1s")]).await;
    let app = TestApp::with(cluster.database().await, |config| config.database.lock_timeout = Duration::from_secs(10));
    let app = Arc::new(app.await);
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let parent = app.post(&ben, Post::public("a post")).await;
    let mut other = app.database.pool.begin().await.unwrap();
    // The other one is patient: it is the server's transaction that is ended.
    sea_orm::sqlx::raw_sql("SET LOCAL deadlock_timeout = '60s'; LOCK TABLE notifications")
        .execute(&mut *other)
        .await
        .unwrap();
    let reply = {
        let (app, ada) = (Arc::clone(&app), ada.clone());
        tokio::spawn(async move { send(&app, &ada, None, &post("a reply", Some(parent))).await })
    };
    waiting(&app.database).await;
    // The server has written a post and waits for us; now we wait for the server.
    sea_orm::sqlx::query("LOCK TABLE posts IN SHARE MODE").execute(&mut *other).await.unwrap();
    other.commit().await.unwrap();
    assert_eq!(reply.await.unwrap().data("/createPost/post/body"), json!("a reply"));
    assert_eq!(cluster.log().matches("deadlock detected").count(), 1, "{}", cluster.log());
    assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE parent_id IS NOT NULL").await, 1);
    assert_eq!(app.database.number("SELECT count(*) FROM notifications").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutation_that_could_not_be_serialized_is_done_all_the_same() {
    let cluster = Cluster::with(&[("default_transaction_isolation", "serializable")]).await;
    let app = Arc::new(TestApp::on(cluster.database().await).await);
    let ada = app.person("ada").await;
    let mine = app.post(&ada, Post::public("first")).await;
    let mut other = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("UPDATE posts SET allow_replies = false").execute(&mut *other).await.unwrap();
    let edit = {
        let (app, ada) = (Arc::clone(&app), ada.clone());
        let edit = "mutation($id: ID!) { editPost(input: { postId: $id, body: \"second\" }) {
            post { body } userErrors { code } } }";
        tokio::spawn(async move { app.ask_with(&ada, edit, json!({ "id": mine })).await })
    };
    waiting(&app.database).await;
    other.commit().await.unwrap();
    assert_eq!(edit.await.unwrap().data("/editPost/post/body"), json!("second"));
    assert!(cluster.log().contains("could not serialize access"), "{}", cluster.log());
    // Both stand, and the earlier text is kept once.
    assert_eq!(app.database.text("SELECT body || ' ' || allow_replies FROM posts").await, "second false");
    assert_eq!(app.database.text("SELECT string_agg(body, ' ') FROM post_revisions").await, "first");
}

#[tokio::test]
async fn what_cannot_be_serialized_in_four_attempts_is_given_up_whole() {
    let cluster = Cluster::new().await;
    let app = TestApp::on(cluster.database().await).await;
    let ada = app.person("ada").await;
    app.database
        .run(
            "CREATE SEQUENCE attempts;
             CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('attempts') % 5 <> 0 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF;
                 RETURN NULL;
             END $$;
             CREATE TRIGGER conflict AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION conflict()",
        )
        .await;
    let answer = send(&app, &ada, None, &post("in vain", None)).await;
    assert_eq!(answer.code(), "TIMEOUT");
    assert_eq!(app.database.text("SELECT last_value FROM attempts").await, "4");
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 0);
    send(&app, &ada, None, &post("the fifth", None)).await.data("/createPost/post/id");
    assert_eq!(app.database.text("SELECT string_agg(body, ' ') FROM posts").await, "the fifth");
}
