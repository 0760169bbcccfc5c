//! Search: one statement that takes the ways to find something one after the other, each along its index, and begins a
//! way only when those before it have not filled the page.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::{
    StoreError,
    db::Executor,
    page::{Slice, Window},
    scope,
    sql::Sql,
};
use crate::policy::Viewer;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People, by their handle and display name.
    Profile,
    /// Posts and replies, by their words.
    Post,
    /// Hashtags, by their beginning.
    Hashtag,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As it was written.
    pub text: String,
    /// As hashtags are written.
    pub tag: String,
    /// Only these.
    pub kinds: Vec<Kind>,
}

/// Where something stands among all that is found. Places are ordered as the list is: by the way on which it was found,
/// and then as that way goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The handle begins with the text: alphabetically, so that the handle itself is the first.
    Handle(String, ProfileId),
    /// The hashtag begins with the text: alphabetically.
    Hashtag(String),
    /// The display name begins with the text: alphabetically.
    Name(String, ProfileId),
    /// A word of the names is like the text: by the thousandths that are missing to being the same.
    Alike(i32, ProfileId),
    /// The post has all words of the text: newest first.
    Post(Reverse<(DateTime<Utc>, PostId)>),
}

/// A way to find something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Handle,
    Hashtag,
    Name,
    Alike,
    Post,
}

/// At most so many are found by likeness: what comes behind is hardly what was meant.
const MOST_ALIKE: i64 = 100;
/// With fewer letters, everything is alike.
const FEWEST_LETTERS: usize = 3;
/// So many of the newest posts are looked at for a word before the index of words is asked. A word that many posts have
/// fills the page here, so that the index has to list the posts of rarer words only. Measured on 1,000,000 posts: a word
/// in every fifth of them takes 1 ms instead of 160.
const NEWEST_POSTS: i64 = 1_000;

/// The words of a post, and the posts that have any, as the index on them has it (migration 13).
const WORDS: &str = "to_tsvector('simple', left(posts.body, 10000))";
const HAS_WORDS: &str = "posts.deleted_at IS NULL AND posts.status = 'active' AND posts.is_beacon IS NOT TRUE";

/// What the viewer may find.
pub async fn find(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    wanted: &Wanted,
    window: &Window<Place>,
) -> Result<Slice<Place>, StoreError> {
    let ways = wanted.ways(window.after.as_ref());
    if ways.is_empty() {
        return Ok(Slice::default());
    }
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    scope::and_named_profiles(&mut sql, viewer);
    // What begins with a text stands between the text and the text with the last character that there is.
    sql.text(", wanted AS MATERIALIZED (SELECT text, lower(text) AS beginning, lower(text) || chr(1114111) AS ending,");
    sql.text(" lower(tag) AS tag, lower(tag) || chr(1114111) AS tag_ending");
    sql.text(" FROM (VALUES (").bind(wanted.text.as_str()).text("::text, ");
    sql.bind(wanted.tag.as_str()).text("::text)) AS given (text, tag))");
    for (at, way) in ways.iter().enumerate() {
        let walk =
            Walk { before: &ways[..at], after: window.after.as_ref().filter(|place| place.way() == *way), window };
        match way {
            Way::Handle => walk.handles(&mut sql),
            Way::Hashtag => walk.hashtags(&mut sql),
            Way::Name => walk.names(&mut sql),
            Way::Alike => walk.alike(&mut sql),
            Way::Post => walk.posts(&mut sql),
        }
    }
    for (at, way) in ways.iter().enumerate() {
        let columns = match way {
            Way::Handle => "0 AS way, id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Way::Hashtag => "1 AS way, NULL::uuid AS id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Way::Name => "2 AS way, id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Way::Alike => "3 AS way, id, NULL::text AS name, missing, NULL::timestamptz AS created_at",
            Way::Post => "4 AS way, id, NULL::text AS name, NULL::int AS missing, created_at",
        };
        sql.text(if at == 0 { " SELECT " } else { " UNION ALL SELECT " })
            .text(columns)
            .text(" FROM ")
            .text(way.table());
    }
    let mut places: Vec<_> = db.all::<Row>(sql).await?.into_iter().filter_map(Row::place).collect();
    places.sort();
    Ok(window.finish(places))
}

