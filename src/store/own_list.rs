//! Lists of people that only their owner sees: who is blocked, and who is in the circle.

use chrono::{DateTime, Utc};
use entity::{ProfileId, blocks, circle_members};
use sea_orm::{EntityTrait, FromQueryResult};

use super::{
    StoreError, Tx,
    db::Executor,
    follow::Listed,
    page::{Slice, TimeKey, Window},
    profile::Profile,
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// Which of the viewer's own lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnList {
    /// Whom the viewer has blocked.
    Blocked,
    /// Whom the viewer has taken into the circle.
    Circle,
}

impl OwnList {
    /// Whose view decides who is in the list. Those whom the viewer has blocked exist for the viewer here alone, and as
    /// anybody sees them.
    pub(super) fn seen_by(self, me: ProfileId) -> Viewer {
        match self {
            Self::Blocked => Viewer::SIGNED_OUT,
            Self::Circle => Viewer::person(me),
        }
    }
}

/// A page of the list, the last who came first.
pub async fn page(
    db: &impl Executor,
    list: OwnList,
    me: ProfileId,
    window: &Window<TimeKey>,
) -> Result<Slice<Listed>, StoreError> {
    Ok(window.finish(select(db, list, me, None, window).await?))
}

/// How many there are.
pub async fn count(db: &impl Executor, list: OwnList, me: ProfileId) -> Result<i64, StoreError> {
    let mut sql = Sql::new("SELECT count(*) AS count FROM (");
    scope::own_list(&mut sql, list, me);
    sql.text(") AS listed JOIN profiles ON profiles.id = listed.id WHERE ");
    sql.condition(scope::profile_is_visible(list.seen_by(me)));
    Ok(db.one::<Counted>(sql).await?.map_or(0, |row| row.count))
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
}

/// One of those whom the viewer has blocked.
pub async fn blocked(db: &impl Executor, me: ProfileId, other: ProfileId) -> Result<Option<Profile>, StoreError> {
    let window = Window { limit: 1, backward: false, after: None, before: None };
    let rows = select(db, OwnList::Blocked, me, Some(other), &window).await?;
    Ok(rows.into_iter().next().map(|row| row.profile))
}

async fn select(
    db: &impl Executor,
    list: OwnList,
    me: ProfileId,
    only: Option<ProfileId>,
    window: &Window<TimeKey>,
) -> Result<Vec<Listed>, StoreError> {
    let viewer = list.seen_by(me);
    let mut sql = Sql::new("SELECT ");
    sql.bind(me).text("::uuid AS owner_id, page.created_at AS since, page.id AS profile_id, ");
    scope::profile_columns(&mut sql, viewer, "profile_");
    sql.text(" FROM (SELECT listed.* FROM (");
    scope::own_list(&mut sql, list, me);
    sql.text(") AS listed JOIN profiles ON profiles.id = listed.id WHERE ");
    sql.condition(scope::profile_is_visible(viewer));
    if let Some(only) = only {
        sql.text(" AND listed.id = ").bind(only);
    }
    window.restrict(&mut sql, "listed");
    window.order_and_limit(&mut sql, "listed");
    sql.text(") AS page JOIN profiles ON profiles.id = page.id");
    window.order(&mut sql, "page");
    let mut rows: Vec<Listed> = db.all(sql).await?;
    if list == OwnList::Blocked {
        for row in &mut rows {
            // A card and nothing else.
            row.profile.details = None;
            row.profile.is_blocked = true;
        }
    }
    Ok(rows)
}

/// Writes a block. Blocking again changes nothing.
pub async fn block(tx: &Tx, me: ProfileId, other: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (");
    sql.bind(me).text(", ").bind(other).text(", ").bind(now).text(") ON CONFLICT DO NOTHING");
    tx.execute(sql).await?;
    Ok(())
}

/// Takes a block of the viewer's away. Answers whether there was one.
pub async fn unblock(tx: &Tx, me: ProfileId, other: ProfileId) -> Result<bool, StoreError> {
    Ok(blocks::Entity::delete_by_id((me, other)).exec(tx.connection()).await?.rows_affected > 0)
}

/// Takes a follower into the circle. Doing it again changes nothing.
pub async fn add_to_circle(tx: &Tx, me: ProfileId, other: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO circle_members (owner_id, member_id, created_at) VALUES (");
    sql.bind(me).text(", ").bind(other).text(", ").bind(now).text(") ON CONFLICT DO NOTHING");
    tx.execute(sql).await?;
    Ok(())
}

/// Takes somebody out of the circle.
pub async fn remove_from_circle(tx: &Tx, me: ProfileId, other: ProfileId) -> Result<(), StoreError> {
    circle_members::Entity::delete_by_id((me, other)).exec(tx.connection()).await?;
    Ok(())
}
