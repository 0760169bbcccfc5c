//! Migrations: up from nothing, down to nothing and up again, once for many, and never where they do not belong.

use futures_util::future::join_all;
use sojorn::{
    config::Sources,
    store::migrate::{MigrateError, Migrations},
};

use crate::support::{Database, TestApp, url_of};

async fn connect(url: &str) -> Migrations {
    Migrations::connect(&Sources::of([("DATABASE_URL", url)]).database().unwrap(), false).await.unwrap()
}

async fn applied(migrations: &Migrations) -> usize {
    let status = migrations.status().await.unwrap();
    let applied = status.iter().filter(|step| step.applied).count();
    assert!(status[..applied].iter().all(|step| step.applied), "{status:?}");
    applied
}

/// Tables and their columns, indexes, constraints, triggers and functions, without regard to their order.
async fn schema(database: &Database) -> String {
    let sql = "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, generation_expression)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
        UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 0
          AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        ) AS lines (line)";
    database.text(sql).await
}

#[tokio::test]
async fn every_step_is_taken_from_nothing_and_only_once() {
    let database = Database::blank().await;
    let migrations = connect(&database.url).await;
    let all = migrations.status().await.unwrap();
    assert!(all.len() >= 6);
    assert!(all.iter().all(|step| !step.applied));
    let names: Vec<_> = all.into_iter().map(|step| step.name).collect();
    assert!(names.is_sorted());
    assert_eq!(migrations.up().await.unwrap(), names);
    assert_eq!(applied(&migrations).await, names.len());
    let schema_then = schema(&database).await;
    assert_eq!(migrations.up().await.unwrap(), Vec::<String>::new());
    assert_eq!(schema(&database).await, schema_then);
}

#[tokio::test]
async fn every_step_can_be_taken_back_and_again() {
    let database = Database::blank().await;
    let migrations = connect(&database.url).await;
    let steps = migrations.up().await.unwrap().len();
    let schema_then = schema(&database).await;
    database
        .run(
            "INSERT INTO profiles (handle, identity_key) VALUES ('ada', 'key'), ('bob', NULL);
             INSERT INTO follows (follower_id, following_id, status)
               SELECT a.id, b.id, 'accepted' FROM profiles AS a, profiles AS b WHERE a.handle = 'ada' AND b.handle = 'bob';
             INSERT INTO posts (author_id, body, duration_ms, is_beacon, location)
               SELECT id, handle, 7, true, 'SRID=4326;POINT(1 2)' FROM profiles",
        )
        .await;
    let rows = "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT concat_ws(' ', id, handle, is_private, is_official, identity_key) FROM profiles
        UNION ALL SELECT concat_ws(' ', follower_id, following_id, status) FROM follows
        UNION ALL SELECT concat_ws(' ', id, author_id, body, duration_ms, is_beacon, location) FROM posts) AS lines (line)";
    let rows_then = database.text(rows).await;
    for left in (0..steps).rev() {
        migrations.down(1).await.unwrap();
        assert_eq!(applied(&migrations).await, left);
    }
    // More than there are is as many as there are.
    migrations.down(1).await.unwrap();
    assert_eq!(migrations.up().await.unwrap().len(), steps);
    assert_eq!(schema(&database).await, schema_then);
    assert_eq!(database.text(rows).await, rows_then);
    // From any step.
    for back in 1..=steps {
        migrations.down(u32::try_from(back).unwrap()).await.unwrap();
        assert_eq!(migrations.up().await.unwrap().len(), back);
        assert_eq!(schema(&database).await, schema_then, "after {back} steps back");
    }
    assert_eq!(database.text(rows).await, rows_then);
    let app = TestApp::on(database).await;
    assert_eq!(
        app.ask(None, "{ globalFeed { nodes { id } } }").await.data("/globalFeed/nodes").as_array().unwrap().len(),
        0
    );
    assert_eq!(
        app.ask(None, r#"{ profile(by: { handle: "ada" }) { followingCount } }"#).await.data("/profile/followingCount"),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_instances_that_start_together_one_migrates() {
    let database = Database::blank().await;
    let start = || async {
        let migrations = connect(&database.url).await;
        migrations.up().await.unwrap().len()
    };
    let taken = join_all((0..4).map(|_| start())).await;
    let steps = connect(&database.url).await.status().await.unwrap().len();
    let mut expected = vec![0, 0, 0, steps];
    expected.sort_unstable();
    let mut taken = taken;
    taken.sort_unstable();
    assert_eq!(taken, expected);
    let other = Database::blank().await;
    connect(&other.url).await.up().await.unwrap();
    assert_eq!(schema(&database).await, schema(&other).await);
}

#[tokio::test]
async fn the_databases_of_postgresql_itself_are_refused_unless_forced() {
    for name in ["postgres", "template1"] {
        let options = Sources::of([("DATABASE_URL", &url_of(name))]).database().unwrap();
        let error = Migrations::connect(&options, false).await.err().unwrap();
        assert!(matches!(&error, MigrateError::Maintenance(refused) if refused == name), "{error}");
        let sentence = error.to_string();
        for word in [name, "maintenance database", "DATABASE_URL", "--force"] {
            assert!(sentence.contains(word), "{sentence}");
        }
        // Whether it is forced is asked when connecting: nothing is migrated here.
        assert!(Migrations::connect(&options, true).await.is_ok());
    }
}
