//! Requests that may come again (`Idempotency-Key`): what the first one made. Who asked, and what for, is not to be read
//! from a row: see `domain/once.rs`.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::{StoreError, Tx, db::Executor, sql::Sql};

/// What is kept of a request.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Kept {
    /// A keyed hash of what was asked.
    pub request: Vec<u8>,
    /// What came of it, encrypted.
    pub result: Vec<u8>,
}

/// Keeps a request, unless there is one with its key. Answers whether it was kept; waits for another transaction that is
/// about to keep the same key.
pub async fn keep(
    tx: &Tx,
    key: &[u8],
    kept: Kept,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut sql = Sql::new("INSERT INTO idempotency_keys AS earlier (key, request, result, kept_until) VALUES (");
    sql.bind(key.to_vec()).text(", ").bind(kept.request).text(", ").bind(kept.result).text(", ").bind(until);
    // A conflict is what is asked for. Only a row that is past its time, and not yet purged, gives way.
    sql.text(") ON CONFLICT (key) DO UPDATE SET request = excluded.request, result = excluded.result,");
    sql.text(" kept_until = excluded.kept_until WHERE earlier.kept_until <= ").bind(now);
    Ok(tx.execute(sql).await? > 0)
}

/// What was kept of the request with this key.
pub async fn find(db: &impl Executor, key: &[u8], now: DateTime<Utc>) -> Result<Option<Kept>, StoreError> {
    let mut sql = Sql::new("SELECT request, result FROM idempotency_keys WHERE key = ");
    sql.bind(key.to_vec()).text(" AND kept_until > ").bind(now);
    db.one(sql).await
}

/// How many are forgotten at once.
const BATCH: u64 = 10_000;

/// Forgets those whose time has passed, the next few. Answers whether there may be more.
pub async fn forget_old(db: &impl Executor, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut sql = Sql::new(
        "DELETE FROM idempotency_keys WHERE key = ANY(ARRAY(SELECT key FROM idempotency_keys WHERE kept_until <= ",
    );
    sql.bind(now).text(" ORDER BY kept_until LIMIT ").number(BATCH.cast_signed()).text(" FOR UPDATE SKIP LOCKED))");
    Ok(db.execute(sql).await? == BATCH)
}
