//! A world as rows: written straight into the tables, adopted oddities included.

use uuid::Uuid;

use super::{marks::Dice, model::Model};

/// What an adopted database may hold and a new one cannot.
pub const LOOSEN: &str = "ALTER TABLE profiles ALTER handle DROP NOT NULL, ALTER is_private DROP NOT NULL,
        DROP CONSTRAINT profiles_handle_check;
    ALTER TABLE follows ALTER status DROP NOT NULL, DROP CONSTRAINT follows_status_check;
    ALTER TABLE posts ALTER visibility DROP NOT NULL, ALTER status DROP NOT NULL,
        DROP CONSTRAINT posts_visibility_check, DROP CONSTRAINT posts_author_check;";

/// Where the beacons are, as latitude and longitude.
pub const PLACE: (f64, f64) = (10.0, 20.0);

/// Before these rows: what is written by hand is no news.
pub const QUIET: &str = "SET LOCAL sojorn.live = off;";

/// A text, quoted, or NULL.
pub fn quoted(text: Option<impl std::fmt::Display>) -> String {
    text.map_or("NULL".to_owned(), |text| format!("'{text}'"))
}

/// An INSERT of these rows; nothing, when there are none.
fn insert(into: &str, rows: &[String]) -> String {
    if rows.is_empty() { String::new() } else { format!("INSERT INTO {into} VALUES {};", rows.join(", ")) }
}

impl Model {
    /// Takes the last world away and writes this one.
    pub fn rows(&self, dice: &mut Dice) -> String {
        let id = |person: usize| self.people[person].id;
        let mut sql = format!(
            "{QUIET} DELETE FROM live_events; DELETE FROM beacon_allowances; DELETE FROM posts; DELETE FROM profiles;"
        );
        let people = self.people.iter().map(|person| {
            format!(
                "('{}', {}, 'Name {card}', 'https://pics.example/{card}', 'Bio {details}',
                  'https://home.example/{details}', 'https://cover.example/{details}', {}, {}, '{}', '{}', '2025-06-01')",
                person.id,
                quoted(person.handle.as_deref()),
                person.is_private.map_or("NULL", |is| if is { "true" } else { "false" }),
                person.is_official,
                person.state,
                person.own,
                card = person.card,
                details = person.details,
            )
        });
        let columns =
            "profiles (id, handle, display_name, avatar_url, bio, website, cover_url, is_private, is_official,
            state, identity_key, created_at)";
        sql += &insert(columns, &people.collect::<Vec<_>>());
        let accounts = self
            .people
            .iter()
            .map(|person| format!("('{}', '{}@x.example', '{}')", person.id, person.own, person.hidden));
        sql += &insert("accounts (profile_id, email, password_hash)", &accounts.collect::<Vec<_>>());
        let follows = self.follows.iter();
        let follows =
            follows.map(|((who, whom), status)| format!("('{}', '{}', {})", id(*who), id(*whom), quoted(*status)));
        sql += &insert("follows (follower_id, following_id, status)", &follows.collect::<Vec<_>>());
        let pair = |(one, other): &(usize, usize)| format!("('{}', '{}')", id(*one), id(*other));
        let pairs = |pairs: &std::collections::BTreeSet<_>| pairs.iter().map(pair).collect::<Vec<_>>();
        sql += &insert("blocks (blocker_id, blocked_id)", &pairs(&self.blocks));
        sql += &insert("circle_members (owner_id, member_id)", &pairs(&self.circles));
        let posts: Vec<_> = (0..self.posts.len()).map(|at| self.row(at, dice)).collect();
        let columns = "posts (id, author_id, body, tags, image_url, video_url, visibility, status, deleted_at,
            expires_at, created_at, parent_id, allow_replies, is_beacon, beacon_type, location, beacon_state, vouch_count,
            report_count)";
        sql += &insert(columns, &posts);
        let earlier = self.posts.iter().flat_map(|post| post.earlier.iter().map(move |text| (post, text)));
        let earlier = earlier.map(|(post, text)| format!("('{}', '{}', '{text} world')", post.id, self.now));
        sql += &insert("post_revisions (post_id, revised_at, body)", &earlier.collect::<Vec<_>>());
        for (table, marks) in [("likes", &self.likes), ("saves", &self.saves), ("hides", &self.hides)] {
            let marks = marks.iter().map(|(who, post)| format!("('{}', '{}')", id(*who), self.posts[*post].id));
            sql += &insert(&format!("post_{table} (profile_id, post_id)"), &marks.collect::<Vec<_>>());
        }
        sql + TOLD
    }

    /// A row of `posts`.
    fn row(&self, at: usize, dice: &mut Dice) -> String {
        let post = &self.posts[at];
        let id = |id: Option<Uuid>| quoted(id);
        let (lat, long) = (PLACE.0 + dice.unit() / 20.0, PLACE.1 + dice.unit() / 20.0);
        let (beacon, marker) = (post.beacon.as_ref(), &post.marker);
        let place = format!("'SRID=4326;POINT({long} {lat})'");
        format!(
            "('{}', {}, '{marker} world', '{{all,{marker}}}', 'https://pics.example/{}', {}, {}, {}, {}, {}, '{}', {},
              {}, {}, 'fire', {}, '{}', {}, {})",
            post.id,
            id(post.author.map(|author| self.people[author].id)),
            post.picture,
            quoted(post.has_video.then(|| format!("https://video.example/{}", post.picture))),
            quoted(post.visibility),
            quoted(post.status),
            quoted(post.is_deleted.then_some(self.now)),
            quoted(post.expires_at),
            post.created_at,
            id(post.parent.map(|parent| self.posts[parent].id)),
            post.allow_replies,
            beacon.is_some(),
            if beacon.is_some_and(|beacon| beacon.has_place) { &place } else { "NULL" },
            if beacon.is_some_and(|beacon| beacon.is_resolved) { "resolved" } else { "active" },
            beacon.map_or(0, |beacon| beacon.vouches),
            beacon.map_or(0, |beacon| beacon.reports),
        )
    }
}

/// Everybody is mentioned now and then, was told of it, and was told of likes, replies and follows.
const TOLD: &str = "
    INSERT INTO post_reactions (profile_id, post_id, emoji) SELECT profile_id, post_id, '👍' FROM post_likes;
    INSERT INTO post_mentions (post_id, profile_id) SELECT posts.id, profiles.id FROM posts, profiles
        WHERE author_id IS NOT NULL AND hashtext(posts.id::text || profiles.id::text) % 4 = 0;
    INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
        SELECT profile_id, author_id, 'mention', post_id, created_at
        FROM post_mentions JOIN posts ON posts.id = post_id WHERE author_id <> profile_id;
    INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
        SELECT author_id, profile_id, 'like', post_id, posts.created_at
        FROM post_likes JOIN posts ON posts.id = post_id WHERE author_id <> profile_id;
    INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
        SELECT parent.author_id, posts.author_id, 'reply', posts.id, posts.created_at
        FROM posts JOIN posts AS parent ON parent.id = posts.parent_id WHERE parent.author_id <> posts.author_id;
    INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
        SELECT following_id, follower_id, CASE status WHEN 'accepted' THEN 'follow' ELSE 'follow_request' END,
            '2026-02-01' FROM follows;";
