//! Connections to the database that break in the middle of a mutation.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{come_back, post, send, waiting};
use crate::support::{Cluster, Post, TestApp};

const KEY: &str = "a-key-of-somebody-patient";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_in_the_middle_of_a_mutation_leaves_nothing_of_it() {
    let cluster = Cluster::new().await;
    let app = TestApp::with(cluster.database().await, |config| {
        config.database.lock_timeout = std::time::Duration::from_secs(10);
    });
    let app = Arc::new(app.await);
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let parent = app.post(&ben, Post::public("a post")).await;
    let reply = post("a #reply to @ben", Some(parent));
    let before = app.database.fingerprint().await;
    for _ in 0..3 {
        let mut blocker = app.database.pool.begin().await.unwrap();
        sea_orm::sqlx::query("LOCK TABLE notifications").execute(&mut *blocker).await.unwrap();
        let asking = {
            let (app, ada, reply) = (Arc::clone(&app), ada.clone(), reply.clone());
            tokio::spawn(async move { send(&app, &ada, Some(KEY), &reply).await })
        };
        // The post is written, its notification is not.
        let process = waiting(&app.database).await;
        assert_eq!(app.database.text(&format!("SELECT pg_terminate_backend({process})")).await, "true");
        come_back(&asking.await.unwrap());
        blocker.rollback().await.unwrap();
        assert_eq!(app.database.fingerprint().await, before);
        assert_eq!(app.database.number("SELECT count(*) FROM idempotency_keys").await, 0);
    }
    send(&app, &ada, Some(KEY), &reply).await.data("/createPost/post/id");
    let made =
        "SELECT (SELECT count(*) FROM posts WHERE parent_id IS NOT NULL) || ' ' || (SELECT count(*) FROM post_tags)
        || ' ' || (SELECT count(*) FROM post_mentions) || ' ' || (SELECT count(DISTINCT post_id) FROM notifications)";
    assert_eq!(app.database.text(made).await, "1 1 1 1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gets_no_answer_to_a_commit_asks_again_and_has_made_it_once() {
    let cluster = Cluster::new().await;
    let wire = Wire::to(cluster.port).await;
    let database = cluster.database().await;
    let app = TestApp::with(database, |config| {
        let direct = format!(":{}/", cluster.port);
        config.database.url = config.database.url.replace(&direct, &format!(":{}/", wire.address.port()));
    });
    let app = app.await;
    let ada = app.person("ada").await;
    for n in 1..=3 {
        let (body, key) = (format!("post {n}"), format!("{KEY}-{n}"));
        wire.swallow_next_commit();
        // It is made, and nobody knows.
        come_back(&send(&app, &ada, Some(&key), &post(&body, None)).await);
        assert_eq!(wire.swallowed.load(Ordering::SeqCst), n);
        let id = app.database.text(&format!("SELECT id FROM posts WHERE body = '{body}'")).await;
        assert!(!id.is_empty());
        let again = send(&app, &ada, Some(&key), &post(&body, None)).await;
        assert_eq!(again.data("/createPost/post/id"), json!(id));
    }
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 3);
}

/// A line to the database that breaks when it is told to.
struct Wire {
    address: SocketAddr,
    armed: Arc<AtomicBool>,
    swallowed: Arc<AtomicUsize>,
}

impl Wire {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (armed, swallowed) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let wire = Self { address, armed: Arc::clone(&armed), swallowed: Arc::clone(&swallowed) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let database = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::spawn(carry(client, database, Arc::clone(&armed), Arc::clone(&swallowed)));
            }
        });
        wire
    }

    /// The next COMMIT arrives, its answer does not.
    fn swallow_next_commit(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }
}

async fn carry(mut client: TcpStream, mut database: TcpStream, armed: Arc<AtomicBool>, swallowed: Arc<AtomicUsize>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                let asked = &asked[..read];
                if database.write_all(asked).await.is_err() {
                    return;
                }
                let is_commit = asked.windows(6).any(|word| word == b"COMMIT");
                if is_commit && armed.swap(false, Ordering::SeqCst) {
                    // The database has answered, so it has committed.
                    assert_ne!(database.read(&mut answered).await.unwrap(), 0);
                    swallowed.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
            read = database.read(&mut answered) => {
                let Ok(read @ 1..) = read else { return };
                if client.write_all(&answered[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
