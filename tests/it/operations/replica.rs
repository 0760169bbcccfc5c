//! A real standby that a server reads from: what it may answer, and when it may not.

mod random;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::Value;
use sojorn::store::{
    db::{Observer, Options},
    replica::ReplicaOptions,
};
use tokio::time::{Instant, sleep};

use crate::support::{Beacon, Cluster, Database, Person, Post, Server, Socket, Stop, TestApp};

/// Statements that were sent somewhere, those aside that ask how far it is.
#[derive(Clone, Default)]
struct Sent(Arc<AtomicUsize>);

impl Sent {
    fn observer(&self) -> Observer {
        let count = Arc::clone(&self.0);
        Observer(Arc::new(move |statement| {
            if !statement.sql.contains("_lsn()") {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }))
    }

    /// How many since the last time.
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

/// A server that reads from a standby.
struct Reading {
    server: Server,
    /// What the standby is asked.
    there: Sent,
    /// What the first database is asked.
    here: Sent,
}

impl Reading {
    async fn start(app: &TestApp, standby: &Cluster, lag: Duration) -> Self {
        let reading = Self::begin(app, standby, lag).await;
        reading.until_it_serves().await;
        reading
    }

    /// One that may never read from it.
    async fn begin(app: &TestApp, standby: &Cluster, lag: Duration) -> Self {
        let (there, here) = (Sent::default(), Sent::default());
        let url = standby.url(app.database.name());
        let server = app
            .serve_with(|config| {
                config.database.observer = Some(here.observer());
                // A test has patience.
                config.database.lock_timeout = Duration::from_secs(20);
                config.database.statement_timeout = Duration::from_secs(30);
                let database = Options { url, observer: Some(there.observer()), ..config.database.clone() };
                config.replica = Some(ReplicaOptions { database, lag });
            })
            .await;
        Self { server, there, here }
    }

    /// Asks, in a way that leaves nothing behind.
    async fn ask(&self, viewer: Option<&Person>, query: &str) -> Value {
        let mut socket = Socket::connect(&self.server, viewer.map(|person| person.token.as_str())).await;
        socket.subscribe_after("q", query, None).await;
        socket.event("q").await
    }

    /// The texts of a feed.
    async fn bodies(&self, viewer: Option<&Person>, feed: &str) -> Vec<String> {
        let answer = self.ask(viewer, &format!("{{ {feed}(first: 50) {{ nodes {{ body }} }} }}")).await;
        let nodes = answer[feed]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["body"].as_str().unwrap().to_owned()).collect()
    }

    /// How late the numbers say that it is, in seconds.
    fn lag(&self) -> f64 {
        let numbers = self.server.domain.metrics_text();
        let line = numbers.lines().find_map(|line| line.strip_prefix("sojorn_replica_lag_seconds "));
        line.unwrap().parse().unwrap()
    }

    /// Waits until the standby answers.
    async fn until_it_serves(&self) {
        let began = Instant::now();
        self.there.take();
        while self.there.take() == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "the replica does not serve");
            self.bodies(None, "globalFeed").await;
        }
    }
}

async fn scene(settings: &[(&str, &str)]) -> (Cluster, Cluster, TestApp) {
    let cluster = Cluster::new().await;
    let app = TestApp::on(cluster.database().await).await;
    let standby = cluster.standby(settings).await;
    (cluster, standby, app)
}

const LIBERAL: Duration = Duration::from_secs(5);
const STRICT: Duration = Duration::from_millis(150);

#[tokio::test]
async fn a_replica_serves_feeds_and_maps_and_the_database_all_else() {
    let (_cluster, standby, app) = scene(&[]).await;
    let me = app.person("reader").await;
    let post = app.post(&me, Post::public("hello")).await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    let reading = Reading::start(&app, &standby, LIBERAL).await;
    let area = "area: { bounds: { south: 44, west: -94, north: 45, east: -93 } }";
    let reads = [
        "{ globalFeed { nodes { body author { handle } } } }".to_owned(),
        "{ homeFeed { nodes { body } } }".to_owned(),
        "{ quipFeed { nodes { body } } }".to_owned(),
        format!("{{ beacons({area}) {{ nodes {{ body }} }} }}"),
        "{ beaconClusters(bounds: { south: 44, west: -94, north: 45, east: -93 }, zoom: 8) { count } }".to_owned(),
    ];
    for read in &reads {
        reading.there.take();
        reading.ask(Some(&me), read).await;
        assert_eq!(reading.there.take(), 1, "{read}");
    }
    let others = [
        "{ viewer { id profile { handle postCount } } }".to_owned(),
        format!("{{ node(id: \"{post}\") {{ id }} }}"),
        "{ viewer { notifications { nodes { id } } } }".to_owned(),
    ];
    for other in &others {
        reading.here.take();
        reading.ask(Some(&me), other).await;
        assert_eq!(reading.there.take(), 0, "{other}");
        assert!(reading.here.take() >= 2, "{other}");
    }
}

