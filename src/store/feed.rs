//! Feeds: pages of root posts, newest first, each one statement with its authors.

use chrono::{DateTime, Utc};
use entity::{ProfileId, posts};
use sea_orm::{ColumnTrait, QueryFilter, Select};

use super::{
    StoreError,
    db::Executor,
    page::{Slice, TimeKey, Window},
    post::{Post, select_with_authors},
    scope,
};
use crate::policy::Viewer;

/// Up to this many followees, a home feed asks each for the newest post; beyond, it walks the time index and takes what
/// is theirs. Measured on 3,000,000 posts: with 2,000 followees the walk takes 8 ms and the probes 207 ms; with a
/// hundred quiet ones the walk reads most of the table.
const FEW_FOLLOWEES: i64 = 300;

/// Every root post that the viewer may see.
pub async fn global(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    window: &Window<TimeKey>,
) -> Result<Slice<Post>, StoreError> {
    time_walk(db, viewer, scope::feed_posts(viewer, now), window).await
}

/// Those of the global feed that have a video.
pub async fn quips(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    window: &Window<TimeKey>,
) -> Result<Slice<Post>, StoreError> {
    let videos = scope::feed_posts(viewer, now).filter(posts::Column::VideoUrl.is_not_null());
    time_walk(db, viewer, videos, window).await
}

/// Walks the time index of `visible`. Authors are joined to the page, not to the feed: a join below the limit would be
/// planned for the whole table.
async fn time_walk(
    db: &impl Executor,
    viewer: Viewer,
    visible: Select<posts::Entity>,
    window: &Window<TimeKey>,
) -> Result<Slice<Post>, StoreError> {
    let mut sql = scope::with_visible_posts(visible);
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM (SELECT visible.* FROM visible WHERE true");
    window.restrict(&mut sql, "visible");
    window.order_and_limit(&mut sql, "visible");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id");
    window.order(&mut sql, "page");
    Ok(window.finish(db.all(sql).await?))
}

/// The root posts of those whom `me` follows, accepted, and of `me`.
///
/// With few followees: the newest post of each (`head`), the heads that can be on the page at all, and then the posts of
/// their authors down to the last of those heads. With many: the time index, and whether the author is one of them.
/// Which of the two runs is decided inside the statement; PostgreSQL does not start the other.
pub async fn home(
    db: &impl Executor,
    viewer: Viewer,
    me: ProfileId,
    now: DateTime<Utc>,
    window: &Window<TimeKey>,
) -> Result<Slice<Post>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::feed_posts(viewer, now));
    sql.text(", author AS MATERIALIZED (SELECT following_id AS id FROM follows WHERE status = 'accepted'");
    sql.text(" AND follower_id = ").bind(me).text(" UNION SELECT ").bind(me).text("::uuid)");
    sql.text(", few AS MATERIALIZED (SELECT count(*) <= ").number(FEW_FOLLOWEES).text(" AS yes FROM author)");

    sql.text(", head AS MATERIALIZED (SELECT newest.* FROM author CROSS JOIN LATERAL (");
    sql.text(
        "SELECT visible.author_id, visible.created_at, visible.id FROM visible WHERE visible.author_id = author.id",
    );
    window.restrict(&mut sql, "visible");
    window.order(&mut sql, "visible");
    sql.text(" LIMIT 1) AS newest WHERE (SELECT yes FROM few)");
    window.order_and_limit(&mut sql, "newest");
    // The last head, if there are enough to fill the page: no post beyond it can be on the page.
    let (last, compare) = if window.is_descending() { ("min", ">=") } else { ("max", "<=") };
    sql.text("), bound AS MATERIALIZED (SELECT ").text(last).text("(created_at) AS at FROM head HAVING count(*) > ");
    sql.number(window.limit).text(")");

    sql.text(", probed AS (SELECT post.* FROM head CROSS JOIN LATERAL (");
    sql.text("SELECT visible.* FROM visible WHERE visible.author_id = head.author_id AND visible.created_at ");
    sql.text(compare).text(" COALESCE((SELECT at FROM bound), '");
    sql.text(if window.is_descending() { "-infinity" } else { "infinity" }).text("')");
    window.restrict(&mut sql, "visible");
    window.order_and_limit(&mut sql, "visible");
    sql.text(") AS post)");

    sql.text(", walked AS (SELECT visible.* FROM visible WHERE NOT (SELECT yes FROM few)");
    // `IS TRUE` keeps the planner from turning the membership into a join: it is looked up in a hash, row by row.
    sql.text(" AND (visible.author_id IN (SELECT id FROM author)) IS TRUE");
    window.restrict(&mut sql, "visible");
    window.order_and_limit(&mut sql, "visible");
    sql.text(")");

    select_with_authors(&mut sql, viewer);
    sql.text(" FROM (SELECT * FROM (SELECT * FROM probed UNION ALL SELECT * FROM walked) AS either");
    window.order_and_limit(&mut sql, "either");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id");
    window.order(&mut sql, "page");
    Ok(window.finish(db.all(sql).await?))
}
