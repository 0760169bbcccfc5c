//! How fast the server answers, beside how fast PostgreSQL runs the bare statement: `script/bench`.
//!
//! For each operation, requests are sent over a few kept-alive connections for some seconds to a server in a process of
//! its own; then pgbench runs the operation's main statement, as the server sends it, for as long with as many
//! connections. All of it shares this machine, so the ratio says more than the numbers.

// A benchmark that cannot be set up has nothing to say. It is a program of its own, with a clock, an environment and an
// output.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

mod client;
mod operations;
mod pgbench;
#[path = "../server/mod.rs"]
mod server;
mod world;

use std::{env, time::Duration};

use crate::{client::Measured, server::Server, world::World};

/// Connections, to the server and of pgbench.
const CONNECTIONS: usize = 16;

#[tokio::main]
async fn main() {
    // cargo passes --bench; a number is the seconds for each measurement.
    let seconds = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let duration = Duration::from_secs(seconds);
    let url = env::var("DATABASE_URL").expect("DATABASE_URL is not set: run this by script/bench");
    let world = World::open(&url).await;
    println!(
        "{} profiles, {} follows, {} posts, of them {} beacons; {CONNECTIONS} connections, {seconds} s each\n",
        world.profiles, world.follows, world.posts, world.beacons
    );
    let server = Server::start(&url, &[("JWT_SECRET", world::SECRET)]);
    println!("| operation | requests/s | p50 | p99 | bare SQL/s | ratio | resident |");
    println!("|---|---|---|---|---|---|---|");
    for operation in operations::all(&world) {
        let statements = world.main_statements(&operation).await;
        client::run(server.address, &operation.requests, CONNECTIONS, Duration::from_secs(1)).await;
        let Measured { per_second, p50, p99 } =
            client::run(server.address, &operation.requests, CONNECTIONS, duration).await;
        let bare = pgbench::run(&url, &statements, CONNECTIONS, duration);
        println!(
            "| {} | {per_second:.0} | {:.1} ms | {:.1} ms | {bare:.0} | {:.2} | {} MiB |",
            operation.name,
            p50.as_secs_f64() * 1e3,
            p99.as_secs_f64() * 1e3,
            per_second / bare,
            server.resident_kibibytes() / 1024,
        );
    }
}
