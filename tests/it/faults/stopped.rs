//! The server is told to stop (SIGTERM) while much goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use super::{
    SOON,
    client::{Client, Silence},
    come_back, post,
    process::Process,
};
use crate::support::{Cluster, Post, Socket, TestApp, sign};
use serde_json::json;

/// A token that is good by the clock of the machine.
pub fn token(of: uuid::Uuid) -> String {
    sign(&json!({ "sub": of, "exp": chrono::Utc::now().timestamp() + 600 }), crate::support::SECRET)
}

/// Posts until nobody listens any more. Answers the posts that were acknowledged, and how often there was no answer.
async fn work(mut client: Client, token: String, worker: usize, done: Arc<AtomicUsize>) -> (Vec<String>, usize) {
    let (mut acknowledged, mut dropped) = (Vec::new(), 0);
    for n in 0.. {
        let body = format!("{worker}-{n}");
        match client.post(&token, None, &post(&body, None)).await {
            Ok(answer) if answer.status == 200 => {
                assert_eq!(answer.data("/createPost/post/body"), json!(body));
                acknowledged.push(body);
                done.fetch_add(1, Ordering::SeqCst);
            }
            // As it was told.
            Ok(answer) => {
                come_back(&answer);
                sleep(Duration::from_secs(1)).await;
            }
            Err(Silence::Dropped) => dropped += 1,
            Err(Silence::Refused) => break,
        }
    }
    (acknowledged, dropped)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_stops_under_load_answers_all_that_has_come_and_sends_sockets_elsewhere() {
    let cluster = Cluster::new().await;
    let app = TestApp::on(cluster.database().await).await;
    let people = app.crowd(8).await;
    let parent = app.post(&people[0], Post::public("a post")).await;
    let server = Process::serve_with(
        &app.database,
        &["serve"],
        &[("LOCK_TIMEOUT_MS", "8000"), ("STATEMENT_TIMEOUT_MS", "8000")],
    )
    .await;
    let mut sockets = Vec::new();
    for person in &people {
        let mut socket = Socket::connect_to(server.address, Some(&token(person.id))).await;
        socket.subscribe("home", "subscription { homeFeedPostAdded { body } }").await;
        sockets.push(socket);
    }
    // Some requests take their time.
    let mut blocker = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("LOCK TABLE notifications").execute(&mut *blocker).await.unwrap();
    let slow = (0..3).map(|n| {
        let (mut client, token) = (Client::of(server.address), token(people[1].id));
        tokio::spawn(async move { client.post(&token, None, &post(&format!("slow-{n}"), Some(parent))).await })
    });
    let slow: Vec<_> = slow.collect();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sojorn' AND wait_event_type = 'Lock'";
    super::eventually(async || (app.database.number(waiting).await == 3).then_some(())).await;
    let done = Arc::<AtomicUsize>::default();
    let workers = people.iter().enumerate().map(|(worker, person)| {
        tokio::spawn(work(Client::of(server.address), token(person.id), worker, Arc::clone(&done)))
    });
    let workers: Vec<_> = workers.collect();
    super::eventually(async || (done.load(Ordering::SeqCst) > 100).then_some(())).await;

    server.signal("TERM").await;
    for mut socket in sockets {
        assert_eq!(socket.closed().await.0, 1012);
    }
    sleep(Duration::from_millis(300)).await;
    blocker.rollback().await.unwrap();
    for slow in slow {
        assert!(slow.await.unwrap().unwrap().data("/createPost/post/id").is_string());
    }
    timeout(SOON, server.ended()).await.expect("it does not end");
    let seen: Vec<_> = join_all(workers).await.into_iter().map(Result::unwrap).collect();
    let dropped: Vec<_> = seen.iter().map(|(_, dropped)| *dropped).collect();
    assert_eq!(dropped, [0; 8], "requests that got no answer, of each worker");
    let rows = app.database.text("SELECT string_agg(body, ' ') FROM posts").await;
    let rows: std::collections::BTreeSet<_> = rows.split(' ').collect();
    for body in seen.iter().flat_map(|(acknowledged, _)| acknowledged) {
        assert!(rows.contains(body.as_str()), "{body}");
    }
}
