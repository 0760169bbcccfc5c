//! Accounts that end: suspended or waiting for deletion, coming back, and the removal of everything of a person. Whoever
//! leaves takes the likes and reactions out of all counters (a trigger does it), and brings them back.

use chrono::{DateTime, Utc};
use entity::ProfileId;
use sea_orm::FromQueryResult;

use super::{StoreError, Tx, db::Executor, sql::Sql};

/// Hides an account until the day of its deletion.
pub async fn begin_waiting(tx: &Tx, profile: ProfileId, delete_after: DateTime<Utc>) -> Result<(), StoreError> {
    take_time(tx).await?;
    let mut sql = Sql::new("UPDATE profiles SET state = 'pending_deletion', delete_after = ");
    sql.bind(delete_after).text(" WHERE id = ").bind(profile);
    tx.execute(sql).await?;
    Ok(())
}

/// Brings an account that waits for deletion back.
pub async fn end_waiting(tx: &Tx, profile: ProfileId) -> Result<(), StoreError> {
    take_time(tx).await?;
    let mut sql = Sql::new("UPDATE profiles SET state = 'active', delete_after = NULL");
    sql.text(" WHERE state = 'pending_deletion' AND id = ").bind(profile);
    tx.execute(sql).await?;
    Ok(())
}

/// Suspends or bans. Answers the state that the account is in now, unless it is gone. What hides for another reason, as a
/// state that an adopted database never wrote down, stays as it is: it is let in nowhere, and restoring would open it.
pub async fn shut(tx: &Tx, profile: ProfileId, state: &str) -> Result<Option<String>, StoreError> {
    take_time(tx).await?;
    let mut sql = Sql::new("UPDATE profiles SET state = CASE WHEN state IN ('active', 'suspended', 'banned')");
    sql.text(" OR delete_after IS NOT NULL THEN ").bind(state).text(" ELSE state END WHERE id = ").bind(profile);
    sql.text(" RETURNING state");
    Ok(tx.one::<Changed>(sql).await?.map(|row| row.state))
}

/// Lifts a suspension or a ban, if there is one. Answers the state that the account is in now: active, or waiting for the
/// deletion that its owner has asked for.
pub async fn restore(tx: &Tx, profile: ProfileId) -> Result<Option<String>, StoreError> {
    take_time(tx).await?;
    let mut sql = Sql::new("UPDATE profiles SET state = CASE WHEN delete_after IS NULL THEN 'active'");
    sql.text(" ELSE 'pending_deletion' END WHERE state IN ('suspended', 'banned') AND id = ").bind(profile);
    sql.text(" RETURNING state");
    Ok(tx.one::<Changed>(sql).await?.map(|row| row.state))
}

#[derive(FromQueryResult)]
struct Changed {
    state: String,
}

/// Somebody whose time to come back has passed.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Due {
    /// Who.
    pub id: ProfileId,
    /// Since when.
    pub delete_after: DateTime<Utc>,
}

/// Those whose time to come back has passed, the longest first: the next hundred behind `last`. What an operator did
/// meanwhile makes no difference: a suspension is no reason to keep what its owner wants gone.
pub async fn due(db: &impl Executor, now: DateTime<Utc>, last: Option<Due>) -> Result<Vec<Due>, StoreError> {
    let mut sql = Sql::new("SELECT id, delete_after FROM profiles WHERE state <> 'active' AND delete_after <= ");
    sql.bind(now);
    if let Some(last) = last {
        sql.text(" AND (delete_after, id) > (").bind(last.delete_after).text(", ").bind(last.id).text(")");
    }
    sql.text(" ORDER BY delete_after, id LIMIT 100");
    db.all(sql).await
}

/// Locks somebody whose time to come back has passed, until the transaction ends. Answers false when it has not (any
/// more), and when somebody else holds the lock: whoever it is will bring the person back, or remove him.
pub async fn lock_due(tx: &Tx, profile: ProfileId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM profiles WHERE state <> 'active' AND delete_after <= ");
    sql.bind(now).text(" AND id = ").bind(profile).text(" FOR UPDATE SKIP LOCKED");
    Ok(tx.execute(sql).await? > 0)
}

/// Where a person's rows are: the table, and its column that names the person. Rows that hang on these (earlier texts,
/// tags, tokens, what others left on the posts) go with them, and replies of others stay, to a post that nobody has.
///
/// References would do the same (`ON DELETE CASCADE`), but those of an adopted table may be others, or none.
const ROWS: &[(&str, &str)] = &[
    ("post_likes", "profile_id"),
    ("post_reactions", "profile_id"),
    ("post_saves", "profile_id"),
    ("post_hides", "profile_id"),
    ("beacon_votes", "profile_id"),
    ("post_mentions", "profile_id"),
    ("notifications", "recipient_id"),
    ("notifications", "actor_id"),
    ("notifications_read", "profile_id"),
    ("circle_members", "owner_id"),
    ("circle_members", "member_id"),
    ("follows", "follower_id"),
    ("follows", "following_id"),
    ("blocks", "blocker_id"),
    ("blocks", "blocked_id"),
    ("posts", "author_id"),
    ("one_time_prekeys", "profile_id"),
    ("handed_out_prekeys", "profile_id"),
    ("key_bundles", "profile_id"),
    ("sessions", "profile_id"),
    ("accounts", "profile_id"),
    ("profiles", "id"),
];

/// Removes everything of a person. None of it is read, and each table is gone through once, along its index: in parts it
/// would be the slower the more there is, since a transaction walks past what it has removed before.
pub async fn remove(tx: &Tx, profile: ProfileId) -> Result<(), StoreError> {
    take_time(tx).await?;
    for (table, column) in ROWS {
        let mut sql = Sql::new("DELETE FROM ");
        sql.text(table).text(" WHERE ").text(column).text(" = ").bind(profile);
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Lets the statements of this transaction take the time that they need: somebody who has left very much behind must be
/// able to go all the same.
async fn take_time(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(Sql::new("SELECT set_config('statement_timeout', '0', true)")).await?;
    Ok(())
}