/// The standby is always late, and still nobody misses what he has just written.
#[tokio::test]
async fn a_viewer_reads_at_once_what_he_has_written_through_any_server() {
    let (_cluster, standby, app) = scene(&[("recovery_min_apply_delay", "30ms")]).await;
    let people = app.crowd(4).await;
    let servers = [Reading::start(&app, &standby, LIBERAL).await, Reading::start(&app, &standby, LIBERAL).await];
    let work = people.iter().enumerate().map(|(n, me)| {
        let servers = &servers;
        async move {
            for round in 0..10 {
                let body = format!("{n} {round}");
                let create = format!("mutation {{ createPost(input: {{ body: \"{body}\" }}) {{ post {{ id }} }} }}");
                servers[round % 2].ask(Some(me), &create).await["createPost"]["post"]["id"].as_str().unwrap();
                let other = &servers[(round + 1) % 2];
                assert!(other.bodies(Some(me), "homeFeed").await.contains(&body), "{body}");
            }
        }
    });
    join_all(work).await;
    // And it was the standby that answered.
    assert_eq!(servers.iter().map(|server| server.there.take()).sum::<usize>(), 40);
}

/// What is hidden at the first database is hidden at once, whether the standby is a little late or stands still.
#[tokio::test]
async fn what_is_hidden_is_hidden_at_once_however_late_the_replica_is() {
    let (_cluster, standby, app) = scene(&[("recovery_min_apply_delay", "30ms")]).await;
    let follower = standby.same(&app.database).await;
    let (author, reader) = (app.person("author").await, app.person("reader").await);
    app.follow(&reader, &author, "accepted").await;
    let reading = Reading::start(&app, &standby, LIBERAL).await;
    let strict = Reading::start(&app, &standby, STRICT).await;
    for (round, is_standing_still) in [false, true, false, true].into_iter().enumerate() {
        let body = format!("round {round}");
        let post = app.post(&author, Post::public(&body)).await;
        let server = if is_standing_still { &strict } else { &reading };
        let sees = async |viewer, feed| server.bodies(viewer, feed).await.contains(&body);
        assert!(sees(Some(&reader), "globalFeed").await && sees(None, "globalFeed").await);
        if is_standing_still {
            strict.until_it_serves().await;
            follower.run("SELECT pg_wal_replay_pause()").await;
            while follower.text("SELECT pg_get_wal_replay_pause_state()").await != "paused" {
                sleep(Duration::from_millis(5)).await;
            }
        }
        server.there.take();
        app.must(&author, "block", &reader).await;
        assert!(!sees(Some(&reader), "globalFeed").await, "blocked");
        app.must(&author, "unblock", &reader).await;
        assert!(sees(Some(&reader), "globalFeed").await);
        app.set_private(&author, true).await.data("/updateProfile/profile");
        assert!(!sees(None, "globalFeed").await && !sees(Some(&reader), "globalFeed").await, "private");
        app.set_private(&author, false).await.data("/updateProfile/profile");
        app.set_state(&author, "suspended").await;
        assert!(!sees(None, "globalFeed").await, "suspended");
        app.set_state(&author, "active").await;
        app.to_post(&author, "deletePost", post).await.data("/deletePost");
        assert!(!sees(None, "globalFeed").await && !sees(Some(&reader), "homeFeed").await, "deleted");
        if is_standing_still {
            assert_eq!(server.there.take(), 0, "a standby that stands still has answered");
            follower.run("SELECT pg_wal_replay_resume()").await;
            server.until_it_serves().await;
            assert!(!sees(None, "globalFeed").await);
        } else {
            assert_eq!(server.there.take(), 7, "a standby that is a little late has not answered");
        }
    }
}

