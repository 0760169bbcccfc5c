//! Posts and replies: look-ups, the page of a profile, and the writes of their author.

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId, posts};
use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult, QueryFilter};

use super::{
    StoreError, Tx,
    db::Executor,
    page::{OldestKey, PinnedKey, Slice, TimeKey, Window},
    profile::{Profile, uuids},
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// A post or a reply as one viewer sees it. Whoever sees it may also view its author.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// What it says.
    pub body: Option<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// Where its video is.
    pub video_url: Option<String>,
    /// Where the still of its video is.
    pub thumbnail_url: Option<String>,
    /// How long the video is, in milliseconds; 0 when unknown.
    pub duration_ms: i32,
    /// Whom it is for; a word that is none of ours counts as `only_me`.
    pub visibility: Option<String>,
    /// What it replies to.
    pub parent_id: Option<PostId>,
    /// Whether it may be replied to.
    pub allow_replies: bool,
    /// Whether it comes first on its author's page.
    pub is_pinned: bool,
    /// Its hashtags, without the sign.
    pub tags: Vec<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its text was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it leaves.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who wrote it.
    #[sea_orm(nested(prefix = "author_"))]
    pub author: Profile,
}

impl Post {
    /// Its place in a feed.
    #[must_use]
    pub fn time_key(&self) -> TimeKey {
        TimeKey::post(self.created_at, self.id)
    }

    /// Its place among the replies to its parent.
    #[must_use]
    pub fn oldest_key(&self) -> OldestKey {
        OldestKey(self.time_key())
    }

    /// Its place on its author's page.
    #[must_use]
    pub fn pinned_key(&self) -> PinnedKey {
        PinnedKey { is_pinned: self.is_pinned, at: self.created_at, id: self.id }
    }
}

/// Which posts of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Those that reply to nothing.
    Roots,
    /// Those that reply to something.
    Replies,
    /// Both.
    All,
}

/// The visible posts among these.
pub async fn by_ids(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    ids: &[PostId],
) -> Result<Vec<Post>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM visible AS page JOIN profiles ON profiles.id = page.author_id WHERE page.id = ANY(");
    sql.bind(uuids(ids)).text(")");
    db.all(sql).await
}

/// For each author: the visible posts, pins first, then newest first. One statement for any number of authors.
pub async fn of_profiles(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    authors: &[ProfileId],
    kind: Kind,
    window: &Window<PinnedKey>,
) -> Result<Vec<(ProfileId, Slice<Post>)>, StoreError> {
    use sea_orm::ColumnTrait;
    let visible = match kind {
        Kind::Roots => scope::root_posts(viewer, now),
        Kind::Replies => scope::posts(viewer, now).filter(posts::Column::ParentId.is_not_null()),
        Kind::All => scope::posts(viewer, now),
    };
    let mut sql = scope::with_visible_posts(visible);
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM unnest(").bind(uuids(authors)).text("::uuid[]) AS owner (id)");
    sql.text(" CROSS JOIN LATERAL (SELECT visible.* FROM visible WHERE visible.author_id = owner.id");
    window.restrict(&mut sql, "visible");
    window.order_and_limit(&mut sql, "visible");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id");
    window.order(&mut sql, "page");
    let rows: Vec<Post> = db.all(sql).await?;
    Ok(window.finish_each(authors, rows, |post| Some(post.author.id)))
}

/// For each post that the viewer may see: the visible replies to it, oldest first. One statement for any number of
/// posts, and no more rows than a page of each.
pub async fn replies(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    parents: &[PostId],
    window: &Window<OldestKey>,
) -> Result<Vec<(PostId, Slice<Post>)>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM (SELECT visible.id FROM visible WHERE visible.id = ANY(").bind(uuids(parents)).text(")) AS parent");
    sql.text(" CROSS JOIN LATERAL (SELECT visible.* FROM visible WHERE visible.parent_id = parent.id");
    window.restrict(&mut sql, "visible");
    window.order_and_limit(&mut sql, "visible");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id");
    window.order(&mut sql, "page");
    let rows: Vec<Post> = db.all(sql).await?;
    Ok(window.finish_each(parents, rows, |post| post.parent_id))
}

/// Appends a select of the rows `page`, with the columns of the author from `profiles`.
pub(super) fn select_with_authors(sql: &mut Sql, viewer: Viewer) {
    sql.text(" SELECT page.*, ");
    scope::profile_columns(sql, viewer, "author_");
}

