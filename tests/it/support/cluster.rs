//! A PostgreSQL of the test's own, to be stopped, killed and starved. It listens on a port of its own, keeps what it has
//! promised (`fsync` is on), and ends with the test, also with one that is killed.

use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Stdio,
};

use sojorn::{config::Sources, store::migrate::Migrations};
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::Database;

/// The name of its superuser, and of the database that is not for applications.
pub(super) const USER: &str = "sojorn";

/// A PostgreSQL of the test's own, and all databases in it.
pub struct Cluster {
    pub port: u16,
    pub(super) password: String,
    pub(super) folder: PathBuf,
    pub(super) owner: Owner,
    /// Held by this value, and so a port of no other test.
    _reservation: File,
    /// Ends the server and removes the folder as soon as nobody holds its standard input.
    janitor: Option<Child>,
}

/// How a server is told to stop.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Connections are cut, transactions taken back, and all is written down.
    Fast,
    /// As if the power had gone: the next start recovers.
    Immediate,
}

impl Cluster {
    /// A new one, that runs.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A new one with these settings, that runs.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let cluster = Self::prepared(&Uuid::new_v4().simple().to_string());
        let password = cluster.folder.join("password");
        fs::write(&password, &cluster.password).unwrap();
        cluster
            .program("initdb")
            .args(["--username", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"])
            .args(["--locale=C", "--lc-ctype=C.UTF-8", "--wal-segsize=1"])
            .arg("--pgdata")
            .arg(cluster.data())
            .arg("--pwfile")
            .arg(password)
            .succeed()
            .await;
        let main = cluster.data().join("postgresql.conf");
        fs::write(&main, format!("{}\ninclude '../{SETTINGS}'\n", fs::read_to_string(&main).unwrap())).unwrap();
        cluster.config(settings);
        cluster.start().await;
        cluster
    }

    /// A server that follows this one and can be read from.
    pub async fn standby(&self, settings: &[(&str, &str)]) -> Self {
        let standby = Self::prepared(&self.password);
        standby
            .program("pg_basebackup")
            .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", &self.url("postgres")])
            .arg("--pgdata")
            .arg(standby.data())
            .succeed()
            .await;
        standby.config(settings);
        standby.start().await;
        standby
    }

    /// A folder, a port, and somebody who will clear up.
    fn prepared(password: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sojorn-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        let owner = Owner::of(&folder);
        let (port, reservation) = free_port();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nshared_buffers = 16MB\n\
             max_connections = 100\njit = off\nrandom_page_cost = 1.1\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
        );
        fs::write(folder.join(SETTINGS), settings).unwrap();
        let mut cluster =
            Self { port, password: password.to_owned(), folder, owner, _reservation: reservation, janitor: None };
        cluster.janitor = Some(cluster.janitor());
        cluster
    }

