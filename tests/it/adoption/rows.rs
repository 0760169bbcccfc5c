//! Every row and value stays, findings are counted, and new rows have to be better.

use std::collections::BTreeMap;

use sea_orm::sqlx::{self, AssertSqlSafe, Executor};

use super::{LEGACY, adopt, id, legacy, shared_example};
use crate::support::Database;

/// The columns of each table of the schema, as `name, name, ...`.
async fn tables(database: &Database) -> BTreeMap<String, Vec<String>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns AS c
         JOIN information_schema.tables AS t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'spatial_ref_sys'
         ORDER BY c.table_name, c.ordinal_position",
    )
    .fetch_all(&database.pool)
    .await
    .unwrap();
    let mut tables = BTreeMap::new();
    for (table, column) in rows {
        tables.entry(table).or_insert_with(Vec::new).push(column);
    }
    tables
}

/// Every row of these tables, by these columns. A time that was never written down is shown as the one that stands in
/// for it.
async fn contents(database: &Database, tables: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    let mut contents = BTreeMap::new();
    for (table, columns) in tables {
        let shown = |column: &String| match column.as_str() {
            "created_at" => "COALESCE(created_at, 'epoch') AS created_at".to_owned(),
            _ => column.clone(),
        };
        let columns: Vec<_> = columns.iter().map(shown).collect();
        let rows = format!("SELECT {} FROM {table}", columns.join(", "));
        let sql = format!("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM ({rows}) AS t");
        contents.insert(table.clone(), database.text(&sql).await);
    }
    contents
}

async fn keeps_everything(sql: &str) -> Vec<(i64, String)> {
    let database = Database::blank().await;
    database.run(sql).await;
    let old = tables(&database).await;
    let before = contents(&database, &old).await;
    assert!(before.values().all(|rows| !rows.is_empty()), "{before:?}");

    let (taken, findings) = adopt(&database).await;
    assert!(!taken.is_empty());
    assert_eq!(contents(&database, &old).await, before);

    // Again: nothing to do, nothing changed, the same findings.
    let after = contents(&database, &tables(&database).await).await;
    let (taken, again) = adopt(&database).await;
    assert_eq!((taken.len(), &again), (0, &findings));
    assert_eq!(contents(&database, &tables(&database).await).await, after);

    // And when the history of migrations is lost: every step can be taken on its own result.
    database.run("DROP TABLE seaql_migrations").await;
    let (taken, again) = adopt(&database).await;
    assert!(!taken.is_empty());
    assert_eq!(again, findings);
    assert_eq!(contents(&database, &old).await, before);
    findings.into_iter().map(|finding| (finding.rows, finding.what)).collect()
}

