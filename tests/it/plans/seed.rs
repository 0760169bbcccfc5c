//! A network of some size, skewed as real ones are, made by SQL alone and the same each time.

use uuid::Uuid;

use crate::support::{PERSON, Person, TestApp, numbered, numbered_sql};

const POST: u8 = 0x0b;
const BEACON: u8 = 0x0c;

/// 20,000 profiles, a fifth of them private. 240,000 posts, written the more the lower the author's number; every
/// tenth has a video, some are replies, for followers, deleted or expired. 60,000 beacons around a city, two thirds
/// anonymous. 200,000 follows. Every thousandth post has a word that is rare. `pseudo(n, salt)` is a number from 0 to 1 that looks random.
pub async fn run(app: &TestApp) {
    let (post, beacon, person) = (numbered_sql(POST, "n"), numbered_sql(BEACON, "n"), numbered_sql(PERSON, "n"));
    let skewed = numbered_sql(PERSON, "floor(20000 * pseudo(n, 1) ^ 3)::int");
    let any = numbered_sql(PERSON, "floor(20000 * pseudo(n, 2))::int");
    let star = numbered_sql(PERSON, "0");
    let reader = numbered_sql(PERSON, "15000");
    let busy = numbered_sql(PERSON, "15001");
    let (of_reader, of_busy) = (numbered_sql(PERSON, "n * 9"), numbered_sql(PERSON, "n * 10"));
    let root = numbered_sql(POST, "n - n % 12");
    app.database
        .run(&format!(
            "SET synchronous_commit = off;
             CREATE FUNCTION pseudo(n int, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
                 'SELECT ((hashint8extended(n, salt) & 1073741823)::float8) / 1073741824';
             INSERT INTO profiles (id, handle, display_name, is_private, created_at)
             SELECT {person}, 'person_' || n, CASE WHEN n % 2 = 0 THEN 'Name ' || n END, n % 5 = 4, timestamptz '2025-01-01' + n * interval '1 min'
             FROM generate_series(0, 19999) AS n;
             INSERT INTO follows (follower_id, following_id, status, created_at)
             SELECT {any}, {skewed}, CASE WHEN pseudo(n, 3) < 0.9 THEN 'accepted' ELSE 'pending' END,
                    timestamptz '2025-06-01' + n * interval '1 min'
             FROM generate_series(1, 200000) AS n WHERE {any} <> {skewed}
             ON CONFLICT DO NOTHING;
             INSERT INTO follows (follower_id, following_id, status)
             SELECT {reader}, {of_reader}, 'accepted' FROM generate_series(1, 60) AS n
             UNION SELECT {busy}, {of_busy}, 'accepted' FROM generate_series(0, 1999) AS n WHERE n <> 1500
             UNION SELECT {star}, {person}, 'accepted' FROM generate_series(1, 600) AS n
             ON CONFLICT DO NOTHING;
             DELETE FROM follows WHERE follower_id = {reader} AND following_id NOT IN
                 (SELECT {of_reader} FROM generate_series(1, 60) AS n);
             INSERT INTO posts (id, author_id, body, visibility, video_url, parent_id, deleted_at, expires_at, is_pinned,
                                created_at)
             SELECT {post}, {skewed}, 'post ' || n || CASE WHEN n % 1000 = 1 THEN ' rare' ELSE '' END, CASE WHEN pseudo(n, 4) < 0.9 THEN 'public' ELSE 'followers' END,
                    CASE WHEN n % 10 = 3 THEN 'https://video.example/' || n END,
                    CASE WHEN n % 12 = 5 THEN {root} END,
                    CASE WHEN n % 50 = 7 THEN timestamptz '2026-02-01' END,
                    CASE WHEN n % 50 = 8 THEN timestamptz '2026-02-01' END,
                    n % 5000 = 0, timestamptz '2025-09-01' + n * interval '1 min'
             FROM generate_series(0, 239999) AS n;
             INSERT INTO posts (id, author_id, body, is_beacon, beacon_type, severity, vouch_count, location, created_at,
                                expires_at)
             SELECT {beacon}, CASE WHEN n % 3 = 0 THEN {any} END, 'beacon ' || n, true, 'hazard',
                    (ARRAY['low', 'medium', 'high', 'critical'])[1 + floor(4 * pseudo(n, 5))::int],
                    floor(5 * pseudo(n, 6))::int,
                    ST_MakePoint(-93.2 + 2 * (pseudo(n, 7) - 0.5) ^ 3, 44.95 + 2 * (pseudo(n, 8) - 0.5) ^ 3)::geography,
                    timestamptz '2026-02-28' + n * interval '1 s',
                    CASE WHEN n % 20 = 0 THEN timestamptz '2026-03-01' ELSE timestamptz '2026-03-02' END
             FROM generate_series(0, 59999) AS n;
             INSERT INTO blocks (blocker_id, blocked_id)
             SELECT {person}, {reader} FROM generate_series(100, 120) AS n;
             INSERT INTO post_saves (profile_id, post_id, created_at)
             SELECT {reader}, {post}, timestamptz '2026-02-01' + n * interval '1 s' FROM generate_series(0, 2999) AS n;
             INSERT INTO post_saves (profile_id, post_id)
             SELECT {star}, {post} FROM generate_series(0, 19999) AS n;
             INSERT INTO post_likes (profile_id, post_id)
             SELECT {any}, {post} FROM generate_series(0, 19999) AS n;
             INSERT INTO post_reactions (profile_id, post_id, emoji)
             SELECT {any}, {post}, '👍' FROM generate_series(0, 9999) AS n;
             INSERT INTO post_mentions (post_id, profile_id)
             SELECT {post}, {reader} FROM generate_series(0, 3999) AS n;
             INSERT INTO post_mentions (post_id, profile_id)
             SELECT {post}, {any} FROM generate_series(4000, 29999) AS n;
             INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at, read_at)
             SELECT profile_id, author_id, 'mention', post_id, created_at,
                    CASE WHEN created_at < '2025-09-02' THEN created_at END
             FROM post_mentions JOIN posts ON posts.id = post_id WHERE author_id <> profile_id;
             INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
             SELECT following_id, follower_id, 'follow', created_at FROM follows;
             UPDATE posts SET tags = ARRAY['rain', 'rain' || to_char(created_at, 'DDHH24')]
             WHERE is_beacon IS NOT TRUE AND extract(minute FROM created_at)::int % 8 = 0;"
        ))
        .await;
    // Not inside a transaction block, so one by one.
    for table in [
        "profiles",
        "follows",
        "posts",
        "blocks",
        "post_saves",
        "post_tags",
        "post_likes",
        "post_reactions",
        "post_mentions",
        "notifications",
    ] {
        app.database.run(&format!("VACUUM ANALYZE {table}")).await;
    }
}