/// Sends a signal to the standby, to all of its processes.
fn signal(standby: &Cluster, name: &str) {
    let parent = standby.process();
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    let ids = [parent.to_string()].into_iter().chain(children.split_whitespace().map(str::to_owned));
    for id in ids.collect::<Vec<_>>() {
        std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_stops_freezes_or_is_promoted_is_not_noticed() {
    let (_cluster, standby, app) = scene(&[]).await;
    let me = app.person("reader").await;
    app.post(&me, Post::public("here")).await;
    let reading = Reading::start(&app, &standby, STRICT).await;
    let read = async |seconds: f64| {
        let began = Instant::now();
        let mut slowest = Duration::ZERO;
        while began.elapsed().as_secs_f64() < seconds {
            let asked = Instant::now();
            assert_eq!(reading.bodies(Some(&me), "homeFeed").await, ["here"]);
            slowest = slowest.max(asked.elapsed());
        }
        slowest
    };
    for how in [Stop::Fast, Stop::Immediate] {
        let (slowest, ()) = tokio::join!(read(1.5), standby.stop(how));
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        reading.there.take();
        read(0.2).await;
        assert_eq!(reading.there.take(), 0);
        assert!(reading.lag() > 0.0);
        standby.start().await;
        reading.until_it_serves().await;
        let began = Instant::now();
        while reading.lag() > 0.0 {
            assert!(began.elapsed() < Duration::from_secs(20), "it is still said to be late");
            read(0.1).await;
        }
    }
    // It keeps its connections, and says nothing.
    signal(&standby, "STOP");
    let slowest = read(2.0).await;
    signal(&standby, "CONT");
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    reading.until_it_serves().await;
    // It has a history of its own from now on.
    standby.promote().await;
    let promoted = standby.same(&app.database).await;
    promoted.run("UPDATE posts SET body = 'elsewhere'").await;
    read(1.2).await;
    reading.there.take();
    read(0.2).await;
    assert_eq!(reading.there.take(), 0);
}

/// A statement on a standby is cancelled when it stands in the way of what has to be replayed. Then the first database
/// answers it.
#[tokio::test]
async fn a_read_that_is_cancelled_by_a_conflict_with_recovery_is_answered_all_the_same() {
    let (_cluster, standby, app) = scene(&[("max_standby_streaming_delay", "0")]).await;
    let me = app.person("reader").await;
    app.post(&me, Post::public("here")).await;
    let follower = standby.same(&app.database).await;
    let reading = Reading::start(&app, &standby, LIBERAL).await;
    // The read waits for one table, and has begun with others; then the lock on one of these wants to be replayed as well.
    let mut lock = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("LOCK TABLE blocks IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sojorn' AND wait_event_type = 'Lock'";
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 'blocks'::regclass AND mode = 'AccessExclusiveLock'";
    let begun = "SELECT relation::regclass FROM pg_locks JOIN pg_class ON pg_class.oid = relation WHERE relkind = 'r'
        AND relnamespace = 'public'::regnamespace AND mode = 'AccessShareLock' AND granted LIMIT 1";
    while follower.number(held).await == 0 {
        flush(&app.database).await;
    }
    let conflict = async {
        while follower.number(waits).await == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        let begun = follower.text(begun).await;
        let exclusive = sea_orm::sqlx::AssertSqlSafe(format!("LOCK TABLE {begun} IN ACCESS EXCLUSIVE MODE"));
        sea_orm::sqlx::query(exclusive).execute(&mut *lock).await.unwrap();
        while !standby.log().contains("conflict with recovery") {
            flush(&app.database).await;
        }
        lock.rollback().await.unwrap();
    };
    let (bodies, ()) = tokio::join!(reading.bodies(Some(&me), "globalFeed"), conflict);
    assert_eq!(bodies, ["here"]);
    reading.until_it_serves().await;
    assert!(reading.server.domain.metrics_text().contains("sojorn_replica_reads_total{source=\"failed\"} 1"));
}

/// Commits something, so that what was written by now is sent.
async fn flush(database: &Database) {
    database.run("CREATE TABLE IF NOT EXISTS flushed (n int); INSERT INTO flushed VALUES (1)").await;
    sleep(Duration::from_millis(10)).await;
}

/// What still follows the database of before a failover may be far ahead of the one that has taken its place, and knows nothing
/// of what is done there. For minutes both name the same timeline in their control files.
#[tokio::test]
async fn what_follows_the_database_of_before_a_failover_is_not_asked() {
    let (cluster, standby, app) = scene(&[]).await;
    let heir = cluster.standby(&[]).await;
    let me = app.person("writer").await;
    let post = app.post(&me, Post::public("hidden since")).await;
    let has = async |cluster: &Cluster, sql: &str| {
        let database = cluster.same(&app.database).await;
        while database.text(sql).await != "true" {
            sleep(Duration::from_millis(50)).await;
        }
        database
    };
    let taken_over = has(&heir, &format!("SELECT count(*) = 1 FROM posts WHERE id = '{post}'")).await;
    heir.promote().await;
    app.database.run("CREATE TABLE noise AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)").await;
    has(&standby, "SELECT to_regclass('noise') IS NOT NULL").await;
    taken_over.run(&format!("UPDATE posts SET deleted_at = now() WHERE id = '{post}'")).await;
    let app = TestApp::on(taken_over).await;
    let reading = Reading::begin(&app, &standby, LIBERAL).await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        assert_eq!(reading.bodies(None, "globalFeed").await, [""; 0]);
    }
    assert_eq!(reading.there.take(), 0);
}