#[track_caller]
fn assert_findings(found: &[(i64, String)], expected: &[(i64, &str)]) {
    let found: Vec<_> = found.iter().map(|(rows, what)| (*rows, what.split(':').next().unwrap())).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn nothing_is_lost_and_what_is_awkward_is_counted() {
    let found = keeps_everything(LEGACY).await;
    assert_findings(
        &found,
        &[
            (5, "follows whose status is neither accepted nor pending"),
            (2, "follows of oneself"),
            (1, "profiles without a handle"),
            (5, "profiles whose handle breaks today's rule"),
            (1, "handles that several profiles share but for case"),
            (2, "profiles that are neither private nor public"),
            (2, "posts without an author that are no beacons"),
            (5, "posts of unknown visibility"),
            (1, "posts without a status"),
            (3, "beacons without a place"),
            (5, "rows without a time"),
        ],
    );
}

#[tokio::test]
async fn the_shared_example_is_adopted_too() {
    let Some(sql) = shared_example() else {
        eprintln!("skipped: there is no existing/sojorn.sql in SOJORN_DATA");
        return;
    };
    let found = keeps_everything(&sql).await;
    assert_findings(
        &found,
        &[
            (2, "follows whose status is neither accepted nor pending"),
            (1, "profiles without a handle"),
            (1, "profiles whose handle breaks today's rule"),
            (2, "profiles that are neither private nor public"),
            (2, "posts of unknown visibility"),
            (1, "posts without a status"),
        ],
    );
}

#[tokio::test]
async fn a_new_database_has_nothing_to_report() {
    let database = Database::blank().await;
    assert_eq!(adopt(&database).await.1, []);
}

#[tokio::test]
async fn words_that_are_too_long_for_a_hashtag_stay_where_they_are() {
    let database = legacy().await;
    adopt(&database).await;
    let known = "SELECT string_agg(tag, ' ' ORDER BY tag) FROM post_tags";
    assert_eq!(database.text(known).await, "hello");
    database.run(&format!("UPDATE posts SET tags = tags || 'more'::text WHERE id = '{}'", id(0x101))).await;
    assert_eq!(database.text(known).await, "hello more");
}

#[tokio::test]
async fn whoever_does_not_follow_is_in_no_circle() {
    let database = legacy().await;
    database.run("CREATE TABLE circle_members (owner_id uuid, member_id uuid, created_at timestamptz)").await;
    // Bob follows ada; the others have asked, or have a follow that is none, or none.
    for (owner, member) in [(1, 2), (2, 1), (1, 4), (9, 1), (9, 3), (4, 7)] {
        let row = format!("INSERT INTO circle_members VALUES ('{}', '{}', '2020-03-01')", id(owner), id(member));
        database.run(&row).await;
    }
    adopt(&database).await;
    let left = "SELECT string_agg(concat(owner_id, ' ', member_id), ', ') FROM circle_members";
    assert_eq!(database.text(left).await, format!("{} {}", id(1), id(2)));
}

/// What the database says to a statement: why it refuses, or nothing when it was carried out.
async fn refusal(database: &Database, sql: &str) -> Option<&'static str> {
    let mut tx = database.pool.begin().await.unwrap();
    let outcome = tx.execute(AssertSqlSafe(sql.to_owned())).await;
    tx.rollback().await.unwrap();
    match outcome {
        Ok(_) => None,
        Err(sqlx::Error::Database(error)) => match error.code().as_deref() {
            Some("23502" | "23514") => Some("wrong"),
            Some("23505") => Some("taken"),
            Some("23503") => Some("to nobody"),
            _ => panic!("{error}"),
        },
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn new_rows_have_to_be_better() {
    let fresh = Database::new().await;
    fresh
        .run(&format!(
            "INSERT INTO profiles (id, handle) VALUES ('{}', 'ada'), ('{}', 'city'), ('{}', 'carol');
             INSERT INTO posts (id, author_id, body) VALUES ('{}', '{0}', 'hello')",
            id(1),
            id(4),
            id(0xa),
            id(0x101)
        ))
        .await;
    let old = legacy().await;
    adopt(&old).await;
    let (ada, city, last, post) = (id(1), id(4), id(0xa), id(0x101));
    let follow = |status: &str| {
        format!("INSERT INTO follows (follower_id, following_id, status) VALUES ('{city}', '{last}', {status})")
    };
    let write = |column: &str, value: &str| {
        format!("INSERT INTO posts (author_id, body, {column}) VALUES ('{ada}', 'x', {value})")
    };
    let change =
        |table: &str, column: &str, value: &str, id| format!("UPDATE {table} SET {column} = {value} WHERE id = '{id}'");
    let profile = |handle: &str| format!("INSERT INTO profiles (handle) VALUES ({handle})");
    for (statement, expected) in [
        (follow("'accepted'"), None),
        (follow("'pending'"), None),
        (follow("'blocked'"), Some("wrong")),
        (follow("'ACCEPTED'"), Some("wrong")),
        (follow("''"), Some("wrong")),
        (follow("NULL"), Some("wrong")),
        (
            format!("INSERT INTO follows (follower_id, following_id, status) VALUES ('{ada}', '{ada}', 'accepted')"),
            Some("wrong"),
        ),
        (write("visibility", "'only_me'"), None),
        (write("visibility", "'private'"), Some("wrong")),
        (write("visibility", "'PUBLIC'"), Some("wrong")),
        (write("visibility", "NULL"), Some("wrong")),
        (change("posts", "visibility", "'private'", post), Some("wrong")),
        (change("posts", "visibility", "NULL", post), Some("wrong")),
        (write("duration_ms", "0"), None),
        (write("duration_ms", "-1"), Some("wrong")),
        (change("posts", "duration_ms", "-1", post), Some("wrong")),
        (write("severity", "'awful'"), Some("wrong")),
        (write("beacon_state", "'gone'"), Some("wrong")),
        (write("precision_level", "'close'"), Some("wrong")),
        (write("radius_meters", "0"), Some("wrong")),
        (write("location", "'SRID=4326;POINT(180 90)'"), None),
        (write("location", "'SRID=4326;POINT(NaN 0)'"), Some("wrong")),
        (write("location", "'SRID=4326;POINT(0 NaN)'"), Some("wrong")),
        (write("location", "'SRID=4326;POINT EMPTY'"), Some("wrong")),
        (change("posts", "location", "'SRID=4326;POINT(NaN NaN)'", post), Some("wrong")),
        ("INSERT INTO posts (body, is_beacon) VALUES ('x', true)".to_owned(), None),
        ("INSERT INTO posts (body) VALUES ('x')".to_owned(), Some("wrong")),
        (change("posts", "author_id", "NULL", post), Some("wrong")),
        (profile("'new_one'"), None),
        (profile("NULL"), Some("wrong")),
        (change("profiles", "handle", "NULL", ada), Some("wrong")),
        (profile("'ab'"), Some("wrong")),
        (profile("'New One'"), Some("wrong")),
        (profile("'\u{430}da'"), Some("wrong")),
        (profile("'ada'"), Some("taken")),
        (change("profiles", "handle", "'ada'", city), Some("taken")),
        (change("profiles", "state", "'away'", ada), Some("wrong")),
        (change("profiles", "state", "NULL", ada), Some("wrong")),
    ] {
        for (which, database) in [("a new database", &fresh), ("an adopted one", &old)] {
            assert_eq!(refusal(database, &statement).await, expected, "{which}: {statement}");
        }
    }
    for database in [&fresh, &old] {
        // What is out of range never gets as far as a constraint: PostGIS moves it into the range. The server checks
        // coordinates before.
        database.run(&write("location", "'SRID=4326;POINT(200 95)'")).await;
        let outside =
            "SELECT count(*) FROM posts WHERE abs(ST_X(location::geometry)) > 180 AND ST_X(location::geometry) <> 'NaN'
                       OR abs(ST_Y(location::geometry)) > 90 AND ST_Y(location::geometry) <> 'NaN'";
        assert_eq!(database.number(outside).await, 0);
    }
    // Who is missing in the adopted database is still missing; the new one knows.
    let to_nobody =
        format!("INSERT INTO follows (follower_id, following_id, status) VALUES ('{ada}', '{}', 'accepted')", id(0x98));
    assert_eq!(refusal(&fresh, &to_nobody).await, Some("to nobody"));
}
