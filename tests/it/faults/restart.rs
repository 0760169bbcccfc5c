//! The database is restarted while much goes on.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use super::{SOON, come_back, eventually, post, send};
use crate::support::{Cluster, Person, Socket, Stop, TestApp};

const WATCH: &str = "subscription { beaconChanged(area: { circle: { center: { latitude: 45, longitude: -93 } } }) {
    kind beacon { body } } }";

/// What a worker has seen.
#[derive(Default)]
struct Seen {
    /// The posts that were acknowledged.
    acknowledged: Vec<String>,
    /// How often it was told to come back.
    refused: usize,
}

/// Writes and reads by turns until it is told to stop, and then until a write is taken: all has to be well again.
async fn work(app: &TestApp, me: &Person, worker: usize, stop: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    for n in 0.. {
        let last = stop.load(Ordering::SeqCst);
        let body = format!("{worker}-{n}");
        let answer = send(app, me, None, &post(&body, None)).await;
        if answer.status == 200 {
            assert_eq!(answer.data("/createPost/post/body"), json!(body));
            seen.acknowledged.push(body);
            if last {
                return seen;
            }
        } else {
            come_back(&answer);
            seen.refused += 1;
            sleep(Duration::from_millis(20)).await;
        }
        let answer = app.ask(me, "{ globalFeed(first: 5) { nodes { id body } } }").await;
        if answer.status == 200 {
            answer.data("/globalFeed/nodes/0/id");
        } else {
            come_back(&answer);
            seen.refused += 1;
        }
    }
    unreachable!("it works until it is told to stop")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restart_under_load_is_told_as_503_and_loses_nothing_that_was_acknowledged() {
    let cluster = Cluster::new().await;
    let app = TestApp::with(cluster.database().await, |config| {
        config.database.acquire_timeout = Duration::from_millis(500);
    });
    let app = Arc::new(app.await);
    let people = app.crowd(8).await;
    app.post(&people[0], crate::support::Post::public("the first")).await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("map", WATCH).await;

    let stop = Arc::new(AtomicBool::new(false));
    let workers = people.iter().cloned().enumerate().map(|(worker, me)| {
        let (app, stop) = (Arc::clone(&app), Arc::clone(&stop));
        tokio::spawn(async move { work(&app, &me, worker, &stop).await })
    });
    let workers: Vec<_> = workers.collect();
    for how in [Stop::Fast, Stop::Immediate] {
        sleep(Duration::from_millis(400)).await;
        cluster.stop(how).await;
        sleep(Duration::from_millis(200)).await;
        come_back(&app.ask(&people[0], "{ viewer { id } }").await);
        assert_eq!(
            (app.get("/health/ready").await.status, app.get("/health/live").await.status.as_u16()),
            (503.try_into().unwrap(), 200)
        );
        cluster.start().await;
    }
    stop.store(true, Ordering::SeqCst);
    let seen = tokio::time::timeout(SOON, join_all(workers)).await.expect("it is not well again");
    let seen: Vec<_> = seen.into_iter().map(Result::unwrap).collect();

    let rows = app.database.text("SELECT string_agg(body, ' ') FROM posts").await;
    let kept: BTreeSet<_> = rows.split(' ').collect();
    let acknowledged: Vec<_> = seen.iter().flat_map(|seen| &seen.acknowledged).collect();
    for body in &acknowledged {
        assert!(kept.contains(body.as_str()), "{body} was acknowledged and is lost");
    }
    assert!(acknowledged.len() > 50 && seen.iter().all(|seen| seen.refused > 0), "{}", acknowledged.len());

    // Also for those who watched all the time.
    let beacon =
        "mutation { createBeacon(input: { body: \"ice\", type: HAZARD, location: { latitude: 45, longitude: -93 } }) {
        beacon { id } userErrors { code } } }";
    app.ask(&people[1], beacon).await.data("/createBeacon/beacon/id");
    assert_eq!(socket.event("map").await["beaconChanged"], json!({ "kind": "CREATED", "beacon": { "body": "ice" } }));
    eventually(async || (app.get("/health/ready").await.status == 200).then_some(())).await;
}
