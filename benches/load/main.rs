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
mod world;

use std::{
    env, fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{client::Measured, world::World};

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
    let server = Server::start(&url);
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
            server.resident_mebibytes(),
        );
    }
}

/// The server under test, ended with this value.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(url: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let process = Command::new(env!("CARGO_BIN_EXE_sojorn"))
            .arg("serve")
            .envs([("DATABASE_URL", url), ("JWT_SECRET", world::SECRET), ("LOG", "warn")])
            .env("LISTEN", address.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..100 {
            if std::net::TcpStream::connect(address).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, address }
    }

    /// The memory that the server holds (Linux; 0 elsewhere).
    fn resident_mebibytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
