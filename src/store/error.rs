use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::db::Conflict;

/// Why a statement failed, as far as anybody above can do something about it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection could be had: the pool is exhausted, or the database is away or full.
    #[error("the database cannot be reached: {0}")]
    Unavailable(DbErr),
    /// The statement ran, or waited for a lock, longer than it may.
    #[error("the statement took too long: {0}")]
    Timeout(DbErr),
    /// PostgreSQL ended the transaction to break a deadlock or a serialization conflict.
    #[error("the transaction was in conflict with another: {0}")]
    Conflict(DbErr),
    /// A unique index refused the row.
    #[error("the unique constraint {constraint} was violated")]
    Taken {
        /// The name of the index.
        constraint: String,
    },
    /// A row that the new one refers to is gone.
    #[error("a row that was referred to is gone")]
    Gone,
    /// Anything else, which is a fault of ours.
    #[error("the statement failed: {0}")]
    Failed(DbErr),
}

impl Conflict for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
                sqlx::Error::Database(cause) => {
                    let constraint = cause.constraint().unwrap_or_default().to_owned();
                    // https://www.postgresql.org/docs/current/errcodes-appendix.html
                    match cause.code().as_deref() {
                        Some("40001" | "40P01") => return Self::Conflict(error),
                        Some("57014" | "55P03" | "25P03") => return Self::Timeout(error),
                        Some("23505") => return Self::Taken { constraint },
                        Some("23503") => return Self::Gone,
                        // Connections refused or cut, no room (for data, or for one more connection), or the database
                        // is now a standby.
                        Some(code)
                            if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) || code == "25006" =>
                        {
                            return Self::Unavailable(error);
                        }
                        // No connection could be opened, for whatever reason: the database may be gone.
                        _ if matches!(error, DbErr::Conn(_)) => return Self::Unavailable(error),
                        _ => {}
                    }
                }
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => return Self::Unavailable(error),
                _ => {}
            },
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => return Self::Unavailable(error),
            _ => {}
        }
        Self::Failed(error)
    }
}
