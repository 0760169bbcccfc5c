//! The server under test, ended with its value.

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A budget that no benchmark comes to the end of.
pub const UNRATIONED: (&str, &str) = ("COST_PER_MINUTE", "1000000000000");

pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it on this database, with these settings besides.
    pub fn start(url: &str, settings: &[(&str, &str)]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let process = Command::new(env!("CARGO_BIN_EXE_sojorn"))
            .arg("serve")
            .envs([("DATABASE_URL", url), ("LOG", "warn"), UNRATIONED])
            .envs(settings.iter().copied())
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
    pub fn resident_kibibytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
