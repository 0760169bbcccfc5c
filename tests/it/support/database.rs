use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::Path,
};

use sea_orm::sqlx::{
    self, AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use sojorn::{
    config::Sources,
    store::{Db, migrate::Migrations},
};
use uuid::Uuid;

/// A database of a test, next to the one of `DATABASE_URL`. Dropped with this value.
pub struct Database {
    pub url: String,
    pub pool: PgPool,
    pub(super) name: String,
    /// Whether it goes by itself, with its cluster.
    is_left: bool,
}

impl Database {
    /// A migrated, empty one.
    pub async fn new() -> Self {
        let template = template().await;
        Self::create(&format!(" TEMPLATE {template} STRATEGY FILE_COPY")).await
    }

    /// One without any table.
    pub async fn blank() -> Self {
        Self::create(" TEMPLATE template0").await
    }

    async fn create(how: &str) -> Self {
        let name = format!("sojorn_test_{}", Uuid::new_v4().simple());
        run(&mut admin().await, &format!("CREATE DATABASE {name}{how}")).await;
        Self::of(&url_of(&name), name, false).await
    }

    /// One without any table, in the cluster that has the database `admin`. It goes with that cluster.
    pub async fn within(admin: &str, url: &str, name: &str) -> Self {
        let mut connection = PgConnection::connect_with(&options(admin)).await.unwrap();
        run(&mut connection, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        Self::of(url, name.to_owned(), true).await
    }

    /// One that there is.
    pub(super) async fn of(url: &str, name: String, is_left: bool) -> Self {
        let pool = PgPoolOptions::new().max_connections(4).connect_with(options(url)).await.unwrap();
        Self { url: url.to_owned(), pool, name, is_left }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The database as the commands that write much have it.
    pub async fn patient(&self) -> Db {
        let options = Sources::of([("DATABASE_URL", &self.url)]).database().unwrap();
        Db::connect(&options.patient()).await.unwrap()
    }

    /// Takes the database away from under whoever is connected to it.
    pub async fn drop_now(&self) {
        run(&mut admin().await, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }

    /// Runs SQL, as many statements as there are.
    pub async fn run(&self, sql: &str) {
        self.pool.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// The text in the first column of the first row; NULL and no row are empty.
    pub async fn text(&self, sql: &str) -> String {
        let sql = format!("SELECT (t.*)::text FROM ({sql}) AS t (value)").replace("(t.*)::text", "t.value::text");
        let row: Option<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql.clone()))
            .fetch_optional(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
        row.flatten().unwrap_or_default()
    }

    /// The number in the first column of the first row.
    pub async fn number(&self, sql: &str) -> i64 {
        self.text(sql).await.parse().unwrap()
    }

    /// How many rows each table has and what is in them, to see that nothing was left behind.
    pub async fn fingerprint(&self) -> String {
        let mut lines = Vec::new();
        for table in [
            "profiles",
            "follows",
            "posts",
            "post_revisions",
            "post_tags",
            "post_likes",
            "post_reactions",
            "post_mark_counts",
            "blocks",
            "circle_members",
            "accounts",
            "sessions",
            "refresh_tokens",
            "beacon_allowances",
        ] {
            let sql = format!(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} AS t"
            );
            lines.push(format!("{table} {}", self.text(&sql).await));
        }
        lines.join("\n")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.is_left {
            return;
        }
        let name = self.name.clone();
        let pool = self.pool.clone();
        // Its own thread and runtime: the test's may be on its way out.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                pool.set_connect_options(pool.connect_options().as_ref().clone());
                let mut admin = admin().await;
                run(&mut admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropped.join();
    }
}

fn base_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL is not set: run the tests by script/test")
}

/// The address of a database in the same cluster as `DATABASE_URL`.
pub fn url_of(name: &str) -> String {
    let mut url = url::Url::parse(&base_url()).unwrap();
    url.set_path(name);
    url.to_string()
}

/// A connection that can create and drop databases.
pub async fn admin() -> PgConnection {
    PgConnection::connect_with(&options(&base_url())).await.unwrap()
}

/// How a test reaches a database. What it writes there is not for the log, which is watched.
fn options(url: &str) -> PgConnectOptions {
    url.parse::<PgConnectOptions>().unwrap().disable_statement_logging()
}

async fn run(connection: &mut PgConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// The migrated database that the others are copied from. It is made once for each state of the migrations, by
/// whichever test comes first.
async fn template() -> String {
    let name = format!("sojorn_template_{:016x}", hash_of_migrations());
    let mut admin = admin().await;
    run(&mut admin, "SELECT pg_advisory_lock(7230)").await;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
    if !exists {
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let options = Sources::of([("DATABASE_URL", &url_of(&name))]).database().unwrap();
        let migrations = Migrations::connect(&options, false).await.unwrap();
        migrations.up().await.unwrap();
        drop(migrations);
        run(&mut admin, &format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")).await;
        let still_there = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        run(&mut admin, &still_there).await;
    }
    run(&mut admin, "SELECT pg_advisory_unlock(7230)").await;
    name
}

fn hash_of_migrations() -> u64 {
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("migration/src/steps");
    let mut files: Vec<_> = fs::read_dir(steps).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}