impl Wanted {
    /// The ways that lead to what is looked for, from the one on which `after` was found.
    fn ways(&self, after: Option<&Place>) -> Vec<Way> {
        let letters = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        let leads = |way: &Way| match way {
            // Everything begins with nothing.
            _ if self.text.is_empty() => false,
            Way::Handle | Way::Name => self.kinds.contains(&Kind::Profile),
            Way::Alike => self.kinds.contains(&Kind::Profile) && letters >= FEWEST_LETTERS,
            Way::Hashtag => self.kinds.contains(&Kind::Hashtag),
            Way::Post => self.kinds.contains(&Kind::Post) && letters > 0,
        };
        let is_left = |way: &Way| after.is_none_or(|place| *way >= place.way());
        let all = [Way::Handle, Way::Hashtag, Way::Name, Way::Alike, Way::Post];
        all.into_iter().filter(leads).filter(is_left).collect()
    }
}

impl Place {
    fn way(&self) -> Way {
        match self {
            Self::Handle(..) => Way::Handle,
            Self::Hashtag(_) => Way::Hashtag,
            Self::Name(..) => Way::Name,
            Self::Alike(..) => Way::Alike,
            Self::Post(_) => Way::Post,
        }
    }

    fn values(&self) -> Vec<Value> {
        match self.clone() {
            Self::Handle(name, id) | Self::Name(name, id) => vec![name.into(), id.into()],
            Self::Hashtag(name) => vec![name.into()],
            Self::Alike(missing, id) => vec![missing.into(), id.into()],
            Self::Post(Reverse((at, id))) => vec![at.into(), id.into()],
        }
    }
}

impl Way {
    /// What was found on it, in the statement.
    fn table(self) -> &'static str {
        match self {
            Self::Handle => "handles",
            Self::Hashtag => "hashtags",
            Self::Name => "names",
            Self::Alike => "alike",
            Self::Post => "found_posts",
        }
    }
}

/// One way: those before it, and the place on it that the page begins behind.
struct Walk<'a> {
    before: &'a [Way],
    after: Option<&'a Place>,
    window: &'a Window<Place>,
}

