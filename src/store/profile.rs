//! Profiles: look-ups, counts, and the writes of their owner.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ProfileId;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use super::{
    StoreError,
    db::Executor,
    scope,
    scope::{profile_is_open, select_profiles},
    sql::Sql,
};
use crate::policy::Viewer;

/// A profile as one viewer sees it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "four answers that have nothing to do with each other")]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// Its handle.
    pub handle: String,
    /// Its display name, where it has one.
    pub display_name: Option<String>,
    /// Where its picture is.
    pub avatar_url: Option<String>,
    /// Whether followers need to be accepted.
    pub is_private: bool,
    /// Whether an operator vouches for it.
    pub is_official: bool,
    /// `status` of the viewer's follow of it.
    pub follow_status: Option<String>,
    /// Whether it follows the viewer, accepted.
    pub follows_viewer: bool,
    /// Whether the viewer has blocked it. Only the list of those says yes: everywhere else such a one does not exist.
    pub is_blocked: bool,
    /// The rest, if the viewer may see it.
    pub details: Option<Details>,
}

/// What only those see who may view the profile.
#[derive(Clone, Debug)]
pub struct Details {
    /// A few lines about the person.
    pub bio: Option<String>,
    /// The person's page elsewhere.
    pub website: Option<String>,
    /// Where the wide picture is.
    pub cover_url: Option<String>,
    /// When the person joined.
    pub created_at: DateTime<Utc>,
}

impl FromQueryResult for Profile {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let details = if row.try_get(prefix, "is_open")? {
            Some(Details {
                bio: row.try_get(prefix, "bio")?,
                website: row.try_get(prefix, "website")?,
                cover_url: row.try_get(prefix, "cover_url")?,
                created_at: row.try_get(prefix, "created_at")?,
            })
        } else {
            None
        };
        Ok(Self {
            id: row.try_get(prefix, "id")?,
            handle: row.try_get(prefix, "handle")?,
            display_name: row.try_get(prefix, "display_name")?,
            avatar_url: row.try_get(prefix, "avatar_url")?,
            is_private: row.try_get(prefix, "is_private")?,
            is_official: row.try_get(prefix, "is_official")?,
            follow_status: row.try_get(prefix, "follow_status")?,
            follows_viewer: row.try_get(prefix, "follows_viewer")?,
            is_blocked: false,
            details,
        })
    }
}

/// Which counts of a profile are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// Accepted followers that the viewer may see.
    Followers,
    /// People whom it follows, accepted, and whom the viewer may see.
    Following,
    /// Root posts that the viewer may see.
    Posts,
}

/// The visible profiles among these.
pub async fn by_ids(db: &impl Executor, viewer: Viewer, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
    let mut sql = select_profiles(viewer);
    sql.text(" AND profiles.id = ANY(").bind(uuids(ids)).text(")");
    db.all(sql).await
}

/// The visible profile with this id.
pub async fn by_id(db: &impl Executor, viewer: Viewer, id: ProfileId) -> Result<Option<Profile>, StoreError> {
    let mut sql = select_profiles(viewer);
    sql.text(" AND profiles.id = ").bind(id);
    db.one(sql).await
}

/// The visible profile with this handle, without regard to case.
pub async fn by_handle(db: &impl Executor, viewer: Viewer, handle: &str) -> Result<Option<Profile>, StoreError> {
    let mut sql = select_profiles(viewer);
    sql.text(" AND lower(profiles.handle) = lower(").bind(handle).text(")");
    // Adopted handles may collide in lower case; then the same one answers each time.
    sql.text(" ORDER BY profiles.created_at, profiles.id LIMIT 1");
    db.one(sql).await
}

