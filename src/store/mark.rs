//! What people leave on posts: likes, reactions, saves and hides, and what a post says of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};
use sea_orm::FromQueryResult;

use super::{
    StoreError, Tx,
    db::Executor,
    page::{Slice, TimeKey, Window},
    post::{Post, select_with_authors},
    profile::uuids,
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// A mark that is there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Counted, and listed for who gave it.
    Like,
    /// Put aside; known to nobody else.
    Save,
    /// Kept out of feeds; known to nobody else.
    Hide,
}

impl Mark {
    fn table(self) -> &'static str {
        match self {
            Self::Like => "post_likes",
            Self::Save => "post_saves",
            Self::Hide => "post_hides",
        }
    }
}

/// Leaves a mark. Leaving it again changes nothing. Answers whether it is new.
pub async fn set(tx: &Tx, mark: Mark, me: ProfileId, post: PostId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut sql = Sql::new("INSERT INTO ");
    sql.text(mark.table()).text(" (profile_id, post_id, created_at) VALUES (").bind(me).text(", ").bind(post);
    sql.text(", ").bind(now).text(") ON CONFLICT (profile_id, post_id) DO NOTHING");
    Ok(tx.execute(sql).await? > 0)
}

/// Takes a mark away, if it is there.
pub async fn clear(tx: &Tx, mark: Mark, me: ProfileId, post: PostId) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM ");
    sql.text(mark.table()).text(" WHERE profile_id = ").bind(me).text(" AND post_id = ").bind(post);
    tx.execute(sql).await?;
    Ok(())
}

/// Leaves an emoji, in the place of another one; the same one again is taken away. Answers whether there is one now.
/// The pair of viewer and author is locked, so that two of these do not come between each other.
pub async fn toggle_reaction(
    tx: &Tx,
    me: ProfileId,
    post: PostId,
    emoji: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut sql = Sql::new("DELETE FROM post_reactions WHERE profile_id = ");
    sql.bind(me).text(" AND post_id = ").bind(post).text(" AND emoji = ").bind(emoji);
    if tx.execute(sql).await? > 0 {
        return Ok(false);
    }
    let mut sql = Sql::new("INSERT INTO post_reactions (profile_id, post_id, emoji, created_at) VALUES (");
    sql.bind(me).text(", ").bind(post).text(", ").bind(emoji).text(", ").bind(now);
    sql.text(") ON CONFLICT (post_id, profile_id) DO UPDATE SET emoji = excluded.emoji");
    sql.text(", created_at = excluded.created_at");
    tx.execute(sql).await?;
    Ok(true)
}

/// Something that a post says of the marks and replies around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// How many like it.
    Likes,
    /// How many have left which emoji.
    Reactions,
    /// How many replies there are.
    Replies,
    /// Whether the viewer likes it.
    Liked,
    /// Whether the viewer has put it aside.
    Saved,
    /// The viewer's emoji.
    Reaction,
}

/// The facts around a post, as far as they were asked for.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Facts {
    id: PostId,
    /// How many like it, of those whom the viewer may see.
    pub likes: i64,
    /// The emoji that were left, the most frequent first.
    pub emojis: Vec<String>,
    /// How many have left each of them, of those whom the viewer may see.
    pub emoji_counts: Vec<i64>,
    /// How many replies the viewer may see, at most 10,000.
    pub replies: i64,
    /// Whether the viewer likes it.
    pub liked: bool,
    /// Whether the viewer has put it aside.
    pub saved: bool,
    /// The viewer's emoji.
    pub reaction: Option<String>,
}

/// Replies are counted up to here: they are counted from the rows, since each has a visibility of its own.
const MAX_REPLIES: i64 = 10_000;
/// Different emoji of a post that are told, the most frequent first.
const MAX_EMOJIS: i64 = 50;

