//! The ways on which something is found, as parts of the one statement.

use super::Place;
use crate::store::{page::Window, sql::Sql};

/// A way to find something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Handle,
    Hashtag,
    Name,
    Alike,
    Post,
}

/// At most so many are found by likeness: what comes behind is hardly what was meant.
const MOST_ALIKE: i64 = 100;
/// So many of the newest posts are looked at for a word before the index of words is asked. A word that many posts
/// have fills the page here, so that the index has to list the posts of rarer words only. Measured on 1,000,000 posts:
/// a word in every fifth of them takes 2 ms instead of 160.
const NEWEST_POSTS: i64 = 1_000;

/// Of these posts, so many bytes are read at most: long texts would cost more than the index.
const NEWEST_BYTES: i64 = 500_000;
/// Hashtags that are looked at for a page, and posts of each: behind that, those that a viewer may not see would cost as
/// much as there are of them.
const MOST_TAGS: i64 = 2_000;
const NEWEST_OF_TAG: i64 = 1_000;

/// The words of a post, and the posts that have any, as the index on them has it (migration 13).
const WORDS: &str = "to_tsvector('simple', translate(left(posts.body, 10000), '/.', '  '))";
const HAS_WORDS: &str = "posts.deleted_at IS NULL AND posts.status = 'active' AND posts.is_beacon IS NOT TRUE";

const BY_HANDLE: &str = "named.handle >= (SELECT beginning FROM wanted) AND named.handle < (SELECT ending FROM wanted)";
const BY_NAME: &str =
    "named.display_name >= (SELECT beginning FROM wanted) AND named.display_name < (SELECT ending FROM wanted)";
/// A text that only says what a post has not got would have to be looked for in all of them.
const SAYS_SOMETHING: &str = " AND (SELECT querytree(words) NOT IN ('', 'T') FROM said)";

impl Way {
    /// What was found on it, in the statement.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Handle => "handles",
            Self::Hashtag => "hashtags",
            Self::Name => "names",
            Self::Alike => "alike",
            Self::Post => "found_posts",
        }
    }

    /// The columns of its table as those of `Row`.
    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::Handle => "0 AS way, id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Self::Hashtag => "1 AS way, NULL::uuid AS id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Self::Name => "2 AS way, id, name, NULL::int AS missing, NULL::timestamptz AS created_at",
            Self::Alike => "3 AS way, id, NULL::text AS name, missing, NULL::timestamptz AS created_at",
            Self::Post => "4 AS way, id, NULL::text AS name, NULL::int AS missing, created_at",
        }
    }
}

/// One way: those before it, and the place on it that the page begins behind.
pub(super) struct Walk<'a> {
    pub(super) before: &'a [Way],
    pub(super) after: Option<&'a Place>,
    pub(super) window: &'a Window<Place>,
}

impl Walk<'_> {
    /// Appends what is found on the way as one more table of the statement.
    pub(super) fn take(&self, way: Way, sql: &mut Sql) {
        match way {
            Way::Handle => self.handles(sql),
            Way::Hashtag => self.hashtags(sql),
            Way::Name => self.names(sql),
            Way::Alike => self.alike(sql),
            Way::Post => self.posts(sql),
        }
    }

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

    /// Alike is what PostgreSQL calls so: six tenths of the trigrams of a word. With half, most of what is alike only
    /// begins in the same way, and takes up to ten times as long. All of it is measured, and the likest kept. An index
    /// in the order of likeness (GiST) would stop by itself, and has to be read nearly whole before it does.
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

    /// From one hashtag to the next, each one step in the index, until enough of them have a post that the viewer may
    /// see.
    fn hashtags(&self, sql: &mut Sql) {
        sql.text(", hashtags AS MATERIALIZED (WITH RECURSIVE walk AS ((SELECT tag FROM post_tags WHERE ");
        sql.text("tag >= (SELECT tag FROM wanted) AND tag < (SELECT tag_ending FROM wanted)");
        self.behind(sql, "(tag) >");
        self.begins(sql);
        sql.text(" ORDER BY tag LIMIT 1) UNION ALL SELECT (SELECT tag FROM post_tags WHERE tag > walk.tag");
        sql.text(
            " AND tag < (SELECT tag_ending FROM wanted) ORDER BY tag LIMIT 1) FROM walk WHERE walk.tag IS NOT NULL)",
        );
        sql.text(" SELECT walk.tag AS name FROM (SELECT tag FROM walk LIMIT ").number(MOST_TAGS);
        sql.text(") AS walk WHERE (SELECT true FROM (SELECT post_id, created_at FROM post_tags WHERE post_tags.tag = walk.tag");
        sql.text(" ORDER BY created_at DESC, post_id DESC LIMIT ").number(NEWEST_OF_TAG).text(") AS newest");
        sql.text(
            " CROSS JOIN LATERAL (SELECT FROM visible WHERE visible.id = newest.post_id LIMIT 1) AS seen LIMIT 1)",
        );
        self.limit(sql);
    }

    /// The newest posts, as far as they fill the page; otherwise whatever the index of words has, newest first. Whether
    /// the viewer may see it is asked of one match after the other, until the page is full.
    fn posts(&self, sql: &mut Sql) {
        sql.text(", said AS MATERIALIZED (SELECT websearch_to_tsquery('simple', translate(text, '/.', '  ')) AS words FROM wanted)");
        sql.text(
            ", walked AS MATERIALIZED (SELECT newest.id, newest.created_at FROM (SELECT posts.id, posts.created_at,",
        );
        sql.text(
            " posts.body, sum(octet_length(posts.body)) OVER (ORDER BY posts.created_at DESC, posts.id DESC) AS read",
        );
        sql.text(" FROM (SELECT id, created_at, body FROM posts WHERE ").text(HAS_WORDS);
        self.behind(sql, "(posts.created_at, posts.id) <");
        self.begins(sql);
        sql.text(SAYS_SOMETHING).text(" ORDER BY posts.created_at DESC, posts.id DESC LIMIT ").number(NEWEST_POSTS);
        sql.text(") AS posts) AS newest");
        sql.text(" CROSS JOIN LATERAL (SELECT FROM visible WHERE visible.id = newest.id LIMIT 1) AS seen");
        // One before the other: what is behind the mark is not read.
        sql.text(" WHERE CASE WHEN newest.read <= ").number(NEWEST_BYTES).text(" THEN ");
        sql.text(&WORDS.replace("posts.body", "newest.body"))
            .text(" @@ (SELECT words FROM said) END ORDER BY newest.created_at DESC, newest.id DESC");
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
