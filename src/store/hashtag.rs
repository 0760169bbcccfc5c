//! Hashtags: what the viewer may see of what was written under them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::{
    StoreError,
    db::Executor,
    page::{Slice, TimeKey, Window},
    post::{Post, select_with_authors},
    scope,
};
use crate::policy::Viewer;

/// Whether there is a post with this tag.
pub async fn exists(db: &impl Executor, viewer: Viewer, now: DateTime<Utc>, tag: &str) -> Result<bool, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    sql.text(" SELECT 1 FROM post_tags AS tagged JOIN visible ON visible.id = tagged.post_id WHERE tagged.tag = ");
    sql.bind(tag).text(" ORDER BY tagged.created_at DESC, tagged.post_id DESC LIMIT 1");
    Ok(!db.rows(sql).await?.is_empty())
}

/// How many posts have each of these tags; nobody counts further than `most`. One statement for any number of tags.
pub async fn counts(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    tags: &[String],
    most: i64,
) -> Result<HashMap<String, i64>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    sql.text(" SELECT wanted.tag, (SELECT count(*) FROM (SELECT 1 FROM post_tags AS tagged");
    sql.text(" JOIN visible ON visible.id = tagged.post_id WHERE tagged.tag = wanted.tag");
    sql.text(" ORDER BY tagged.created_at DESC, tagged.post_id DESC LIMIT ")
        .number(most)
        .text(") AS counted) AS count");
    sql.text(" FROM unnest(").bind(tags.to_vec()).text("::text[]) AS wanted (tag)");
    Ok(db.all::<Counted>(sql).await?.into_iter().map(|row| (row.tag, row.count)).collect())
}

#[derive(FromQueryResult)]
struct Counted {
    tag: String,
    count: i64,
}

/// The posts with this tag, newest first.
pub async fn posts(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    tag: &str,
    window: &Window<TimeKey>,
) -> Result<Slice<Post>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM (SELECT visible.* FROM (SELECT post_id AS id, created_at FROM post_tags WHERE tag = ").bind(tag);
    sql.text(") AS tagged JOIN visible ON visible.id = tagged.id WHERE true");
    window.restrict(&mut sql, "tagged");
    window.order_and_limit(&mut sql, "tagged");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id");
    window.order(&mut sql, "page");
    Ok(window.finish(db.all(sql).await?))
}
