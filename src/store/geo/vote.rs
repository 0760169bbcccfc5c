//! Votes on beacons. The counters in the beacon's row follow by triggers.

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};

use crate::store::{StoreError, Tx, db::Executor, sql::Sql};

/// Lets one transaction at a time decide about a beacon, and about what this person says of it: the person's state first,
/// then the beacon, as suspending somebody does.
pub async fn lock(tx: &Tx, id: PostId, me: ProfileId) -> Result<(), StoreError> {
    crate::store::follow::lock_privacy(tx, me).await?;
    let mut sql = Sql::new("SELECT 1 FROM posts WHERE is_beacon AND id = ");
    sql.bind(id).text(" FOR NO KEY UPDATE");
    tx.execute(sql).await?;
    Ok(())
}

/// Writes what a person says of a beacon, in the place of what the person said before.
pub async fn vote(
    tx: &Tx,
    id: PostId,
    me: ProfileId,
    vote: &'static str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO beacon_votes AS mine (beacon_id, profile_id, vote, created_at) VALUES (");
    sql.bind(id).text(", ").bind(me).text(", ").bind(vote).text(", ").bind(now);
    sql.text(") ON CONFLICT (beacon_id, profile_id) DO UPDATE SET vote = excluded.vote,");
    sql.text(" created_at = excluded.created_at WHERE mine.vote <> excluded.vote");
    tx.execute(sql).await?;
    Ok(())
}

/// Takes back what a person says of a beacon, if anything.
pub async fn unvote(tx: &Tx, id: PostId, me: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM beacon_votes WHERE beacon_id = ");
    sql.bind(id).text(" AND profile_id = ").bind(me);
    tx.execute(sql).await?;
    Ok(())
}
