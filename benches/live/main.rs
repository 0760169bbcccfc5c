//! How a server delivers to ten thousand: `script/bench live [seconds]`.
//!
//! 10,000 sockets, a subscription each, watch 200 areas, 50 each. Authors make 50 beacons a second there: anonymous ones,
//! and such of public and private profiles. A third of the subscribers is signed out, a third strangers, and a third follows
//! the private authors; a tenth of those who are signed in has blocked them all. Who has to be told is known beforehand, so
//! that what is lost is counted, and what is told to somebody who may not know. Server, clients and PostgreSQL share this
//! machine.

// A benchmark that cannot be set up has nothing to say. It is a program of its own, with a clock, an environment and an
// output.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]
#![allow(clippy::format_push_string, reason = "a text is built once")]

#[path = "../server/mod.rs"]
mod server;
mod subscriber;
mod world;

use std::{
    collections::{HashMap, HashSet},
    env,
    process::ExitCode,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use crate::{
    server::Server,
    subscriber::{Socket, watch},
    world::{AREAS, Author, World},
};

const SUBSCRIPTIONS: usize = 10_000;
const PER_SECOND: u64 = 50;

/// A beacon that a subscriber was told of: by its number, and when.
type Heard = (usize, u64, Instant);
/// When each beacon was asked for, in which area, and by whom.
type Sent = Arc<Mutex<HashMap<u64, (Instant, usize, Author)>>>;

#[tokio::main]
async fn main() -> ExitCode {
    // cargo passes --bench.
    let seconds = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(20);
    let url = env::var("DATABASE_URL").expect("DATABASE_URL is not set: run this by script/bench live");
    let world = World::new(&url).await;
    let server = Server::start(
        &url,
        &[
            ("JWT_SECRET", world::SECRET),
            ("SOCKETS_PER_ADDRESS", "100000"),
            ("CONNECTIONS_PER_ADDRESS", "100000"),
            ("SOCKETS_PER_PERSON", "1000"),
            ("BEACONS_PER_HOUR", "1000"),
        ],
    );
    let before = server.resident_kibibytes();

    let (heard, mut arriving) = mpsc::unbounded_channel::<Heard>();
    let begun = Instant::now();
    let opened: Vec<_> = stream::iter(0..SUBSCRIPTIONS)
        .map(|n| watch(server.address, n, world.token_of(n), world::area(n % AREAS), heard.clone()))
        .buffer_unordered(64)
        .collect()
        .await;
    drop(heard);
    let opening = begun.elapsed();
    let per_subscription = (server.resident_kibibytes().saturating_sub(before)) as f64 / SUBSCRIPTIONS as f64;
    println!("{} subscriptions opened in {:.1} s, {per_subscription:.1} KiB each", opened.len(), opening.as_secs_f64());

    let sent: Sent = Arc::default();
    let making = tokio::spawn(make(server.address, world.clone(), seconds, Arc::clone(&sent)));
    let (mut latencies, mut told, mut wrong, mut twice) = (Vec::new(), HashSet::new(), 0, 0);
    let end = tokio::time::sleep(Duration::from_secs(seconds + 5));
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            Some((subscriber, number, at)) = arriving.recv() => {
                let (made, area, author) = sent.lock().unwrap()[&number];
                latencies.push(at - made);
                twice += usize::from(!told.insert((number, subscriber)));
                if subscriber % AREAS != area || !World::may_know(subscriber, author) {
                    wrong += 1;
                }
            }
        }
    }
    making.await.unwrap();
    let sent = sent.lock().unwrap();
    let is_lost = |number: u64, area: usize, author: Author| {
        let who = (0..SUBSCRIPTIONS).filter(move |n| n % AREAS == area && World::may_know(*n, author));
        who.filter(|n| !told.contains(&(number, *n))).count()
    };
    let lost: usize = sent.iter().map(|(number, (_, area, author))| is_lost(*number, *area, *author)).sum();
    latencies.sort_unstable();
    let at = |share: f64| {
        let place = (latencies.len() as f64 * share) as usize;
        latencies.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    };
    println!(
        "{} beacons in {seconds} s, {} deliveries, p50 {:.0} ms, p99 {:.0} ms from the request that makes a beacon",
        sent.len(),
        latencies.len(),
        at(0.5),
        at(0.99)
    );
    println!(
        "lost: {lost}, told twice: {twice}, told to somebody who may not know: {wrong}, server: {} MiB",
        server.resident_kibibytes() / 1024
    );
    // Not `exit`: the server ends with its value.
    if lost + twice + wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Authors make beacons at a steady pace, each by a socket of its own.
async fn make(address: std::net::SocketAddr, world: World, seconds: u64, sent: Sent) {
    let mut authors = Vec::new();
    for (author, token) in &world.authors {
        authors.push((*author, Socket::open(address, Some(token)).await));
    }
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / PER_SECOND));
    for number in 0..seconds * PER_SECOND {
        ticks.tick().await;
        let place = usize::try_from(number).unwrap();
        let count = authors.len();
        let (author, socket) = &mut authors[place % count];
        // Every area has its turn with every kind of author.
        let area = (place * 7) % AREAS;
        let (latitude, longitude) = world::area(area);
        sent.lock().unwrap().insert(number, (Instant::now(), area, *author));
        let anonymous = *author == Author::Anonymous;
        socket
            .subscribe(
                &number.to_string(),
                &format!(
                    "mutation {{ createBeacon(input: {{ body: \"{number}\", type: HAZARD, anonymous: {anonymous},
                     precision: BLOCK, location: {{ latitude: {latitude}, longitude: {longitude} }} }}) {{
                     userErrors {{ message }} beacon {{ id }} }} }}"
                ),
            )
            .await;
        let answer = socket.next().await;
        assert!(answer["payload"]["data"]["createBeacon"]["beacon"]["id"].is_string(), "{answer}");
        assert_eq!(socket.next().await["type"], "complete");
    }
}
