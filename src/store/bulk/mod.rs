//! Writing very many rows at once: one transaction on a connection of its own, filled by COPY.

mod copy;
mod row;

use std::{sync::Arc, time::Duration};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, AssertSqlSafe, Postgres, Transaction},
};

pub use self::copy::{Copy, CopyRow};
pub use self::row::RowWriter;
use super::{Db, StoreError, db::Options};

impl Options {
    /// The same database for a command that works long: no statement is stopped, and no lock given up.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { max_connections: 2, statement_timeout: Duration::ZERO, lock_timeout: Duration::ZERO, ..self.direct() }
    }
}

/// A transaction that takes rows by the million. Dropping it without [`Bulk::commit`] takes everything back.
pub struct Bulk(Transaction<'static, Postgres>);

impl Bulk {
    /// Begins it.
    pub async fn begin(db: &Db) -> Result<Self, StoreError> {
        let transaction = db.begin_stream().await.map_err(of_sqlx)?;
        let mut bulk = Self(transaction);
        // Reading and computing what comes next may take longer than a server's transactions are given.
        bulk.run("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        // A network that moves in is no news.
        bulk.run("SET LOCAL sojorn.live = 'off'").await?;
        Ok(bulk)
    }

    /// Runs statements that take no values. Answers how many rows they changed.
    pub(in crate::store) async fn run(&mut self, sql: &str) -> Result<u64, StoreError> {
        // Text comes from our sources only.
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *self.0).await.map_err(of_sqlx)?;
        Ok(done.rows_affected())
    }

    /// The first row of a statement that takes no values.
    pub(in crate::store) async fn one<T>(&mut self, sql: &str) -> Result<Option<T>, StoreError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        // Text comes from our sources only.
        sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(&mut *self.0).await.map_err(of_sqlx)
    }

    /// Begins to copy rows into the table that they belong to.
    pub async fn copy<T: CopyRow>(&mut self) -> Result<Copy<'_, T>, StoreError> {
        Copy::begin(&mut self.0).await
    }

    /// Makes everything real.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await.map_err(of_sqlx)
    }
}

/// Tells the planner what the tables hold now, and marks pages as visible to all, so that counts stay in the index.
/// Autovacuum would do the same, minutes later.
pub async fn analyze(db: &Db, tables: &'static [&'static str]) -> Result<(), StoreError> {
    db.run(&format!("VACUUM (ANALYZE) {}", tables.join(", "))).await
}

pub(in crate::store) fn of_sqlx(error: sqlx::Error) -> StoreError {
    StoreError::from(DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))))
}
