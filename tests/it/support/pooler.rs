use std::{
    fs::{self, File},
    process::Stdio,
    time::Duration,
};

use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::sleep,
};

use super::{
    Cluster,
    cluster::{USER, free_port},
};

/// A `PgBouncer` before a cluster, that lends connections for a transaction. Stops with this value.
pub struct Pooler {
    port: u16,
    _reservation: File,
    _child: Child,
}

impl Pooler {
    /// One that has so many connections to each database.
    pub async fn before(cluster: &Cluster, connections: u32) -> Self {
        let (port, reservation) = free_port();
        let file = cluster.folder.join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user={USER} password={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = {connections}\nmax_client_conn = 500\n\
             query_wait_timeout = 2\nserver_login_retry = 1\n",
            cluster.port, cluster.password
        );
        fs::write(&file, settings).unwrap();
        // Where Debian puts it, which is not in everybody's path. It refuses to run as root, as PostgreSQL does.
        let program = ["/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]
            .into_iter()
            .find(|path| fs::exists(path).unwrap())
            .unwrap_or("pgbouncer");
        let mut command: Command = cluster.owner.command(program);
        let child = command
            .arg(&file)
            .current_dir(&cluster.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("pgbouncer is missing: run the tests by script/test, or install the package pgbouncer");
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
        Self { port, _reservation: reservation, _child: child }
    }

    /// The address of a database, by this way.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }
}
