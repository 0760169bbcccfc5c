//! The server as it is run: a process of its own.

use std::{net::SocketAddr, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::support::{Database, SECRET};

/// `sojorn serve`. Killed with this value.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
}

/// `sojorn` with nothing in its environment but these settings, in a folder without `.env`.
pub fn sojorn(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sojorn"));
    command
        .args(arguments)
        .env_clear()
        .envs([("DATABASE_URL", database.url.as_str()), ("JWT_SECRET", SECRET), ("LISTEN", "127.0.0.1:0")])
        .envs(settings.iter().copied())
        .current_dir(std::env::temp_dir())
        .kill_on_drop(true);
    command
}

impl Process {
    /// Starts one, and waits until it listens.
    pub async fn serve(database: &Database) -> Self {
        Self::serve_with(database, &["serve"], &[]).await
    }

    pub async fn serve_with(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = sojorn(database, arguments, settings);
        let mut child = command.env("LOG", "warn").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().expect("it does not start");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim_end_matches("/graphql").parse().unwrap();
            }
        };
        // What it logs later must find somebody who reads.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { address, child }
    }

    /// Sends it a signal: KILL, TERM.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().await.unwrap().success());
    }

    /// Waits until it has ended; it must have ended well.
    pub async fn ended(mut self) {
        assert!(self.child.wait().await.unwrap().success());
    }
}
