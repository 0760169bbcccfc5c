//! Replies and likes of imported files.

use super::{FOLLOWS, Folder, POSTS, PROFILES, counts, run};
use crate::support::Database;

/// A thread of three levels, its rows upside down; two replies that say the same at the same time to different posts; a
/// reply that is older than its parent; and a beacon.
const THREAD: &str = "\
id,parent_id,author,body,visibility,is_beacon,beacon_type,latitude,longitude,created_at
deep,mid,ada,Third,public,,,,,2026-01-05T00:00:03Z
mid,\"top, \"\"1\"\"\",bob,Second,public,,,,,2026-01-05T00:00:02Z
\"top, \"\"1\"\"\",,ada,First,public,,,,,2026-01-05T00:00:01Z
2,,city,Other,public,,,,,2026-01-05T00:00:01Z
3,2,bob,Yes!,public,,,,,2026-01-06T00:00:00Z
4,mid,bob,Yes!,public,,,,,2026-01-06T00:00:00Z
5,2,ada,Early,followers,,,,,2025-12-31T00:00:00Z
fire,,city,Fire,public,true,fire,44.9778,-93.265,2026-01-05T00:00:03Z
";
const LIKES: &str = "\
profile,post_id,created_at
bob,\"top, \"\"1\"\"\",2026-01-07T00:00:00Z
City,\"top, \"\"1\"\"\",2026-01-07T00:00:01Z
ada,4,2026-01-07T00:00:02Z
";

const COUNTERS: &str = "SELECT string_agg(concat(body, ' ', mark, count), ', ' ORDER BY body)
    FROM post_mark_counts JOIN posts ON id = post_id";

#[tokio::test]
async fn replies_find_their_parents_and_likes_their_posts_however_often() {
    let database = Database::new().await;
    let folder = Folder::new(PROFILES, FOLLOWS, THREAD).with_likes(LIKES);
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 3), (2, 2), (8, 8), (3, 3)])));
    let threads = "SELECT string_agg(concat(reply.body, '>', parent.body), ' ' ORDER BY reply.body, parent.body)
        FROM posts AS reply LEFT JOIN posts AS parent ON parent.id = reply.parent_id";
    let threads_of_all = "Early>Other Fire> First> Other> Second>First Third>Second Yes!>Other Yes!>Second";
    assert_eq!(database.text(threads).await, threads_of_all);
    let liked = "SELECT string_agg(concat_ws(' ', handle, body, to_char(post_likes.created_at, 'DD SS')), ', '
        ORDER BY post_likes.created_at)
        FROM post_likes JOIN profiles ON profiles.id = profile_id JOIN posts ON posts.id = post_id";
    assert_eq!(database.text(liked).await, "bob First 07 00, city First 07 01, ada Yes! 07 02");
    assert_eq!(database.text(COUNTERS).await, "First 2, Yes! 1");

    let fingerprint = database.fingerprint().await;
    folder.compress("likes.csv");
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 0), (2, 0), (8, 0), (3, 0)])));
    assert_eq!(database.fingerprint().await, fingerprint);

    // The file has grown meanwhile: what is new finds what an earlier import inserted.
    let grown = format!("{THREAD}9,deep,city,Fourth,public,,,,,2026-01-08T00:00:00Z\n");
    let folder = Folder::new(PROFILES, FOLLOWS, &grown).with_likes(format!("{LIKES}bob,9,2026-01-08T00:00:00Z\n"));
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 0), (2, 0), (9, 1), (4, 1)])));
    let and_the_new_one = threads_of_all.replace(" Other>", " Fourth>Third Other>");
    assert_eq!(database.text(threads).await, and_the_new_one);
    assert_eq!(database.text(COUNTERS).await, "First 2, Fourth 1, Yes! 1");
}

#[tokio::test]
async fn files_that_call_different_posts_the_same_do_not_meet() {
    let database = Database::new().await;
    let posts = |body: &str| {
        format!(
            "created_at,author,visibility,body,id,parent_id\r\n\
             2026-01-05T00:00:00Z,ada,public,{body},1,\r\n2026-01-05T00:00:01Z,bob,public,Yes,2,1\r\n"
        )
    };
    let one = Folder::new(PROFILES, FOLLOWS, &format!("\u{feff}{}", posts("one")));
    assert_eq!(run(&database, &one.0).await, Ok(counts([(3, 3), (2, 2), (2, 2)])));
    let other = posts("other").replace(",Yes,", ",No,");
    let other =
        Folder::new(PROFILES, FOLLOWS, &other).with_likes("profile,post_id,created_at\r\nada,1,2026-01-06T00:00:00Z");
    assert_eq!(run(&database, &other.0).await, Ok(counts([(3, 0), (2, 0), (2, 2), (1, 1)])));
    let threads = "SELECT string_agg(reply.body || '>' || parent.body, ' ' ORDER BY reply.body)
        FROM posts AS reply JOIN posts AS parent ON parent.id = reply.parent_id";
    assert_eq!(database.text(threads).await, "No>other Yes>one");
    assert_eq!(database.text(COUNTERS).await, "other 1");
}

#[tokio::test]
async fn likes_of_the_suspended_are_not_counted() {
    let database = Database::new().await;
    run(&database, &Folder::new(PROFILES, FOLLOWS, THREAD).0).await.unwrap();
    database.run("UPDATE profiles SET state = 'suspended' WHERE handle = 'bob'").await;
    let folder = Folder::new(PROFILES, FOLLOWS, THREAD).with_likes(LIKES);
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 0), (2, 0), (8, 0), (3, 3)])));
    assert_eq!(database.text(COUNTERS).await, "First 1, Yes! 1");
}

