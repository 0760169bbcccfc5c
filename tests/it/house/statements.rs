//! Where SQL may stand, and which statements read protected tables without the scope: each is listed with its reason.

use super::source::{self, Source};

/// Texts that read `posts` or `profiles` outside of `store/scope.rs`: the file, what the text holds, how often, and why
/// that shows nothing to whom it does not exist for.
const READS: &[(&str, &str, usize, &str)] = &[
    ("src/store/post.rs", "JOIN profiles ON profiles.id = page.author_id", 3, AUTHORS),
    ("src/store/mark.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    (
        "src/store/notification.rs",
        "JOIN profiles ON profiles.id = page.actor_id",
        3,
        "the profiles of rows that were scoped",
    ),
    ("src/store/notification.rs", "JOIN profiles ON profiles.id = told.actor_id", 1, SCOPED),
    ("src/store/notification.rs", "FROM profiles WHERE profiles.id <> ", 1, "whom a row is written for; no row leaves"),
    ("src/store/mention.rs", "SELECT DISTINCT ON (lower(profiles.handle)) profiles.id FROM profiles", 1, SCOPED),
    ("src/store/delivery.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    ("src/store/geo/watch.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    (
        "src/store/geo/search.rs",
        "(SELECT is_official FROM profiles WHERE profiles.id = page.author_id)",
        1,
        "a filter on the authors of rows of the scope",
    ),
    (
        "src/store/event.rs",
        "LEFT JOIN posts ON posts.id = happened.subject",
        1,
        "where something has happened, for the server to know whom to ask for; no row leaves",
    ),
    (
        "src/store/event.rs",
        "SELECT 'beacon_expired', id FROM posts WHERE is_beacon",
        1,
        "writes an event; whether somebody may know of it is asked when it is delivered",
    ),
    ("src/store/hashtag.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    ("src/store/feed.rs", "JOIN profiles ON profiles.id = page.author_id", 2, AUTHORS),
    ("src/store/geo/beacon.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    ("src/store/geo/search.rs", "JOIN profiles ON profiles.id = page.author_id", 1, AUTHORS),
    (
        "src/store/geo/search.rs",
        "(SELECT is_official FROM profiles WHERE profiles.id = visible.author_id)",
        1,
        "a filter on the authors of rows of the scope",
    ),
    (
        "src/store/geo/tile.rs",
        "(SELECT is_official FROM profiles WHERE profiles.id = page.author_id)",
        1,
        "a word on the authors of rows of the scope, which asks for the author as well",
    ),
    ("src/store/post.rs", "SELECT 1 FROM posts WHERE deleted_at IS NULL AND id = ", 1, "locks a row, reads none"),
    ("src/store/profile.rs", "JOIN profiles ON profiles.id = follows.follower_id", 1, SCOPED),
    ("src/store/profile.rs", "JOIN profiles ON profiles.id = follows.following_id", 1, SCOPED),
    ("src/store/profile.rs", "(SELECT profiles.id FROM profiles WHERE profiles.id = ANY(", 1, SCOPED),
    (
        "src/store/profile.rs",
        "(SELECT id FROM profiles WHERE lower(handle) = lower(",
        1,
        "an operator marks a profile; no row leaves",
    ),
    ("src/store/follow.rs", "JOIN profiles ON profiles.id = follows.follower_id", 1, SCOPED),
    ("src/store/follow.rs", "SELECT profiles.id FROM profiles WHERE profiles.id = ANY(", 1, SCOPED),
    ("src/store/follow.rs", "JOIN profiles ON profiles.id = edge.id", 1, SCOPED),
    ("src/store/follow.rs", "JOIN profiles ON profiles.id = page.id", 1, "the profiles of rows that were scoped"),
    ("src/store/own_list.rs", "JOIN profiles ON profiles.id = listed.id", 2, SCOPED),
    ("src/store/own_list.rs", "JOIN profiles ON profiles.id = page.id", 1, "the profiles of rows that were scoped"),
    (
        "src/store/key.rs",
        "JOIN profiles ON profiles.id = key_bundles.profile_id",
        1,
        "of a profile that domain/key/claim.rs has asked for through the scope, in the same transaction",
    ),
    ("src/store/geo/vote.rs", "SELECT 1 FROM posts WHERE is_beacon AND id = ", 1, "locks a row, reads none"),
    ("src/store/follow.rs", "SELECT 1 FROM profiles WHERE id = ", 1, "locks a row, reads none"),
    (
        "src/store/account.rs",
        "SELECT id, handle FROM profiles WHERE lower(handle) = lower(",
        1,
        "an operator suspends, bans or restores a profile",
    ),
    ("src/store/account.rs", " AS session_ended FROM profiles", 1, ACCOUNTS),
    (
        "src/store/account.rs",
        "(SELECT state = 'active' FROM profiles WHERE profiles.id = subscriber.viewer_id)",
        1,
        ACCOUNTS,
    ),
    ("src/store/account.rs", "SELECT 1 FROM profiles WHERE id = ", 1, ACCOUNTS),
    ("src/store/account.rs", "JOIN profiles ON profiles.id = accounts.profile_id", 1, ACCOUNTS),
    ("src/store/account.rs", "JOIN profiles ON profiles.id = sessions.profile_id", 1, ACCOUNTS),
    (
        "src/store/ending.rs",
        "SELECT id, delete_after FROM profiles WHERE state <> 'active' AND delete_after <= ",
        1,
        "who is to be removed",
    ),
    (
        "src/store/ending.rs",
        "SELECT 1 FROM profiles WHERE state <> 'active' AND delete_after <= ",
        1,
        "locks a row, reads none",
    ),
    ("src/store/export.rs", "FROM profiles WHERE id = ", 2, OWN),
    ("src/store/export.rs", " FROM posts WHERE author_id = ", 1, OWN),
    ("src/store/export.rs", "JOIN profiles ON profiles.id = follows.", 1, SCOPED),
    ("src/store/export.rs", "JOIN profiles ON profiles.id = listed.id", 1, SCOPED),
    ("src/store/geo/beacon.rs", "SELECT 1 FROM posts WHERE is_beacon AND ", 1, REPORT),
    ("src/store/search/walk.rs", " FROM (SELECT id, created_at, body FROM posts WHERE ", 1, ASKED),
    ("src/store/search/walk.rs", "(SELECT posts.id, posts.created_at FROM posts WHERE ", 1, ASKED),
    ("src/store/adoption.rs", "SELECT 1 FROM profiles ", 5, REPORT),
    ("src/store/adoption.rs", "SELECT 1 FROM posts ", 4, REPORT),
];

const AUTHORS: &str = "the authors of rows of the scope, which asks for the author as well";
const SCOPED: &str = "followed by scope::profile_is_visible or scope::profile_is_open";
const ACCOUNTS: &str = "whether a person is let in, before there is a viewer";
const ASKED: &str = "matches of a search, each asked of `visible` before it is found";
const OWN: &str = "the viewer's own rows, for the viewer alone";
const REPORT: &str = "numbers for an operator; no row leaves";

/// What operators run from the command line. It writes whole networks and compares them with what is there; nothing of
/// that is shown to anybody.
const BY_OPERATORS: [&str; 2] = ["src/store/import", "src/store/seed"];

fn is_by_operators(source: &Source) -> bool {
    BY_OPERATORS.iter().any(|folder| source.is_under(folder))
}

const PROTECTED: [&str; 2] = ["posts", "profiles"];

/// Whether the text reads one of these tables.
fn reads(text: &str, tables: &[&str]) -> bool {
    let words: Vec<_> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| matches!(pair[0], "FROM" | "JOIN" | "USING") && tables.contains(&pair[1]))
}

/// Whether the text is a piece of SQL.
fn is_sql(text: &str) -> bool {
    let starts = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];
    let holds = [" FROM ", " WHERE ", " ORDER BY ", " JOIN ", " LIMIT ", " SET ", " VALUES "];
    starts.iter().any(|word| text.trim_start().starts_with(word)) || holds.iter().any(|word| text.contains(word))
}

#[test]
fn sql_stands_in_the_store_and_in_migrations() {
    let sources = source::all();
    let elsewhere = sources.iter().filter(|source| !source.is_under("src/store") && !source.is_under("migration/src"));
    for source in elsewhere {
        for text in &source.texts {
            assert!(!is_sql(text), "{} holds SQL: {text:?}", source.path);
        }
    }
    assert!(is_sql("SELECT 1") && is_sql("a FROM b") && !is_sql("it is over; select another"));
}

fn is_postgis(word: &str) -> bool {
    word.trim_start_matches('_').starts_with("ST_") || ["geography", "geometry"].contains(&word)
}

#[test]
fn postgis_is_spoken_under_geo_and_in_migrations_only() {
    for source in source::all() {
        // An import names the type of the column that it copies into.
        if ["src/store/geo", "migration/src", "src/store/import"].iter().any(|folder| source.is_under(folder)) {
            continue;
        }
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_postgis);
        assert!(!source.texts.iter().any(|text| words(text)) && !words(&source.code), "{} speaks PostGIS", source.path);
    }
}

