//! What `sojorn seed` makes.

use chrono::{DateTime, TimeDelta, Utc};
use sojorn::domain::{
    Clock, Domain, Random, Settings,
    live::Limits,
    seed::{
        demo::{self, PASSWORD},
        synthetic::{self, SeedError, Size},
    },
};

use crate::support::{Database, ENDLESS};

const ROWS: &str = "SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM follows)
    + (SELECT count(*) FROM posts) + (SELECT count(*) FROM accounts)";

/// Counters that do not say what there is.
const WRONG_COUNTERS: &str = "WITH marks AS (
        SELECT post_id, mark, count(*) FROM (
            SELECT post_id, '' AS mark FROM post_likes WHERE counts
            UNION ALL SELECT post_id, emoji FROM post_reactions WHERE counts) AS marks
        GROUP BY post_id, mark)
    SELECT count(*) FROM marks FULL JOIN post_mark_counts AS counter USING (post_id, mark)
    WHERE marks.count IS DISTINCT FROM nullif(counter.count, 0)";

/// Likes and reactions on what is not there for those who left them, or was not yet.
const LEFT_WHERE_NOT_ALLOWED: &str = "SELECT count(*)
    FROM (SELECT post_id, profile_id, created_at FROM post_likes
          UNION ALL SELECT post_id, profile_id, created_at FROM post_reactions) AS mark
    LEFT JOIN posts ON posts.id = mark.post_id AND posts.visibility = 'public' AND NOT posts.is_beacon
        AND mark.created_at BETWEEN posts.created_at AND now()
    LEFT JOIN profiles AS author ON author.id = posts.author_id AND NOT author.is_private
    WHERE author.id IS NULL OR mark.profile_id NOT IN (SELECT id FROM profiles) OR EXISTS (SELECT 1 FROM blocks
        WHERE (blocker_id, blocked_id) IN ((author.id, mark.profile_id), (mark.profile_id, author.id)))";

fn clock(now: DateTime<Utc>) -> Clock {
    Clock::of(move || now)
}

#[tokio::test]
async fn the_demo_can_be_put_again_and_its_map_is_never_empty() {
    let database = Database::new().await;
    let db = database.patient().await;
    let yesterday = Utc::now() - TimeDelta::days(1);
    let demo = demo::run(&db, &clock(yesterday)).await.unwrap();
    let rows = database.number(ROWS).await;
    let posts = "SELECT md5(string_agg(posts::text, ',' ORDER BY id)) FROM posts WHERE NOT is_beacon";
    let before = database.text(posts).await;
    let reactions =
        "SELECT md5(string_agg(post_reactions::text, ',' ORDER BY post_id, profile_id)) FROM post_reactions";
    let reactions_before = database.text(reactions).await;
    // What somebody did to it meanwhile.
    database.run("UPDATE profiles SET bio = 'changed', is_private = false").await;
    database.run("UPDATE posts SET deleted_at = now()").await;
    database.run("DELETE FROM post_likes; UPDATE post_reactions SET emoji = '😂'").await;

    assert_eq!(demo::run(&db, &Clock::system()).await.unwrap(), demo);
    assert_eq!(database.number(ROWS).await, rows);
    assert_eq!(database.text(posts).await, before);
    let open = "SELECT count(*) FROM posts WHERE is_beacon AND deleted_at IS NULL AND expires_at > now()
        AND created_at > now() - interval '2 days'";
    assert_eq!(database.number(open).await, i64::try_from(demo.beacons).unwrap());
    let likes = "SELECT count(*) FROM post_likes";
    assert_eq!(database.number(likes).await, i64::try_from(demo.likes).unwrap());
    assert_eq!(database.text(reactions).await, reactions_before);
    assert_eq!(database.number(WRONG_COUNTERS).await, 0);
    let early = "SELECT count(*) FROM post_likes JOIN posts ON posts.id = post_id
        WHERE post_likes.created_at < posts.created_at OR post_likes.created_at > now()";
    assert_eq!(database.number(early).await, 0);
    // Everybody was told of what others did, and has something unread.
    let told = "SELECT count(*) FROM notifications WHERE kind = 'like'";
    let by_others = "SELECT count(*) FROM post_likes JOIN posts ON posts.id = post_id WHERE author_id <> profile_id";
    assert_eq!(database.number(told).await, database.number(by_others).await);
    let unread = "SELECT count(*) FROM notifications JOIN profiles ON profiles.id = recipient_id
        WHERE handle = 'ada' AND read_at IS NULL";
    assert!(database.number(unread).await > 0);
    let requests = "SELECT count(*) FROM follows JOIN profiles ON id = following_id
        WHERE handle = 'mara' AND is_private AND status = 'pending'";
    assert_eq!(database.number(requests).await, 3);
    let anonymous = "SELECT count(*) FROM posts WHERE is_beacon AND author_id IS NULL
        AND (precision_level = 'exact' OR date_trunc('minute', created_at) <> created_at)";
    assert_eq!(database.number(anonymous).await, 0);

    let settings = Settings {
        secret: "0123456789abcdef0123456789abcdef".to_owned(),
        default_page_size: 20,
        max_page_size: 100,
        beacons_per_hour: 3,
        password_workers: 1,
        password_queue: 10,
        budgets: ENDLESS,
        live: Limits { connections_of_person: 1, queued: 1, look: std::time::Duration::from_secs(1) },
    };
    let domain = Domain::new(db.clone(), db.clone(), Clock::system(), Random::system(), &settings);
    for sign_in in demo.sign_ins {
        domain.sign_in(None, &sign_in.email, PASSWORD.to_owned()).await.unwrap();
        domain.sign_in(None, &sign_in.handle, PASSWORD.to_owned()).await.unwrap();
    }
}

