//! For whom an event is: one statement asks for many subscribers at once, each with its own eyes
//! ([`Viewer::EACH_SUBSCRIBER`]), whether what the event is about may be seen at this moment, and reads it as each sees it.

use chrono::{DateTime, Utc};
use entity::{ProfileId, SessionId, posts};
use sea_orm::{
    FromQueryResult, QueryFilter, QueryResult, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    StoreError, account,
    db::Executor,
    notification::{self, Notification},
    post::{Post, select_with_authors},
    profile::uuids,
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// Somebody who waits for something that has happened to `subject`.
#[derive(Clone, Copy, Debug)]
pub struct Subscriber {
    /// What the caller knows the pair by; comes back with what is delivered.
    pub key: i32,
    /// Who; nobody in particular, when signed out.
    pub viewer: Option<ProfileId>,
    /// By which session, if the token names one.
    pub session: Option<SessionId>,
    /// The beacon, post or notification.
    pub subject: Uuid,
    /// Among which of the areas that are given with them.
    pub watch: i32,
}

/// What a subscriber gets.
#[derive(Clone, Debug)]
pub struct Delivered<T> {
    /// [`Subscriber::key`].
    pub key: i32,
    /// What it is about, as that subscriber sees it.
    pub row: T,
}

impl<T: FromQueryResult> FromQueryResult for Delivered<T> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, sea_orm::DbErr> {
        Ok(Self { key: row.try_get(prefix, "key")?, row: T::from_query_result(row, prefix)? })
    }
}

/// That something is gone, of which there is nothing more to say.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Gone {}

/// Appends the relation `subscriber`.
pub(super) fn subscribers(sql: &mut Sql, all: &[Subscriber]) {
    let row = |one: &Subscriber| {
        json!({
            "key": one.key, "viewer_id": one.viewer.map(|id| id.0), "session_id": one.session.map(|id| id.0),
            "subject": one.subject, "watch": one.watch,
        })
    };
    // As JSON: arrays of values that may be missing cannot be bound.
    sql.text("jsonb_to_recordset(").bind(all.iter().map(row).collect::<Value>());
    sql.text(") AS subscriber (key int, viewer_id uuid, session_id uuid, subject uuid, watch int)");
}

/// Appends the condition that a subscriber is still let in.
pub(super) fn let_in(sql: &mut Sql) {
    sql.text("(subscriber.viewer_id IS NULL OR (");
    account::let_in(sql);
    sql.text("))");
}

/// Those of the posts in a select that are a subscriber's subject.
pub(super) fn subject_of(select: Select<posts::Entity>) -> Select<posts::Entity> {
    select.filter(Expr::col((posts::Entity, posts::Column::Id)).equals(("subscriber", "subject")))
}

/// Who among these people follows whom among the authors, accepted: whose home feeds a post may be in. It spares asking
/// for all who wait; what it says decides nothing.
pub async fn followers(
    db: &impl Executor,
    authors: &[ProfileId],
    among: &[ProfileId],
) -> Result<Vec<Follows>, StoreError> {
    let mut sql = Sql::new("SELECT following_id, follower_id FROM follows WHERE status = 'accepted'");
    sql.text(" AND following_id = ANY(").bind(uuids(authors)).text(") AND follower_id = ANY(");
    sql.bind(uuids(among)).text(")");
    db.all(sql).await
}

/// That somebody follows somebody.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Follows {
    /// Who is followed.
    #[sea_orm(alias = "following_id")]
    pub author: ProfileId,
    /// By whom.
    #[sea_orm(alias = "follower_id")]
    pub follower: ProfileId,
}

/// The posts among the subjects that are in the home feeds of their subscribers: of somebody whom the subscriber follows,
/// accepted, or the subscriber's own.
pub async fn to_home_feeds(
    db: &impl Executor,
    now: DateTime<Utc>,
    all: &[Subscriber],
) -> Result<Vec<Delivered<Post>>, StoreError> {
    let viewer = Viewer::EACH_SUBSCRIBER;
    let mut sql = Sql::new("");
    select_with_authors(&mut sql, viewer);
    sql.text(", subscriber.key FROM ");
    subscribers(&mut sql, all);
    sql.text(" CROSS JOIN LATERAL (");
    sql.select(&subject_of(scope::feed_posts(viewer, now)).into_query());
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id WHERE ");
    let_in(&mut sql);
    sql.text(" AND (page.author_id = subscriber.viewer_id OR (SELECT status = 'accepted' FROM follows WHERE");
    sql.text(" follower_id = subscriber.viewer_id AND following_id = page.author_id))");
    db.all(sql).await
}

/// The notifications among the subjects that are their subscribers' and stand.
pub async fn to_recipients(
    db: &impl Executor,
    now: DateTime<Utc>,
    all: &[Subscriber],
) -> Result<Vec<Delivered<Notification>>, StoreError> {
    let mut sql = Sql::new("");
    notification::select_for_each(&mut sql, now, |sql| subscribers(sql, all));
    sql.text(" AND ");
    let_in(&mut sql);
    db.all(sql).await
}
