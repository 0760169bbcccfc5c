//! The connection pool, transactions and their retries. Every statement goes through here.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, FromQueryResult, QueryResult,
    Statement, TransactionTrait, sqlx,
};

use tokio::sync::Notify;
use tracing::{Instrument, Span};

use super::{
    StoreError,
    replica::{Replica, Source},
    sql::Sql,
};
use crate::metrics::Metrics;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `postgres://user:password@host:port/database`.
    pub url: String,
    /// PostgreSQL itself, where `url` is a pooler that lends a connection for one transaction at a time.
    pub direct_url: Option<String>,
    /// Connections at most.
    pub max_connections: u32,
    /// How long to wait for a free connection. sqlx waits 30 s by itself, far longer than any client.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock.
    pub lock_timeout: Duration,
    /// Is shown each statement after it ran: metrics, and the tests that count statements and look at plans.
    pub observer: Option<Observer>,
}

impl Options {
    /// The same database without a pooler between, for what outlives a transaction: locks of a session, and listening.
    #[must_use]
    pub fn direct(&self) -> Self {
        Self { url: self.direct_url.as_ref().unwrap_or(&self.url).clone(), direct_url: None, ..self.clone() }
    }

    /// How connections are set up.
    fn settings(&self) -> [(&'static str, String); 6] {
        [
            ("statement_timeout", self.statement_timeout.as_millis().to_string()),
            ("lock_timeout", self.lock_timeout.as_millis().to_string()),
            // A connection that died in the middle of a transaction must not hold its locks for long.
            ("idle_in_transaction_session_timeout", "10000".to_owned()),
            // Every hot statement is walked along one index whatever its parameters are, so one plan serves them all;
            // planning anew each time would cost more than running.
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            // Compiling a plan never pays for a page of twenty rows.
            ("jit", "off".to_owned()),
            ("timezone", "UTC".to_owned()),
        ]
    }
}

/// Sees statements after they ran. (BEGIN and COMMIT are not shown.)
#[derive(Clone)]
pub struct Observer(pub Arc<dyn Fn(&Statement) + Send + Sync>);

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observer")
    }
}

/// The database: a pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    connection: DatabaseConnection,
    committed: Arc<Notify>,
    /// What begins each transaction, where connections are lent for one and nothing lasts longer.
    preamble: Option<Arc<str>>,
    replica: Option<Replica>,
    metrics: Arc<Metrics>,
}

/// Something that statements can be sent to: the pool, or a transaction.
pub trait Executor: Sync {
    /// All rows of a statement whose columns are not known beforehand.
    fn rows(&self, sql: Sql) -> impl Future<Output = Result<Vec<QueryResult>, StoreError>> + Send;

    /// The first of them.
    fn row(&self, sql: Sql) -> impl Future<Output = Result<Option<QueryResult>, StoreError>> + Send;

    /// How many rows a statement changed.
    fn execute(&self, sql: Sql) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// All rows of a statement.
    fn all<T: FromQueryResult>(&self, sql: Sql) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send {
        async move {
            let rows = self.rows(sql).await?;
            Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
        }
    }

    /// The first row of a statement.
    fn one<T: FromQueryResult>(&self, sql: Sql) -> impl Future<Output = Result<Option<T>, StoreError>> + Send {
        async move { Ok(self.row(sql).await?.map(|row| T::from_query_result(&row, "")).transpose()?) }
    }
}

impl Executor for Db {
    async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, StoreError> {
        let Some(tx) = self.lent().await? else { return rows(&self.connection, sql).await };
        let rows = tx.rows(sql).await?;
        tx.transaction.commit().await?;
        Ok(rows)
    }

    async fn row(&self, sql: Sql) -> Result<Option<QueryResult>, StoreError> {
        let Some(tx) = self.lent().await? else { return row(&self.connection, sql).await };
        let row = tx.row(sql).await?;
        tx.transaction.commit().await?;
        Ok(row)
    }

    async fn execute(&self, sql: Sql) -> Result<u64, StoreError> {
        let Some(tx) = self.lent().await? else { return execute(&self.connection, sql).await };
        let changed = tx.execute(sql).await?;
        tx.transaction.commit().await?;
        Ok(changed)
    }
}

async fn rows(connection: &impl ConnectionTrait, sql: Sql) -> Result<Vec<QueryResult>, StoreError> {
    let statement = sql.into_statement();
    let span = span(&statement);
    Ok(connection.query_all_raw(statement).instrument(span).await?)
}

async fn row(connection: &impl ConnectionTrait, sql: Sql) -> Result<Option<QueryResult>, StoreError> {
    let statement = sql.into_statement();
    let span = span(&statement);
    Ok(connection.query_one_raw(statement).instrument(span).await?)
}

async fn execute(connection: &impl ConnectionTrait, sql: Sql) -> Result<u64, StoreError> {
    let statement = sql.into_statement();
    let span = span(&statement);
    Ok(connection.execute_raw(statement).instrument(span).await?.rows_affected())
}

/// What traces tell of a statement: its first word.
fn span(statement: &Statement) -> Span {
    tracing::debug_span!("statement", kind = kind_of(&statement.sql))
}

/// The first word of a statement, of those that there are.
fn kind_of(sql: &str) -> &'static str {
    const KINDS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    KINDS.into_iter().find(|kind| sql.starts_with(kind)).unwrap_or("other")
}

/// A transaction: everything in it happens, or nothing.
pub struct Tx {
    transaction: DatabaseTransaction,
    committed: Arc<Notify>,
}

impl Executor for Tx {
    async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, StoreError> {
        rows(&self.transaction, sql).await
    }

    async fn row(&self, sql: Sql) -> Result<Option<QueryResult>, StoreError> {
        row(&self.transaction, sql).await
    }

