//! A database for one test.

use std::time::Duration;

use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgConnection};
use sojorn::store::{Db, db::Options, migrate::Migrations};
use uuid::Uuid;

/// A database of its own beside the one that `DATABASE_URL` names, with today's schema.
pub struct Database {
    pub db: Db,
    name: String,
    server: String,
    url: String,
}

impl Database {
    pub async fn new() -> Self {
        let server = std::env::var("DATABASE_URL").expect("DATABASE_URL names a database on the server to test with");
        let mut url = url::Url::parse(&server).expect("DATABASE_URL is a URL");
        let name = format!("{}_{}", url.path().trim_start_matches('/'), Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        url.set_path(&name);
        let options = Options {
            url: url.to_string(),
            max_connections: 2,
            acquire_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_mins(1),
            lock_timeout: Duration::from_secs(30),
            observer: None,
        };
        Migrations::connect(&options, false).await.unwrap().up().await.unwrap();
        let db = Db::connect(&options.patient()).await.unwrap();
        Self { db, name, server, url: options.url }
    }

    /// A number that a statement answers.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    }

    /// A text that a statement answers.
    pub async fn text(&self, sql: &'static str) -> String {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    }

    /// Everything that is in the tables of the product, as one text to compare.
    pub async fn fingerprint(&self) -> String {
        self.text(
            "SELECT concat_ws(' ',
                 (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM profiles AS t),
                 (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM follows AS t),
                 (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM posts AS t))",
        )
        .await
    }

    /// Takes the database away again.
    pub async fn drop(self) {
        let Self { db, name, server, .. } = self;
        drop(db);
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
}
