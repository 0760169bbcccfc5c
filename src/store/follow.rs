//! Follows: the writes, and the lists that they make.

use chrono::{DateTime, Utc};
use entity::ProfileId;
use sea_orm::FromQueryResult;

use super::{
    StoreError, Tx,
    db::Executor,
    notification::{self, Kind},
    page::{Slice, TimeKey, Window},
    profile::{Profile, uuids},
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// A person in a list of follows.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Listed {
    /// Whose list it is.
    pub owner_id: ProfileId,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who is listed.
    #[sea_orm(nested(prefix = "profile_"))]
    pub profile: Profile,
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Those who follow the owner, accepted.
    Followers,
    /// Those whom the owner follows, accepted.
    Following,
}

/// For each owner that is open to the viewer: those rows of the list that the viewer may see, newest first. One
/// statement for any number of owners.
pub async fn lists(
    db: &impl Executor,
    viewer: Viewer,
    list: List,
    owners: &[ProfileId],
    window: &Window<TimeKey>,
) -> Result<Vec<(ProfileId, Slice<Listed>)>, StoreError> {
    let (mine, theirs) = match list {
        List::Followers => ("following_id", "follower_id"),
        List::Following => ("follower_id", "following_id"),
    };
    let open = |sql: &mut Sql| {
        sql.text("SELECT profiles.id FROM profiles WHERE profiles.id = ANY(").bind(uuids(owners));
        sql.text(") AND ").condition(scope::profile_is_open(viewer));
    };
    let rows = listed(db, viewer, open, ("accepted", mine, theirs), window).await?;
    Ok(window.finish_each(owners, rows, |row| Some(row.owner_id)))
}

/// The viewer's own pending requests, newest first: those who ask to follow, as far as the viewer may see them.
pub async fn requests(
    db: &impl Executor,
    viewer: Viewer,
    me: ProfileId,
    window: &Window<TimeKey>,
) -> Result<Slice<Listed>, StoreError> {
    let me = |sql: &mut Sql| {
        sql.text("SELECT ").bind(me).text("::uuid AS id");
    };
    let rows = listed(db, viewer, me, ("pending", "following_id", "follower_id"), window).await?;
    Ok(window.finish(rows))
}

async fn listed(
    db: &impl Executor,
    viewer: Viewer,
    owners: impl FnOnce(&mut Sql),
    (status, mine, theirs): (&str, &str, &str),
    window: &Window<TimeKey>,
) -> Result<Vec<Listed>, StoreError> {
    let mut sql = Sql::new("WITH owner AS MATERIALIZED (");
    owners(&mut sql);
    sql.text(") SELECT page.owner_id, page.created_at AS since, page.id AS profile_id, ");
    scope::profile_columns(&mut sql, viewer, "profile_");
    sql.text(" FROM owner CROSS JOIN LATERAL (SELECT owner.id AS owner_id, edge.created_at, edge.id FROM");
    sql.text(&format!(" (SELECT {mine} AS owner_id, {theirs} AS id, status, created_at FROM follows) AS edge"));
    sql.text(" JOIN profiles ON profiles.id = edge.id WHERE edge.owner_id = owner.id");
    sql.text(&format!(" AND edge.status = '{status}' AND ")).condition(scope::profile_is_visible(viewer));
    window.restrict(&mut sql, "edge");
    window.order_and_limit(&mut sql, "edge");
    sql.text(") AS page JOIN profiles ON profiles.id = page.id");
    window.order(&mut sql, "page");
    db.all(sql).await
}

/// How many pending requests the viewer has from people whom he may see.
pub async fn request_count(db: &impl Executor, viewer: Viewer, me: ProfileId) -> Result<i64, StoreError> {
    let mut sql = Sql::new("SELECT count(*) AS count FROM follows JOIN profiles ON profiles.id = follows.follower_id");
    sql.text(" WHERE follows.status = 'pending' AND follows.following_id = ").bind(me).text(" AND ");
    sql.condition(scope::profile_is_visible(viewer));
    Ok(db.one::<Counted>(sql).await?.map_or(0, |row| row.count))
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
}

/// Waits for every other transaction that changes the relation between these two people. What follows, blocks and
/// requests say of a pair is decided by one transaction at a time; different pairs do not wait for each other.
pub async fn lock_pair(tx: &Tx, one: ProfileId, other: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended('pair:' || ");
    sql.bind(format!("{}:{}", one.min(other), one.max(other))).text(", 0))");
    tx.execute(sql).await?;
    Ok(())
}

/// Keeps a profile from becoming public or private until the transaction ends, so that a follow is not written as
/// pending while all pending ones are being accepted. Other follows of it are not kept waiting.
pub async fn lock_privacy(tx: &Tx, profile: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM profiles WHERE id = ");
    sql.bind(profile).text(" FOR SHARE");
    tx.execute(sql).await?;
    Ok(())
}

/// Writes a follow, unless there is one that means something already. Answers whether it was written.
pub async fn insert(
    tx: &Tx,
    follower: ProfileId,
    following: ProfileId,
    accepted: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut sql = Sql::new("INSERT INTO follows (follower_id, following_id, status, created_at) VALUES (");
    sql.bind(follower).text(", ").bind(following).text(", ");
    sql.bind(if accepted { "accepted" } else { "pending" }).text(", ").bind(now);
    // An adopted row with another word means nothing and gives way.
    sql.text(") ON CONFLICT (follower_id, following_id) DO UPDATE SET status = excluded.status,");
    sql.text(" created_at = excluded.created_at");
    sql.text(" WHERE follows.status IS NULL OR follows.status NOT IN ('accepted', 'pending')");
    Ok(tx.execute(sql).await? > 0)
}

/// Accepts the pending request of `follower`. Answers whether there was one.
pub async fn accept(
    tx: &Tx,
    follower: ProfileId,
    following: ProfileId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut sql = Sql::new("UPDATE follows SET status = 'accepted', created_at = ");
    sql.bind(now).text(" WHERE status = 'pending' AND follower_id = ").bind(follower);
    sql.text(" AND following_id = ").bind(following);
    Ok(tx.execute(sql).await? > 0)
}

/// Accepts everybody who asked, as when a profile becomes public, and tells them.
pub async fn accept_all(tx: &Tx, following: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("WITH accepted AS (UPDATE follows SET status = 'accepted', created_at = ");
    sql.bind(now).text(" WHERE status = 'pending' AND following_id = ").bind(following);
    // An adopted row may say that somebody asks himself. It stays as it is: the database would not take it back.
    sql.text(" AND follower_id <> following_id RETURNING follower_id) ");
    notification::written(&mut sql, Kind::FollowAccepted, following, None, now, |sql| {
        sql.text("IN (SELECT follower_id FROM accepted)");
    });
    tx.execute(sql).await?;
    Ok(())
}

/// Which follow to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// Any.
    Any,
    /// Only a pending one.
    Pending,
    /// Only an accepted one.
    Accepted,
}

/// Takes a follow away. Answers whether there was one.
pub async fn delete(tx: &Tx, follower: ProfileId, following: ProfileId, which: Removed) -> Result<bool, StoreError> {
    let mut sql = Sql::new("DELETE FROM follows WHERE follower_id = ");
    sql.bind(follower).text(" AND following_id = ").bind(following);
    sql.text(match which {
        Removed::Any => "",
        Removed::Pending => " AND status = 'pending'",
        Removed::Accepted => " AND status = 'accepted'",
    });
    Ok(tx.execute(sql).await? > 0)
}