/// What a new post is made of.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// Its id.
    pub id: PostId,
    /// Who writes it.
    pub author: ProfileId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it leaves.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it says.
    pub body: Option<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// Where its video is.
    pub video_url: Option<String>,
    /// Where the still of its video is.
    pub thumbnail_url: Option<String>,
    /// How long the video is, in milliseconds.
    pub duration_ms: Option<i32>,
    /// Whom it is for.
    pub visibility: &'static str,
    /// What it replies to.
    pub parent: Option<PostId>,
    /// Whether it may be replied to.
    pub allow_replies: bool,
    /// Its hashtags.
    pub tags: Vec<String>,
}

/// Writes a post.
pub async fn insert(tx: &Tx, post: NewPost) -> Result<(), StoreError> {
    let row = posts::ActiveModel {
        id: Set(post.id),
        author_id: Set(Some(post.author)),
        body: Set(post.body),
        image_url: Set(post.image_url),
        video_url: Set(post.video_url),
        thumbnail_url: Set(post.thumbnail_url),
        duration_ms: Set(post.duration_ms),
        visibility: Set(Some(post.visibility.to_owned())),
        status: Set(Some("active".to_owned())),
        is_beacon: Set(Some(false)),
        parent_id: Set(post.parent),
        allow_replies: Set(post.allow_replies),
        tags: Set(post.tags),
        created_at: Set(post.created_at),
        expires_at: Set(post.expires_at),
        ..Default::default()
    };
    posts::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// What its author changes of a post. `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The new text and its hashtags.
    pub body: Option<(Option<String>, Vec<String>)>,
    /// Whom it is for from now on.
    pub visibility: Option<&'static str>,
    /// Whether it may be replied to from now on.
    pub allow_replies: Option<bool>,
}

/// Locks a post of this author until the transaction ends, so that two edits keep both earlier texts. Answers whether
/// the post is there.
pub async fn lock(tx: &Tx, id: PostId, author: ProfileId) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM posts WHERE deleted_at IS NULL AND id = ");
    // Not against those who like it or reply to it meanwhile: their foreign keys only need the row to stay.
    sql.bind(id).text(" AND author_id = ").bind(author).text(" FOR NO KEY UPDATE");
    Ok(tx.execute(sql).await? > 0)
}

/// Keeps the text that a post has now, for its author. The post is locked, and no two of its texts are kept at the same
/// moment: where the clock has not gone on since the last one, this one is kept a microsecond later.
pub async fn keep_revision(
    tx: &Tx,
    id: PostId,
    body: Option<String>,
    revised_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO post_revisions (post_id, body, revised_at) SELECT ");
    sql.bind(id).text(", ").bind(body).text("::text, GREATEST(").bind(revised_at);
    sql.text(", max(revised_at) + interval '1 microsecond') FROM post_revisions WHERE post_id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}

/// Changes a post that was locked.
pub async fn edit(tx: &Tx, id: PostId, edit: Edit, now: DateTime<Utc>) -> Result<(), StoreError> {
    // To begin with, nothing; not the key, for which those who refer to the row would have to be waited for.
    let mut sql = Sql::new("UPDATE posts SET status = status");
    if let Some((body, tags)) = edit.body {
        sql.text(", body = ").bind(body).text(", tags = ").bind(tags).text(", edited_at = ").bind(now);
    }
    if let Some(visibility) = edit.visibility {
        sql.text(", visibility = ").bind(visibility);
    }
    if let Some(allow_replies) = edit.allow_replies {
        sql.text(", allow_replies = ").bind(allow_replies);
    }
    sql.text(" WHERE id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}

/// Marks a post as deleted.
pub async fn delete(tx: &Tx, id: PostId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE posts SET is_pinned = false, deleted_at = ");
    sql.bind(now).text(" WHERE deleted_at IS NULL AND id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}

/// How many other posts this author has pinned, of those that there still are: an expired one takes nobody's place.
pub async fn count_other_pins(
    tx: &Tx,
    viewer: Viewer,
    now: DateTime<Utc>,
    author: ProfileId,
    id: PostId,
) -> Result<u64, StoreError> {
    let mut sql = scope::with_visible_posts(scope::root_posts(viewer, now));
    sql.text(" SELECT 1 FROM visible WHERE is_pinned AND author_id = ").bind(author).text(" AND id <> ").bind(id);
    tx.execute(sql).await
}

/// Pins a post to its author's page, or unpins it.
pub async fn set_pinned(tx: &Tx, id: PostId, pinned: bool) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE posts SET is_pinned = ");
    sql.bind(pinned).text(" WHERE id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}
