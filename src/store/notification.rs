//! Notifications: telling them, and showing those that still stand.

use chrono::{DateTime, Utc};
use entity::{NotificationId, PostId, ProfileId};
use sea_orm::{FromQueryResult, QueryTrait};
use uuid::Uuid;

use super::{
    StoreError, Tx,
    db::Executor,
    export,
    page::{Slice, TimeKey, Window},
    profile::{Profile, uuids},
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// What somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody follows the recipient.
    Follow,
    /// Somebody asks to follow the recipient.
    FollowRequest,
    /// Somebody lets the recipient follow.
    FollowAccepted,
    /// Somebody likes a post of the recipient's.
    Like,
    /// Somebody has left an emoji on a post of the recipient's.
    Reaction,
    /// Somebody has replied to a post of the recipient's.
    Reply,
    /// Somebody has named the recipient in a post.
    Mention,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Follow,
        Self::FollowRequest,
        Self::FollowAccepted,
        Self::Like,
        Self::Reaction,
        Self::Reply,
        Self::Mention,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
            Self::FollowAccepted => "follow_accepted",
            Self::Like => "like",
            Self::Reaction => "reaction",
            Self::Reply => "reply",
            Self::Mention => "mention",
        }
    }

    /// Whether the act that a row `told` tells has not been taken back, as SQL. Scalar subqueries: for an `EXISTS`,
    /// PostgreSQL may hash a whole table to answer a page of twenty.
    fn still_stands(self) -> &'static str {
        match self {
            Self::Follow => {
                "(SELECT status = 'accepted' FROM follows WHERE follower_id = told.actor_id \
                 AND following_id = told.recipient_id)"
            }
            Self::FollowRequest => {
                "(SELECT status = 'pending' FROM follows WHERE follower_id = told.actor_id \
                 AND following_id = told.recipient_id)"
            }
            Self::FollowAccepted => {
                "(SELECT status = 'accepted' FROM follows WHERE follower_id = told.recipient_id \
                 AND following_id = told.actor_id)"
            }
            Self::Like => {
                "(SELECT true FROM post_likes AS mark WHERE mark.post_id = told.post_id \
                 AND mark.profile_id = told.actor_id)"
            }
            Self::Reaction => {
                "(SELECT true FROM post_reactions AS mark WHERE mark.post_id = told.post_id \
                 AND mark.profile_id = told.actor_id)"
            }
            Self::Mention => {
                "(SELECT true FROM post_mentions AS mention WHERE mention.post_id = told.post_id \
                 AND mention.profile_id = told.recipient_id)"
            }
            // As long as the reply may be seen.
            Self::Reply => "true",
        }
    }
}

/// A notification that stands, as its recipient sees it.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// What it tells.
    pub kind: Kind,
    /// What was liked, or what was written.
    pub post: Option<PostId>,
    /// Whether the recipient has read it.
    pub is_read: bool,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// Whose act it was.
    pub actor: Profile,
}

impl Notification {
    /// Its place in the list.
    #[must_use]
    pub fn key(&self) -> TimeKey {
        TimeKey { at: self.created_at, id: self.id.0 }
    }
}

impl FromQueryResult for Notification {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> Result<Self, sea_orm::DbErr> {
        let word: String = row.try_get(prefix, "kind")?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        Ok(Self {
            id: row.try_get(prefix, "id")?,
            kind: kind.ok_or_else(|| sea_orm::DbErr::Type(format!("a notification of the kind {word}")))?,
            post: row.try_get(prefix, "post_id")?,
            is_read: row.try_get(prefix, "is_read")?,
            created_at: row.try_get(prefix, "created_at")?,
            actor: Profile::from_query_result(row, "actor_")?,
        })
    }
}