/// The wanted counts of the profiles among `ids` that are open to the viewer, in one statement. Each count is of rows
/// that the viewer may see, and nothing is counted that is not in `wanted`.
pub async fn counts(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    ids: &[ProfileId],
    wanted: &[Count],
) -> Result<HashMap<(ProfileId, Count), i64>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::root_posts(viewer, now));
    sql.text(" SELECT owner.id");
    for count in wanted {
        match count {
            Count::Followers => {
                sql.text(", (SELECT count(*) FROM follows JOIN profiles ON profiles.id = follows.follower_id");
                sql.text(" WHERE follows.following_id = owner.id AND follows.status = 'accepted' AND ");
                sql.condition(scope::profile_is_visible(viewer)).text(") AS followers");
            }
            Count::Following => {
                sql.text(", (SELECT count(*) FROM follows JOIN profiles ON profiles.id = follows.following_id");
                sql.text(" WHERE follows.follower_id = owner.id AND follows.status = 'accepted' AND ");
                sql.condition(scope::profile_is_visible(viewer)).text(") AS following");
            }
            Count::Posts => {
                sql.text(", (SELECT count(*) FROM visible WHERE visible.author_id = owner.id) AS posts");
            }
        }
    }
    sql.text(" FROM (SELECT profiles.id FROM profiles WHERE profiles.id = ANY(").bind(uuids(ids)).text(") AND ");
    sql.condition(profile_is_open(viewer)).text(") AS owner");
    let rows = db.rows(sql).await?;
    let mut counts = HashMap::new();
    for row in &rows {
        let id: ProfileId = row.try_get("", "id")?;
        for count in wanted {
            counts.insert((id, *count), row.try_get("", count.column())?);
        }
    }
    Ok(counts)
}

impl Count {
    fn column(self) -> &'static str {
        match self {
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Posts => "posts",
        }
    }
}

/// What the owner of a profile may change. `None` leaves a column as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The new handle, valid and in lower case.
    pub handle: Option<String>,
    /// The new display name; `Some(None)` removes it.
    pub display_name: Option<Option<String>>,
    /// The new bio; `Some(None)` removes it.
    pub bio: Option<Option<String>>,
    /// The new website; `Some(None)` removes it.
    pub website: Option<Option<String>>,
    /// The new picture; `Some(None)` removes it.
    pub avatar_url: Option<Option<String>>,
    /// The new wide picture; `Some(None)` removes it.
    pub cover_url: Option<Option<String>>,
    /// Whether followers need to be accepted from now on.
    pub is_private: Option<bool>,
}

/// Changes a profile. Answers false when it is gone.
pub async fn update(db: &impl Executor, id: ProfileId, changes: Changes) -> Result<bool, StoreError> {
    let mut sql = Sql::new("UPDATE profiles SET created_at = created_at");
    if let Some(handle) = changes.handle {
        sql.text(", handle = ").bind(handle);
    }
    if let Some(is_private) = changes.is_private {
        sql.text(", is_private = ").bind(is_private);
    }
    let texts = [
        (", display_name = ", changes.display_name),
        (", bio = ", changes.bio),
        (", website = ", changes.website),
        (", avatar_url = ", changes.avatar_url),
        (", cover_url = ", changes.cover_url),
    ];
    for (column, value) in texts {
        if let Some(value) = value {
            sql.text(column).bind(value);
        }
    }
    sql.text(" WHERE id = ").bind(id);
    Ok(db.execute(sql).await? > 0)
}

/// Marks a profile as official, or takes the mark away. Answers false when there is no such handle. Where adopted handles
/// collide, it is the profile that [`by_handle`] finds: nobody gets the mark for a name that is like another's.
pub async fn set_official(db: &impl Executor, handle: &str, official: bool) -> Result<bool, StoreError> {
    let mut sql = Sql::new("UPDATE profiles SET is_official = ");
    sql.bind(official).text(" WHERE id = (SELECT id FROM profiles WHERE lower(handle) = lower(").bind(handle);
    sql.text(") ORDER BY state = 'active' DESC, created_at, id LIMIT 1)");
    Ok(db.execute(sql).await? > 0)
}

/// Ids as one array parameter: `= ANY($1)` is the same statement for any number of them.
pub(super) fn uuids(ids: &[impl Copy + Into<Uuid>]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Lets one transaction at a time decide what is pinned to a profile's page.
pub async fn lock_pins(tx: &super::Tx, profile: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended('pins:' || ");
    sql.bind(profile.to_string()).text(", 0))");
    tx.execute(sql).await?;
    Ok(())
}