#[test]
fn protected_tables_are_read_through_the_scope_or_for_a_listed_reason() {
    let sources = source::all();
    let mut found = vec![0; READS.len()];
    for source in sources.iter().filter(|source| source.is_under("src") && source.path != "src/store/scope.rs") {
        if is_by_operators(source) {
            continue;
        }
        for text in source.texts.iter().filter(|text| reads(text, &PROTECTED)) {
            let listed: Vec<_> =
                (0..READS.len()).filter(|at| READS[*at].0 == source.path && text.contains(READS[*at].1)).collect();
            assert!(
                !listed.is_empty(),
                "{} reads a protected table: start from store/scope.rs, or list it here with a reason: {text:?}",
                source.path
            );
            for at in listed {
                found[at] += text.matches(READS[at].1).count();
            }
        }
    }
    for ((file, text, times, _), found) in READS.iter().zip(found) {
        assert_eq!(found, *times, "{file}: {text:?}");
    }
}

/// What is listed as scoped has to be: in the same function, a condition of the scope follows.
#[test]
fn what_is_listed_as_scoped_is_scoped() {
    for (file, text, times, _) in READS.iter().filter(|(.., reason)| *reason == SCOPED) {
        let content = std::fs::read_to_string(source::root().join(file)).unwrap();
        let functions: Vec<_> = content.split("\n}\n").filter(|function| function.contains(text)).collect();
        let scoped = functions.iter().map(|function| function.matches(text).count());
        assert_eq!(scoped.sum::<usize>(), *times);
        for function in functions {
            let behind = &function[function.find(text).unwrap()..];
            assert!(behind.contains("profile_is_visible(") || behind.contains("profile_is_open("), "{file}: {text}");
        }
    }
}