#[tokio::test]
async fn the_demo_gives_way_to_people_who_are_there() {
    let database = Database::new().await;
    let db = database.patient().await;
    let real =
        "INSERT INTO profiles (id, handle, is_private) VALUES ('11111111-1111-4111-8111-111111111111', 'ada', true)";
    database.run(real).await;
    let account = "INSERT INTO accounts (profile_id, email, password_hash)
        VALUES ('11111111-1111-4111-8111-111111111111', 'Ada@sojorn.example', '!')";
    database.run(account).await;
    let mine = "SELECT md5(concat(profiles::text, accounts::text)) FROM profiles JOIN accounts ON id = profile_id
        WHERE handle = 'ada'";
    let before = database.text(mine).await;
    for _ in 0..2 {
        let demo = demo::run(&db, &Clock::system()).await.unwrap();
        assert_eq!(demo.sign_ins[0].handle, "ada_demo1");
        assert_eq!(demo.sign_ins[0].email, "ada_demo1@sojorn.example");
    }
    assert_eq!(database.text(mine).await, before);
}

#[tokio::test]
async fn a_synthetic_network_is_the_same_each_time_and_is_made_once() {
    let size = Size { profiles: 300, posts: 2_000, beacons: 500 };
    let now = Utc::now();
    let mut fingerprints = Vec::new();
    for _ in 0..2 {
        let database = Database::new().await;
        let db = database.patient().await;
        let made = synthetic::run(&db, &clock(now), size, &mut |_, _, _| ()).await.unwrap();
        assert_eq!((made.posts, made.beacons, made.examples.len()), (2_000, 500, 3));
        let rows = i64::try_from(300 + made.follows + 2_500).unwrap();
        assert_eq!(database.number(ROWS).await, rows);
        let again = synthetic::run(&db, &Clock::system(), size, &mut |_, _, _| ()).await;
        assert!(matches!(again, Err(SeedError::Again)), "{again:?}");
        assert_eq!(database.number(ROWS).await, rows);

        // Nothing that the product would not let happen, as references were not checked.
        for impossible in [
            "SELECT count(*) FROM follows JOIN blocks ON (blocker_id = follower_id AND blocked_id = following_id)
                OR (blocker_id = following_id AND blocked_id = follower_id)",
            "SELECT count(*) FROM follows JOIN profiles ON id = following_id WHERE status = 'pending' AND NOT is_private",
            "SELECT count(*) FROM follows WHERE follower_id NOT IN (SELECT id FROM profiles)
                OR following_id NOT IN (SELECT id FROM profiles)",
            "SELECT count(*) FROM posts WHERE author_id NOT IN (SELECT id FROM profiles)
                OR parent_id NOT IN (SELECT id FROM posts)",
            "SELECT count(*) FROM posts AS reply JOIN posts ON posts.id = reply.parent_id
                WHERE posts.created_at >= reply.created_at OR posts.visibility <> 'public'",
            "SELECT count(*) FROM circle_members WHERE NOT EXISTS (SELECT 1 FROM follows
                WHERE follower_id = member_id AND following_id = owner_id AND status = 'accepted')",
            LEFT_WHERE_NOT_ALLOWED,
            WRONG_COUNTERS,
        ] {
            assert_eq!(database.number(impossible).await, 0, "{impossible}");
        }
        let marks = "SELECT concat_ws(' ', (SELECT count(*) FROM post_likes), (SELECT count(*) FROM post_reactions))";
        assert_eq!(database.text(marks).await, format!("{} {}", made.likes, made.reactions));
        assert!(made.likes > 1_000 && made.reactions > 100, "{made:?}");
        let circles = "SELECT count(*) FROM circle_members";
        assert!(database.number(circles).await > 30);
        let tagged = "SELECT count(*) FROM posts, unnest(tags)";
        let found = database.number("SELECT count(*) FROM post_tags").await;
        assert!(found > 0 && database.number(tagged).await == found, "hashtags are found though nothing is checked");
        fingerprints.push(database.fingerprint().await);
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
}
