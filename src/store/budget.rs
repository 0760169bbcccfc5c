//! What has been spent of budgets, by all servers together. Whose a budget is, is not to be read from a row: see
//! `domain/budget`.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::{StoreError, db::Executor, sql::Sql};

/// Something that is spent of a budget.
#[derive(Clone, Debug)]
pub struct Spending {
    /// The budget.
    pub key: Vec<u8>,
    /// How much.
    pub amount: i64,
    /// When the budget ends, if it begins now.
    pub ends_at: DateTime<Utc>,
}

/// What has been spent of a budget by now.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Spent {
    /// The budget.
    pub key: Vec<u8>,
    /// How much.
    pub spent: i64,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Adds to what has been spent, of different budgets, and answers what that makes.
pub async fn spend(db: &impl Executor, spendings: Vec<Spending>, now: DateTime<Utc>) -> Result<Vec<Spent>, StoreError> {
    let (mut keys, mut amounts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for spending in spendings {
        keys.push(spending.key);
        amounts.push(spending.amount);
        ends.push(spending.ends_at);
    }
    let mut sql = Sql::new("INSERT INTO budgets AS b (key, spent, ends_at) SELECT * FROM unnest(");
    sql.bind(keys).text("::bytea[], ").bind(amounts).text("::bigint[], ").bind(ends).text("::timestamptz[])");
    // In one order, so that no two servers wait for each other in a circle. A conflict is a budget that has begun.
    sql.text(" ORDER BY 1 ON CONFLICT (key) DO UPDATE SET spent = CASE WHEN b.ends_at <= ").bind(now);
    sql.text(" THEN excluded.spent ELSE b.spent + excluded.spent END, ends_at = CASE WHEN b.ends_at <= ").bind(now);
    sql.text(" THEN excluded.ends_at ELSE b.ends_at END RETURNING key, spent, ends_at");
    db.all(sql).await
}

/// Gives one of each back, to the very budgets that it was taken of: those that have begun since had nothing of it.
pub async fn give_back(db: &impl Executor, taken: &[Spent]) -> Result<(), StoreError> {
    let (keys, ends): (Vec<_>, Vec<_>) = taken.iter().map(|spent| (spent.key.clone(), spent.ends_at)).unzip();
    let mut sql = Sql::new("UPDATE budgets SET spent = greatest(spent - 1, 0) WHERE key IN (SELECT b.key FROM unnest(");
    sql.bind(keys).text("::bytea[], ").bind(ends).text("::timestamptz[]) AS taken (key, ends_at)");
    // In the order in which they were taken.
    sql.text(" JOIN budgets AS b ON b.key = taken.key AND b.ends_at = taken.ends_at ORDER BY b.key FOR UPDATE OF b)");
    db.execute(sql).await?;
    Ok(())
}

/// Forgets budgets that have ended.
pub async fn forget_ended(db: &impl Executor, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut sql = Sql::new("DELETE FROM budgets WHERE ends_at <= ");
    sql.bind(now);
    db.execute(sql).await
}