/// 30,000 profiles, of which one has blocked 5,000 and another one has blocked one. 100 posts: the newest is liked by
/// everybody, each of the others by 20, half of whom are among the 5,000 and one of whom is that one; all react as well.
/// The statistics are those of a moment before the blocks.
pub async fn marks_and_blocks(app: &TestApp) {
    let (post, person) = (numbered_sql(POST, "p"), numbered_sql(PERSON, "n"));
    let (many, one) = (numbered_sql(PERSON, "40000"), numbered_sql(PERSON, "40001"));
    app.database
        .run(&format!(
            "SET synchronous_commit = off;
             INSERT INTO profiles (id, handle, is_private)
             SELECT {person}, 'person_' || n, false FROM generate_series(0, 29999) AS n
             UNION ALL SELECT {person}, 'person_' || n, false FROM generate_series(40000, 40001) AS n;
             INSERT INTO posts (id, author_id, body, created_at)
             SELECT {post}, {one}, 'post ' || p, timestamptz '2026-02-01' - p * interval '1 min'
             FROM generate_series(0, 99) AS p;
             CREATE TEMP TABLE marks AS
             SELECT {post} AS post_id, {person} AS profile_id FROM generate_series(0, 0) AS p, generate_series(0, 29999) AS n
             UNION ALL
             SELECT {post}, {person} FROM generate_series(1, 99) AS p, generate_series(4990, 5009) AS n;
             INSERT INTO post_likes (post_id, profile_id) SELECT post_id, profile_id FROM marks;
             INSERT INTO post_reactions (post_id, profile_id, emoji) SELECT post_id, profile_id, '👍' FROM marks;
             DROP TABLE marks;
             ANALYZE;
             INSERT INTO blocks (blocker_id, blocked_id)
             SELECT {many}, {person} FROM generate_series(0, 4999) AS n
             UNION ALL SELECT {one}, {person} FROM generate_series(5000, 5000) AS n;"
        ))
        .await;
    for table in ["post_likes", "post_reactions", "post_mark_counts"] {
        app.database.run(&format!("VACUUM ANALYZE {table}")).await;
    }
}

/// Has blocked 5,000 people.
pub fn blocks_many(app: &TestApp) -> Person {
    person(app, 40_000)
}

/// Has blocked one.
pub fn blocks_one(app: &TestApp) -> Person {
    person(app, 40_001)
}

fn person(app: &TestApp, n: u32) -> Person {
    let id = numbered(PERSON, n);
    Person { id, handle: format!("person_{n}"), token: app.token(id) }
}

/// Follows 60 people.
pub fn reader(app: &TestApp) -> Person {
    person(app, 15_000)
}

/// Follows 2,000 people and more.
pub fn busy_reader(app: &TestApp) -> Person {
    person(app, 15_001)
}

/// Whom most follow, and who writes most.
pub fn star(app: &TestApp) -> Person {
    person(app, 0)
}

pub fn post(n: u32) -> Uuid {
    numbered(POST, n)
}

pub fn beacon(n: u32) -> Uuid {
    numbered(BEACON, n)
}