/// Tells each of these people once what `actor` did; nobody is told of an own act. What was taken back and is done again
/// within a day is not told again, so that nobody can ring twice.
pub async fn tell(
    tx: &Tx,
    kind: Kind,
    actor: ProfileId,
    post: Option<PostId>,
    recipients: &[ProfileId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if recipients.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("");
    written(&mut sql, kind, actor, post, now, |sql| {
        sql.text("= ANY(").bind(uuids(recipients)).text("::uuid[])");
    });
    tx.execute(sql).await?;
    Ok(())
}

/// Appends the statement that tells those people whose ids are, in the words of SQL, `recipients`. Whoever is no longer
/// there is not told: an adopted follow may be that of nobody.
pub(super) fn written(
    sql: &mut Sql,
    kind: Kind,
    actor: ProfileId,
    post: Option<PostId>,
    now: DateTime<Utc>,
    recipients: impl FnOnce(&mut Sql),
) {
    sql.text("INSERT INTO notifications AS told (recipient_id, actor_id, kind, post_id, created_at)");
    sql.text(" SELECT profiles.id, ").bind(actor).text("::uuid, '").text(kind.word()).text("', ").bind(post);
    sql.text("::uuid, ").bind(now).text("::timestamptz FROM profiles WHERE profiles.id <> ").bind(actor);
    sql.text(" AND profiles.id ");
    recipients(sql);
    sql.text(" ON CONFLICT ON CONSTRAINT notifications_once DO UPDATE SET created_at = excluded.created_at,");
    sql.text(" read_at = NULL WHERE told.created_at < excluded.created_at - interval '1 day'");
}

/// Forgets what was told of a post that is gone for good: rows that do not stand would be walked over at each look.
pub async fn forget_post(tx: &Tx, post: PostId) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM notifications WHERE post_id = ");
    sql.bind(post);
    tx.execute(sql).await?;
    Ok(())
}