#[tokio::test]
async fn a_fault_of_a_thread_is_told_with_file_line_and_column_and_leaves_nothing() {
    let database = Database::new().await;
    let post = |row: &str| format!("{THREAD}{row},public,,,,,2026-01-05T00:00:00Z\n");
    let beacon = |row: &str| format!("{THREAD}{row},public,true,fire,1,1,2026-01-05T00:00:00Z\n");
    let long = "x".repeat(201);
    for (posts, message) in [
        (post("9,8,ada,x"), "line 10, column \"parent_id\": \"8\" is the id of no row of posts.csv"),
        (post("9,9,ada,x"), "line 10, column \"parent_id\": a post cannot reply to itself"),
        (post("9,fire,ada,x"), "line 10, column \"parent_id\": \"fire\" is a beacon, which has no replies"),
        (beacon("9,2,ada,x"), "line 10, column \"parent_id\": a beacon is no reply"),
        (post("2,,ada,x"), "line 10, column \"id\": this id is in line 5 already"),
        (post(",2,ada,x"), "line 10, column \"id\": an id is needed"),
        (post(&format!("{long},,ada,x")), "line 10, column \"id\": an id may have 200 characters at most"),
        (post(&format!("9,{long},ada,x")), "line 10, column \"parent_id\": an id may have 200 characters at most"),
        (post("9\0,,ada,x"), "line 10, column \"id\": holds a NUL character"),
        (post("9,2\0,ada,x"), "line 10, column \"parent_id\": holds a NUL character"),
        // A reply to a ring, before the ring.
        (
            post("9,a,ada,x")
                + &post("a,c,bob,x")[THREAD.len()..]
                + &post("b,a,bob,x")[THREAD.len()..]
                + &post("c,b,bob,x")[THREAD.len()..],
            "line 10, column \"parent_id\": whoever goes from parent to parent goes round in a circle",
        ),
        (THREAD.replace("2,,city", "2,5,city"), "line 5, column \"parent_id\": whoever goes from parent to parent"),
        (
            THREAD.replacen("id,parent_id", "id", 1).replacen("id,", "parent_id,", 1),
            "line 1: the column \"parent_id\" needs the column \"id\"",
        ),
    ] {
        let error = run(&database, &Folder::new(PROFILES, FOLLOWS, &posts).0).await.unwrap_err();
        assert!(error.starts_with(&format!("posts.csv: {message}")), "{error}");
    }

    let like = |row: &str| format!("{LIKES}{row}\n");
    let nameless = "is the id of no row of posts.csv";
    for (posts, likes, message) in [
        (THREAD, like("eve,2,2026-01-07T00:00:00Z"), "line 5, column \"profile\": \"eve\" is neither".to_owned()),
        (THREAD, like("ada,8,2026-01-07T00:00:00Z"), format!("line 5, column \"post_id\": \"8\" {nameless}")),
        (POSTS, like(""), format!("line 2, column \"post_id\": \"top, \\\"1\\\"\" {nameless}")),
        (
            THREAD,
            like("ada,fire,2026-01-07T00:00:00Z"),
            "line 5, column \"post_id\": \"fire\" is a beacon, which has no likes".to_owned(),
        ),
        (
            THREAD,
            like("ADA,4,2026-01-08T00:00:00Z"),
            "line 5, column \"post_id\": this pair is in line 4 already".to_owned(),
        ),
        (THREAD, like("ada,,2026-01-07T00:00:00Z"), "line 5, column \"post_id\": an id is needed".to_owned()),
        (THREAD, like(",2,2026-01-07T00:00:00Z"), "line 5, column \"profile\": a handle is needed".to_owned()),
        (THREAD, like("ada,2\0,2026-01-07T00:00:00Z"), "line 5, column \"post_id\": holds a NUL".to_owned()),
        (
            THREAD,
            like(&format!("ada,{long},2026-01-07T00:00:00Z")),
            "line 5, column \"post_id\": an id may have 200 characters".to_owned(),
        ),
        (THREAD, like("ada,2,yesterday"), "line 5, column \"created_at\": \"yesterday\" is not a time".to_owned()),
        (THREAD, String::new(), " is empty".to_owned()),
        (THREAD, LIKES.replace("post_id", "post"), "line 1: unknown columns: \"post\"".to_owned()),
    ] {
        let error = run(&database, &Folder::new(PROFILES, FOLLOWS, posts).with_likes(likes).0).await.unwrap_err();
        assert!(error.starts_with("likes.csv:") && error.contains(&message), "{error}");
    }
    let rows =
        "SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM posts) + (SELECT count(*) FROM post_likes)";
    assert_eq!(database.number(rows).await, 0);
}

#[tokio::test]
async fn a_thread_may_be_very_deep() {
    let database = Database::new().await;
    let mut posts = "id,parent_id,author,body,visibility,created_at\n".to_owned();
    for nth in (1..20_000).rev() {
        posts += &format!("{nth},{},ada,{nth},public,2026-01-05T00:00:00Z\n", nth - 1);
    }
    posts += "0,,ada,0,public,2026-01-05T00:00:00Z\n";
    let folder = Folder::new(PROFILES, FOLLOWS, &posts);
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 3), (2, 2), (20_000, 20_000)])));
    let joined = "SELECT count(*) FROM posts AS reply JOIN posts AS parent ON parent.id = reply.parent_id
        WHERE reply.body::int = parent.body::int + 1";
    assert_eq!(database.number(joined).await, 19_999);
    // Also where it bites its own tail, which nothing but the whole way round tells.
    let ring = Folder::new(PROFILES, FOLLOWS, &posts.replace("\n0,,", "\n0,19999,"));
    let error = run(&database, &ring.0).await.unwrap_err();
    assert!(error.starts_with("posts.csv: line 2, column \"parent_id\": whoever goes"), "{error}");
}