    async fn execute(&self, sql: Sql) -> Result<u64, StoreError> {
        execute(&self.transaction, sql).await
    }
}

impl Tx {
    /// As `SeaORM` has it, for rows that it writes itself.
    pub(super) fn connection(&self) -> &impl ConnectionTrait {
        &self.transaction
    }

    /// Makes what was done in the transaction real.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await?;
        self.committed.notify_one();
        Ok(())
    }
}

impl Db {
    /// Opens the pool and proves with one connection that the database answers.
    pub async fn connect(options: &Options) -> Result<Self, StoreError> {
        Self::open(options, false, Arc::default()).await
    }

    /// Opens another pool, whose statements are counted with those of this one.
    pub async fn another(&self, options: &Options) -> Result<Self, StoreError> {
        Self::open(options, false, Arc::clone(&self.metrics)).await
    }

    /// As [`Self::another`], of a database that may be away.
    pub(super) async fn another_lazily(&self, options: &Options) -> Result<Self, StoreError> {
        Self::open(options, true, Arc::clone(&self.metrics)).await
    }

    async fn open(options: &Options, is_lazy: bool, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let mut connect = ConnectOptions::new(&options.url);
        let settings = options.settings();
        let preamble = options.direct_url.as_ref().map(|_| preamble(&settings));
        let is_lent = preamble.is_some();
        connect
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .connect_timeout(options.acquire_timeout)
            .connect_lazy(is_lazy)
            // Saves a round trip per statement; a connection that has rested longer is tried first.
            .test_before_acquire_if_idle_for(Duration::from_secs(5))
            // SQL in logs and traces would carry what people wrote.
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .set_application_name("sojorn")
            .map_sqlx_postgres_opts(move |postgres| {
                if is_lent {
                    // What was prepared and set would be on another connection the next time.
                    postgres.statement_cache_capacity(0).extra_float_digits(None)
                } else {
                    // One statement per operation and page size: room for all of them.
                    postgres.options(settings.clone()).statement_cache_capacity(512)
                }
            });
        let mut connection = Database::connect(connect).await?;
        let (observer, counted) = (options.observer.clone(), Arc::clone(&metrics));
        connection.set_metric_callback(move |info| {
            counted.statement(kind_of(&info.statement.sql), info.elapsed);
            if let Some(Observer(observe)) = &observer {
                observe(info.statement);
            }
        });
        Ok(Self { connection, committed: Arc::default(), preamble, replica: None, metrics })
    }

    /// With a replica, which answers what may be read from it.
    #[must_use]
    pub fn with_replica(self, replica: Option<Replica>) -> Self {
        Self { replica, ..self }
    }

    /// The replica, if there is one.
    #[must_use]
    pub fn replica(&self) -> Option<&Replica> {
        self.replica.as_ref()
    }

    /// Reads from the replica, if there is one that has all that is here, and else from here. For a statement that others
    /// would wait for, and that is right by itself.
    pub async fn reading<T, F>(&self, read: impl Fn(Self) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        if let Some(replica) = &self.replica {
            let (answer, source) = replica.read(&read).await;
            self.metrics.read(match source {
                Source::Replica => "replica",
                Source::Behind => "behind",
                Source::Failed => "failed",
            });
            if let Some(answer) = answer {
                return Ok(answer);
            }
        }
        read(self.clone()).await
    }

    /// Where statements are counted.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// How many connections are busy, and how many are not.
    #[must_use]
    pub fn connections(&self) -> (usize, usize) {
        let pool = self.connection.get_postgres_connection_pool();
        let idle = pool.num_idle();
        ((pool.size() as usize).saturating_sub(idle), idle)
    }

    /// The pool, for the commands that stream (COPY) or migrate.
    #[must_use]
    pub fn raw(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.connection.ping().await?)
    }

    /// Begins a transaction. Dropping it without [`Tx::commit`] takes everything back.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let transaction = self.connection.begin().await?;
        if let Some(preamble) = &self.preamble {
            transaction.execute_unprepared(preamble).await?;
        }
        Ok(Tx { transaction, committed: Arc::clone(&self.committed) })
    }

    /// A transaction for one statement, where connections are lent for nothing less.
    async fn lent(&self) -> Result<Option<Tx>, StoreError> {
        Ok(if self.preamble.is_some() { Some(self.begin().await?) } else { None })
    }

    /// Waits until a transaction of this pool has been committed since the last time. For one who waits.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Begins a transaction for [`super::bulk`], as sqlx has it: SeaORM's do not stream.
    pub(super) async fn begin_stream(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error> {
        self.connection.get_postgres_connection_pool().begin().await
    }

    /// Runs `work`, and runs it again when PostgreSQL broke a deadlock or a serialization conflict by ending its
    /// transaction. Four attempts; nothing of a failed one remains.
    pub async fn retrying<T, E, F>(&self, work: impl Fn() -> F) -> Result<T, E>
    where
        E: Conflict,
        F: Future<Output = Result<T, E>>,
    {
        let mut attempt = 0;
        loop {
            match work().await {
                Err(error) if attempt < 3 && error.is_conflict() => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// A statement that takes no values.
    pub async fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_unprepared(sql).await?;
        Ok(())
    }
}

/// Sets up a connection for one transaction. Whoever had it before may have prepared statements under names that this
/// one takes.
fn preamble(settings: &[(&str, String)]) -> Arc<str> {
    let settings = settings.iter().map(|(name, value)| format!("SET LOCAL {name} = '{value}'; "));
    Arc::from(settings.chain(["DEALLOCATE ALL".to_owned()]).collect::<String>())
}

/// An error that may mean "ended to break a deadlock, try again".
pub trait Conflict {
    /// Whether the same work may succeed when it is tried again.
    fn is_conflict(&self) -> bool;
}