/// The wanted facts around those of the posts that the viewer may see, in one statement; nothing is counted that is not
/// wanted.
///
/// Likes and reactions are counted for everybody by the database, without those of accounts that are not active. From
/// that the marks of those between whom and the viewer a block stands are taken away (see [`counted`]).
pub async fn facts(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    ids: &[PostId],
    wanted: &[Fact],
) -> Result<HashMap<PostId, Facts>, StoreError> {
    let me = viewer.id();
    let wants = |fact: Fact| wanted.contains(&fact);
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    sql.text(", unseen AS MATERIALIZED (");
    scope::blocked_people(&mut sql, viewer);
    sql.text(") SELECT page.id");
    sql.text(", ");
    if wants(Fact::Likes) {
        sql.text("COALESCE((SELECT sum(counted.count) FROM (");
        counted(&mut sql, "post_likes", "''", "= ''");
        sql.text(") AS counted WHERE counted.mark = ''), 0) AS likes");
    } else {
        sql.text("0::bigint AS likes");
    }
    sql.text(", ");
    if wants(Fact::Replies) {
        sql.text("(SELECT count(*) FROM (SELECT 1 FROM visible WHERE visible.parent_id = page.id LIMIT ");
        sql.number(MAX_REPLIES).text(") AS counted) AS replies");
    } else {
        sql.text("0::bigint AS replies");
    }
    for (fact, mark, name) in [(Fact::Liked, Mark::Like, "liked"), (Fact::Saved, Mark::Save, "saved")] {
        sql.text(", ");
        match me.filter(|_| wants(fact)) {
            Some(me) => {
                sql.text("EXISTS (SELECT 1 FROM ").text(mark.table()).text(" AS mark WHERE mark.post_id = page.id");
                sql.text(" AND mark.profile_id = ").bind(me).text(")");
            }
            None => {
                sql.text("false");
            }
        }
        sql.text(" AS ").text(name);
    }
    sql.text(", ");
    match me.filter(|_| wants(Fact::Reaction)) {
        Some(me) => {
            sql.text("(SELECT mark.emoji FROM post_reactions AS mark WHERE mark.post_id = page.id");
            sql.text(" AND mark.profile_id = ").bind(me).text(")");
        }
        None => {
            sql.text("NULL::text");
        }
    }
    sql.text(" AS reaction");
    let no_reactions = "'{}'::text[] AS emojis, '{}'::bigint[] AS emoji_counts";
    if wants(Fact::Reactions) {
        sql.text(", COALESCE(reacted.emojis, '{}') AS emojis, COALESCE(reacted.counts, '{}') AS emoji_counts");
    } else {
        sql.text(", ").text(no_reactions);
    }
    sql.text(" FROM (SELECT visible.id FROM visible WHERE visible.id = ANY(").bind(uuids(ids)).text(")) AS page");
    if wants(Fact::Reactions) {
        sql.text(" LEFT JOIN LATERAL (SELECT array_agg(most.mark) AS emojis, array_agg(most.count) AS counts FROM (");
        sql.text("SELECT counted.mark, sum(counted.count) AS count FROM (");
        counted(&mut sql, "post_reactions", "mark.emoji", "<> ''");
        sql.text(") AS counted GROUP BY counted.mark HAVING sum(counted.count) > 0");
        sql.text(" ORDER BY count DESC, counted.mark LIMIT ").number(MAX_EMOJIS).text(") AS most) AS reacted ON true");
    }
    let rows: Vec<Facts> = db.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Appends a select of marks of `page.id` and how often each was left: what the database counts, and one less for each
/// that somebody has left who is `unseen`. Rows whose mark is NULL say nothing.
///
/// The way of the smaller side: when the post has no more marks than people are unseen, its marks are read, and each is
/// looked up among these, who are hashed once. Otherwise each of them is looked up among the marks. One of the two does
/// not begin.
fn counted(sql: &mut Sql, table: &str, mark: &str, counters: &str) {
    let counters = format!(" FROM post_mark_counts AS kept WHERE kept.post_id = page.id AND kept.mark {counters}");
    let is_small = format!("(SELECT sum(kept.count){counters}) <= (SELECT count(*) FROM unseen)");
    let marks =
        format!("SELECT {mark} AS mark, -1 AS count FROM {table} AS mark WHERE mark.post_id = page.id AND mark.counts");
    sql.text(&format!("SELECT kept.mark, kept.count{counters}"));
    // IS TRUE: as a bare condition, it would become a join, which hashes them anew for each post.
    sql.text(&format!(" UNION ALL {marks} AND {is_small} AND (mark.profile_id IN (SELECT id FROM unseen)) IS TRUE"));
    // A scalar subquery, as PostgreSQL may otherwise hash all marks of a popular post; and a range of one, as it may
    // otherwise walk all marks of a busy person.
    sql.text(&format!(
        " UNION ALL SELECT (SELECT {mark} FROM {table} AS mark WHERE mark.post_id = page.id AND mark.counts"
    ));
    sql.text(&format!(" AND mark.profile_id BETWEEN unseen.id AND unseen.id), -1 FROM unseen WHERE NOT {is_small}"));
}

/// A post that the viewer has marked.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Marked {
    /// When.
    pub marked_at: DateTime<Utc>,
    /// The post.
    #[sea_orm(nested)]
    pub post: Post,
}

impl Marked {
    /// Its place in the list.
    #[must_use]
    pub fn key(&self) -> TimeKey {
        TimeKey::post(self.marked_at, self.post.id)
    }
}

/// The posts that the viewer has marked and may still see, the last marked first.
pub async fn marked(
    db: &impl Executor,
    viewer: Viewer,
    me: ProfileId,
    now: DateTime<Utc>,
    mark: Mark,
    window: &Window<TimeKey>,
) -> Result<Slice<Marked>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    select_with_authors(&mut sql, viewer);
    sql.text(" FROM (SELECT visible.*, mark.created_at AS marked_at FROM (SELECT post_id AS id, created_at FROM ");
    sql.text(mark.table()).text(" WHERE profile_id = ").bind(me).text(") AS mark JOIN visible ON visible.id = mark.id");
    sql.text(" WHERE true");
    window.restrict(&mut sql, "mark");
    window.order_and_limit(&mut sql, "mark");
    sql.text(") AS page JOIN profiles ON profiles.id = page.author_id ORDER BY page.marked_at ");
    sql.text(if window.is_descending() { "DESC, page.id DESC" } else { "ASC, page.id ASC" });
    Ok(window.finish(db.all(sql).await?))
}