/// Forgets what two people were told of each other.
pub async fn forget_pair(tx: &Tx, one: ProfileId, other: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM notifications WHERE (recipient_id, actor_id) IN ((");
    sql.bind(one).text(", ").bind(other).text("), (").bind(other).text(", ").bind(one).text("))");
    tx.execute(sql).await?;
    Ok(())
}

/// A page of those that stand, newest first.
pub async fn page(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    window: &Window<TimeKey>,
) -> Result<Slice<Notification>, StoreError> {
    let mut sql = Sql::new("");
    select_with_actors(&mut sql, viewer);
    sql.text(" FROM (SELECT told.*");
    standing(&mut sql, viewer, now);
    window.restrict(&mut sql, "told");
    window.order_and_limit(&mut sql, "told");
    sql.text(") AS page JOIN profiles ON profiles.id = page.actor_id");
    window.order(&mut sql, "page");
    Ok(window.finish(db.all(sql).await?))
}

/// Those among these that are the viewer's and stand.
pub async fn by_ids(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    ids: &[Uuid],
) -> Result<Vec<Notification>, StoreError> {
    let mut sql = Sql::new("");
    select_with_actors(&mut sql, viewer);
    sql.text(" FROM (SELECT told.*");
    standing(&mut sql, viewer, now);
    sql.text(" AND told.id = ANY(").bind(ids.to_vec()).text("::uuid[])");
    sql.text(") AS page JOIN profiles ON profiles.id = page.actor_id");
    db.all(sql).await
}

/// How many of those that stand are unread; nobody counts further than `most`.
pub async fn unread(db: &impl Executor, viewer: Viewer, now: DateTime<Utc>, most: i64) -> Result<i64, StoreError> {
    let mut sql = Sql::new("SELECT count(*) AS count FROM (SELECT 1");
    standing(&mut sql, viewer, now);
    sql.text(" AND told.created_at > ");
    read_until(&mut sql, viewer);
    sql.text(" AND told.read_at IS NULL ORDER BY told.created_at DESC, told.id DESC LIMIT ").number(most);
    sql.text(") AS unread");
    Ok(db.one::<Counted>(sql).await?.map_or(0, |row| row.count))
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
}

/// Which notifications.
#[derive(Clone, Debug)]
pub enum Which {
    /// Those with these ids.
    Ids(Vec<NotificationId>),
    /// All that there are.
    All,
}

/// Marks notifications of this recipient as read.
pub async fn mark_read(db: &impl Executor, me: ProfileId, which: &Which, now: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = match which {
        Which::Ids(ids) => {
            let mut sql = Sql::new("UPDATE notifications SET read_at = ");
            sql.bind(now).text(" WHERE read_at IS NULL AND recipient_id = ").bind(me);
            sql.text(" AND id = ANY(").bind(uuids(ids)).text("::uuid[])");
            sql
        }
        Which::All => {
            // Up to the newest that there is: what is on its way meanwhile was not seen.
            let mut sql = Sql::new("INSERT INTO notifications_read AS mine (profile_id, until)");
            sql.text(" SELECT recipient_id, max(created_at) FROM notifications WHERE recipient_id = ").bind(me);
            sql.text(" GROUP BY recipient_id ON CONFLICT (profile_id) DO UPDATE");
            sql.text(" SET until = greatest(mine.until, excluded.until)");
            sql
        }
    };
    db.execute(sql).await?;
    Ok(())
}

/// Appends the sections of an export: what stands, and up to when all was read.
pub(super) fn export(sql: &mut Sql, viewer: Viewer, me: ProfileId, now: DateTime<Utc>) {
    let fields = "'id', told.id, 'kind', told.kind, 'actorId', told.actor_id, 'postId', told.post_id, \
         'readAt', told.read_at, 'createdAt', told.created_at";
    export::list(sql, "notifications", fields, "told.created_at, told.id");
    standing(sql, viewer, now);
    sql.text("), 'notificationsRead', (SELECT json_build_object('until', until) FROM notifications_read");
    sql.text(" WHERE profile_id = ").bind(me).text(")");
}

/// Rows that are forgotten at once.
const BATCH: u64 = 10_000;

/// Forgets what was told before this moment, up to a batch; answers whether there may be more. What somebody else holds
/// is passed over.
pub async fn forget_old(db: &impl Executor, before: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut sql =
        Sql::new("DELETE FROM notifications WHERE id = ANY(ARRAY(SELECT id FROM notifications WHERE created_at < ");
    sql.bind(before).text(" ORDER BY created_at LIMIT ").number(BATCH.cast_signed()).text(" FOR UPDATE SKIP LOCKED))");
    Ok(db.execute(sql).await? == BATCH)
}

fn select_with_actors(sql: &mut Sql, viewer: Viewer) {
    sql.text(" SELECT page.id, page.kind, page.post_id, page.read_at IS NOT NULL OR page.created_at <= ");
    read_until(sql, viewer);
    sql.text(" AS is_read, page.created_at, page.actor_id, ");
    scope::profile_columns(sql, viewer, "actor_");
}

/// Appends a select of the subjects of many subscribers that stand, each as its recipient sees it.
pub(super) fn select_for_each(sql: &mut Sql, now: DateTime<Utc>, subscribers: impl FnOnce(&mut Sql)) {
    let viewer = Viewer::EACH_SUBSCRIBER;
    select_with_actors(sql, viewer);
    sql.text(", subscriber.key FROM ");
    subscribers(sql);
    sql.text(" CROSS JOIN LATERAL (SELECT told.*");
    standing(sql, viewer, now);
    sql.text(" AND told.id = subscriber.subject) AS page JOIN profiles ON profiles.id = page.actor_id WHERE true");
}

/// Appends up to when the viewer has read all.
fn read_until(sql: &mut Sql, viewer: Viewer) {
    sql.text("COALESCE((SELECT until FROM notifications_read WHERE profile_id = ").viewer(viewer);
    sql.text("), '-infinity')");
}

/// Appends ` FROM notifications AS told ...` with the condition that they are the viewer's, that their actors and posts
/// may be seen, and that they still stand. Posts are asked for by a scalar subquery, for the reason given in
/// `policy::visibility`.
fn standing(sql: &mut Sql, viewer: Viewer, now: DateTime<Utc>) {
    sql.text(" FROM notifications AS told JOIN profiles ON profiles.id = told.actor_id WHERE told.recipient_id = ");
    sql.viewer(viewer).text(" AND ").condition(scope::profile_is_visible(viewer));
    sql.text(" AND (told.post_id IS NULL OR (SELECT true FROM (").select(&scope::posts(viewer, now).into_query());
    sql.text(") AS visible WHERE visible.id = told.post_id))");
    sql.text(" AND CASE told.kind");
    for kind in Kind::ALL {
        sql.text(" WHEN '").text(kind.word()).text("' THEN ").text(kind.still_stands());
    }
    sql.text(" END");
}