/// Who is let in, who has blocked whom and who is in a circle is read in one place each.
#[test]
fn accounts_blocks_and_circles_are_read_in_one_place_each() {
    let tables = [
        ("src/store/account.rs", &["accounts", "sessions", "refresh_tokens"][..]),
        // Conditions of the rule, not texts.
        ("src/policy/visibility.rs", &["blocks", "circle_members"]),
    ];
    for source in source::all().iter().filter(|source| source.is_under("src") && !is_by_operators(source)) {
        for (place, tables) in tables {
            let read = source.texts.iter().find(|text| reads(text, tables));
            assert!(source.path == place || read.is_none(), "{} reads {tables:?}: {read:?}", source.path);
        }
    }
}

#[test]
fn a_reading_text_is_told() {
    for text in ["SELECT 1 FROM posts", " LEFT JOIN profiles ON", "DELETE FROM x USING posts p", "FROM\n  posts\n"] {
        assert!(reads(text, &PROTECTED), "{text}");
    }
    for text in ["INSERT INTO posts", "UPDATE posts SET", "FROM posts_old", "profiles FROM follows"] {
        assert!(!reads(text, &PROTECTED), "{text}");
    }
    let code = Source::of("src/x.rs", "let sql = Sql::new(\"SELECT 1 FROM posts\");");
    assert!(code.texts.iter().any(|text| reads(text, &PROTECTED)));
}