impl Walk<'_> {
    fn handles(&self, sql: &mut Sql) {
        sql.text(", handles AS MATERIALIZED (SELECT named.id, named.handle AS name FROM named WHERE ").text(BY_HANDLE);
        self.behind(sql, "(named.handle, named.id) >");
        self.begins(sql);
        sql.text(" ORDER BY named.handle, named.id");
        self.limit(sql);
    }

    fn names(&self, sql: &mut Sql) {
        sql.text(", names AS MATERIALIZED (SELECT named.id, named.display_name AS name FROM named WHERE ");
        sql.text(BY_NAME).text(" AND (").text(BY_HANDLE).text(") IS NOT TRUE");
        self.behind(sql, "(named.display_name, named.id) >");
        self.begins(sql);
        sql.text(" ORDER BY named.display_name, named.id");
        self.limit(sql);
    }

    /// All that are alike are measured: an index by likeness has to be read nearly whole.
    fn alike(&self, sql: &mut Sql) {
        sql.text(", alike AS MATERIALIZED (SELECT likest.id, likest.missing FROM (SELECT named.id,");
        sql.text(" round(1000 * ((SELECT text FROM wanted) <<-> named.names))::int AS missing FROM named");
        sql.text(" WHERE (SELECT text FROM wanted) <% named.names");
        sql.text(" AND (").text(BY_HANDLE).text(") IS NOT TRUE AND (").text(BY_NAME).text(") IS NOT TRUE");
        self.begins(sql);
        sql.text(" ORDER BY missing, named.id LIMIT ").number(MOST_ALIKE).text(") AS likest WHERE true");
        self.behind(sql, "(likest.missing, likest.id) >");
        sql.text(" ORDER BY likest.missing, likest.id");
        self.limit(sql);
    }

    /// From one hashtag to the next, until enough of them have a post that the viewer may see.
    fn hashtags(&self, sql: &mut Sql) {
        sql.text(", hashtags AS MATERIALIZED (WITH RECURSIVE walk AS ((SELECT tag FROM post_tags WHERE ");
        sql.text("tag >= (SELECT tag FROM wanted) AND tag < (SELECT tag_ending FROM wanted)");
        self.behind(sql, "(tag) >");
        self.begins(sql);
        sql.text(" ORDER BY tag LIMIT 1) UNION ALL SELECT (SELECT tag FROM post_tags WHERE tag > walk.tag");
        sql.text(
            " AND tag < (SELECT tag_ending FROM wanted) ORDER BY tag LIMIT 1) FROM walk WHERE walk.tag IS NOT NULL)",
        );
        sql.text(" SELECT walk.tag AS name FROM walk WHERE (SELECT true FROM post_tags");
        sql.text(" CROSS JOIN LATERAL (SELECT FROM visible WHERE visible.id = post_tags.post_id LIMIT 1) AS seen");
        sql.text(" WHERE post_tags.tag = walk.tag");
        sql.text(" ORDER BY post_tags.created_at DESC, post_tags.post_id DESC LIMIT 1)");
        self.limit(sql);
    }

    /// The newest posts, as far as they fill the page; otherwise whatever the index of words has, newest first. Whether
    /// the viewer may see it is asked of one match after the other, until the page is full.
    fn posts(&self, sql: &mut Sql) {
        sql.text(", said AS MATERIALIZED (SELECT websearch_to_tsquery('simple', text) AS words FROM wanted)");
        sql.text(
            ", walked AS MATERIALIZED (SELECT newest.id, newest.created_at FROM (SELECT posts.id, posts.created_at, ",
        );
        sql.text(WORDS).text(" @@ (SELECT words FROM said) AS matches FROM posts WHERE ").text(HAS_WORDS);
        self.behind(sql, "(posts.created_at, posts.id) <");
        self.begins(sql);
        sql.text(SAYS_SOMETHING).text(" ORDER BY posts.created_at DESC, posts.id DESC LIMIT ").number(NEWEST_POSTS);
        sql.text(") AS newest CROSS JOIN LATERAL (SELECT FROM visible WHERE visible.id = newest.id LIMIT 1) AS seen");
        sql.text(" WHERE newest.matches ORDER BY newest.created_at DESC, newest.id DESC");
        self.limit(sql);

        sql.text(", full_page AS MATERIALIZED (SELECT count(*) >= ")
            .number(self.window.probe())
            .text(" AS yes FROM walked)");

        sql.text(", listed AS MATERIALIZED (SELECT posts.id, posts.created_at FROM posts WHERE ").text(HAS_WORDS);
        sql.text(" AND ").text(WORDS).text(" @@ (SELECT words FROM said) AND NOT (SELECT yes FROM full_page)");
        self.behind(sql, "(posts.created_at, posts.id) <");
        self.begins(sql);
        sql.text(SAYS_SOMETHING).text(")");

        sql.text(", found_posts AS MATERIALIZED (SELECT walked.id, walked.created_at FROM walked");
        sql.text(" WHERE (SELECT yes FROM full_page) UNION ALL (SELECT match.id, match.created_at");
        sql.text(" FROM (SELECT * FROM listed ORDER BY created_at DESC, id DESC) AS match");
        sql.text(" CROSS JOIN LATERAL (SELECT FROM visible WHERE visible.id = match.id LIMIT 1) AS seen");
        sql.text(" ORDER BY match.created_at DESC, match.id DESC");
        self.limit(sql);
        sql.text(")");
    }

    /// Only what is behind the place that the page begins behind.
    fn behind(&self, sql: &mut Sql, comparison: &str) {
        let Some(place) = self.after else { return };
        sql.text(" AND ").text(comparison);
        for (at, value) in place.values().into_iter().enumerate() {
            sql.text(if at == 0 { " (" } else { ", " }).bind(value);
        }
        sql.text(")");
    }

    /// Only when the ways before have not filled the page. PostgreSQL asks this once, before it begins.
    fn begins(&self, sql: &mut Sql) {
        for (at, way) in self.before.iter().enumerate() {
            sql.text(if at == 0 { " AND " } else { " + " }).text("(SELECT count(*) FROM ").text(way.table()).text(")");
        }
        if !self.before.is_empty() {
            sql.text(" < ").number(self.window.probe());
        }
    }

    fn limit(&self, sql: &mut Sql) {
        sql.text(" LIMIT ").number(self.window.probe()).text(")");
    }
}

const BY_HANDLE: &str = "named.handle >= (SELECT beginning FROM wanted) AND named.handle < (SELECT ending FROM wanted)";
const BY_NAME: &str =
    "named.display_name >= (SELECT beginning FROM wanted) AND named.display_name < (SELECT ending FROM wanted)";
/// A text that only says what a post has not got would have to be looked for in all of them.
const SAYS_SOMETHING: &str = " AND (SELECT querytree(words) NOT IN ('', 'T') FROM said)";

#[derive(FromQueryResult)]
struct Row {
    way: i32,
    id: Option<Uuid>,
    name: Option<String>,
    missing: Option<i32>,
    created_at: Option<DateTime<Utc>>,
}

impl Row {
    fn place(self) -> Option<Place> {
        Some(match self.way {
            0 => Place::Handle(self.name?, ProfileId(self.id?)),
            1 => Place::Hashtag(self.name?),
            2 => Place::Name(self.name?, ProfileId(self.id?)),
            3 => Place::Alike(self.missing?, ProfileId(self.id?)),
            _ => Place::Post(Reverse((self.created_at?, PostId(self.id?)))),
        })
    }
}