    fn janitor(&self) -> Child {
        // The test may have stopped the server already, or not started it; what is left is killed with the folder.
        let script = format!(
            "read _; '{}' stop --mode=immediate --pgdata=data >/dev/null 2>&1; cd /; rm -rf '{}'",
            programs().join("pg_ctl").display(),
            self.folder.display()
        );
        let mut shell = self.owner.command("sh");
        shell.args(["-c", &script]).current_dir(&self.folder).process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Changes settings from the next start on, or from [`Self::reload`].
    pub fn config(&self, settings: &[(&str, &str)]) {
        let file = self.folder.join(SETTINGS);
        let mut text = fs::read_to_string(&file).unwrap();
        text.extend(settings.iter().map(|(name, value)| format!("{name} = '{value}'\n")));
        fs::write(&file, text).unwrap();
    }

    /// Starts it, and waits until it takes connections.
    pub async fn start(&self) {
        self.starting().succeed().await;
    }

    /// Starts it with files of so many bytes at most: what would be written behind that does not fit, as on a full disk.
    pub async fn start_with_files_of(&self, bytes: u64) {
        // `ulimit -f` counts 512 bytes.
        let script = format!("ulimit -f {} && exec \"$@\"", bytes / 512);
        let start = self.starting();
        let start = start.as_std();
        let mut shell = self.owner.command("sh");
        shell.env_clear().env("LC_ALL", "C").current_dir(&self.folder);
        shell.args(["-c", &script, "sh"]).arg(start.get_program()).args(start.get_args()).succeed().await;
    }

    fn starting(&self) -> Command {
        let mut start = self.control("start", &["--wait", "--log"]);
        start.arg(self.folder.join("log"));
        start
    }

    /// Stops it, and waits until it has stopped.
    pub async fn stop(&self, how: Stop) {
        let mode = format!("--mode={how:?}").to_lowercase();
        self.control("stop", &["--wait", &mode]).succeed().await;
    }

    /// Stops it as if the power had gone, unless it has stopped by itself.
    pub async fn end(&self) {
        let _ = self.control("stop", &["--wait", "--mode=immediate"]).output().await.unwrap();
    }

    /// Stops and starts it.
    pub async fn restart(&self, how: Stop) {
        self.stop(how).await;
        self.start().await;
    }

    /// Reads the settings again.
    pub async fn reload(&self) {
        self.control("reload", &[]).succeed().await;
    }

    /// Makes a standby a server of its own.
    pub async fn promote(&self) {
        self.control("promote", &["--wait"]).succeed().await;
    }

    /// The first of its processes.
    pub fn process(&self) -> u32 {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// The address of a database in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// A new, migrated database in it.
    pub async fn database(&self) -> Database {
        let database = self.blank_database().await;
        let options = Sources::of([("DATABASE_URL", &database.url)]).database().unwrap();
        Migrations::connect(&options, false).await.unwrap().up().await.unwrap();
        database
    }

    /// A new database without any table.
    pub async fn blank_database(&self) -> Database {
        let name = format!("sojorn_{}", Uuid::new_v4().simple());
        Database::within(&self.url("postgres"), &self.url(&name), &name).await
    }

    /// The same database as in the cluster that this one follows.
    pub async fn same(&self, database: &Database) -> Database {
        Database::of(&self.url(&database.name), database.name.clone(), true).await
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One of PostgreSQL's programs, run by whom the server belongs to.
    fn program(&self, name: &str) -> Command {
        let mut command = self.owner.command(programs().join(name));
        // Settings like PGHOST are about another server than this one.
        command.env_clear().env("LC_ALL", "C").current_dir(&self.folder);
        command
    }

    fn control(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg(verb).arg("--pgdata").arg(self.data()).args(arguments);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut janitor) = self.janitor.take() else { return };
        drop(janitor.stdin.take());
        // The test's runtime may be on its way out; the janitor is waited for all the same.
        while let Ok(None) = janitor.try_wait() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

/// The file of settings, beside the data, so that a copy of the data has none of them.
const SETTINGS: &str = "settings.conf";

/// Whom a server belongs to. PostgreSQL refuses to run as root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner(Option<(u32, u32)>);

impl Owner {
    /// Whoever has made this folder, which root gives away to `postgres`.
    fn of(folder: &Path) -> Self {
        if fs::metadata(folder).unwrap().uid() != 0 {
            return Self(None);
        }
        let id = |of: &str| {
            let id = std::process::Command::new("id").args([of, "postgres"]).output().unwrap().stdout;
            String::from_utf8(id).unwrap().trim().parse().expect("there is no user postgres")
        };
        let (user, group) = (id("-u"), id("-g"));
        chown(folder, Some(user), Some(group)).unwrap();
        Self(Some((user, group)))
    }

    pub fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self(Some((user, group))) = self {
            command.uid(user).gid(group);
        }
        command
    }
}

trait Succeed {
    /// Runs to its end, which must be a good one.
    async fn succeed(&mut self);
}

impl Succeed for Command {
    async fn succeed(&mut self) {
        let output = self.stdin(Stdio::null()).output().await.unwrap();
        let texts = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{:?}\n{}", self.as_std(), texts.join("\n"));
    }
}

/// Where all of PostgreSQL's programs are: in `PATH`, or the newest where `script/postgres` looks for them.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    for root in ["/usr/lib/postgresql", "/Applications/Postgres.app/Contents/Versions"] {
        let versions = fs::read_dir(root).into_iter().flatten().map(|version| version.unwrap().path().join("bin"));
        let mut versions: Vec<_> = versions.collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    let is_complete =
        |folder: &PathBuf| ["initdb", "pg_ctl", "pg_basebackup"].iter().all(|program| folder.join(program).exists());
    folders.into_iter().find(is_complete).expect("PostgreSQL's programs are missing: run the tests by script/test")
}

/// A port that nobody listens on and no other test has reserved, below those that systems take for outgoing connections.
pub(super) fn free_port() -> (u16, File) {
    loop {
        let port = 20_000 + u16::try_from(Uuid::new_v4().as_u128() % 12_000).unwrap();
        let reservation = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("port-{port}"))).unwrap();
        let is_free = reservation.try_lock().is_ok() && std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if is_free {
            return (port, reservation);
        }
    }
}
