//! `PgBouncer` in transaction mode, with fewer connections than the servers before it have.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use sojorn::config::Config;
use tokio::time::{Instant, sleep};

use crate::{
    faults::process::sojorn,
    support::{Cluster, Database, Pooler, Post, Socket, Stop, TestApp},
};

const WATCH: &str = "subscription { homeFeedPostAdded { body } }";

/// A cluster whose log has the plan of each statement, a pooler with three connections to it, and an empty database.
async fn scene() -> (Cluster, Pooler, Database) {
    let settings = [("session_preload_libraries", "auto_explain"), ("auto_explain.log_min_duration", "0")];
    let cluster = Cluster::with(&settings).await;
    let pooler = Pooler::before(&cluster, 3).await;
    let database = cluster.blank_database().await;
    (cluster, pooler, database)
}

/// A server's settings, by way of the pooler.
fn by(pooler: &Pooler, database: &Database) -> impl Fn(&mut Config) + use<> {
    let (url, direct) = (pooler.url(database.name()), database.url.clone());
    move |config| {
        config.database.url.clone_from(&url);
        config.database.direct_url = Some(direct.clone());
    }
}

/// Brings the schema up to date by the real command, through the pooler as far as that goes.
async fn migrate(pooler: &Pooler, database: &Database) {
    let settings = [("DATABASE_URL", pooler.url(database.name())), ("DATABASE_DIRECT_URL", database.url.clone())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = join_all((0..2).map(|_| sojorn(database, &["migrate", "up"], &settings).output())).await;
    for output in done {
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn behind_pgbouncer_servers_migrate_read_write_and_deliver() {
    let (_cluster, pooler, database) = scene().await;
    migrate(&pooler, &database).await;
    let change = by(&pooler, &database);
    let app = Arc::new(TestApp::with(database, change).await);
    let people = app.crowd(12).await;
    for reader in &people[1..] {
        app.follow(reader, &people[0], "accepted").await;
    }
    // Twenty connections and more, for three.
    let servers = [app.serve().await, app.serve().await];
    let mut sockets = Vec::new();
    for (n, reader) in people[1..].iter().enumerate() {
        let mut socket = Socket::connect(&servers[n % 2], Some(&reader.token)).await;
        socket.subscribe("home", WATCH).await;
        sockets.push(socket);
    }
    let work = people.iter().cloned().enumerate().map(|(n, me)| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            for round in 0..15 {
                let body = format!("{n} {round}");
                let create = "mutation($body: String!) { createPost(input: { body: $body }) { post { id body } } }";
                let made = app.ask_with(&me, create, json!({ "body": body })).await;
                assert_eq!(made.data("/createPost/post/body"), json!(body), "{}", made.body);
                let id = made.data("/createPost/post/id").as_str().unwrap().parse().unwrap();
                app.to_post(&me, "likePost", id).await.data("/likePost");
                let read = "query($id: ID!) { node(id: $id) { ... on Post { body likeCount author { handle } } }
                    globalFeed(first: 3) { nodes { id } } viewer { profile { handle } } }";
                let read = app.ask_with(&me, read, json!({ "id": id })).await;
                let handle = json!(me.handle);
                assert_eq!(read.data("/node"), json!({ "body": body, "likeCount": 1, "author": { "handle": handle } }));
                assert_eq!(read.data("/viewer/profile/handle"), handle);
            }
        })
    });
    for done in join_all(work).await {
        done.unwrap();
    }
    assert_eq!(app.database.number("SELECT count(*) FROM post_likes").await, 12 * 15);
    // Everybody was told everything of the first person, in order, by either server; and what he has written himself.
    for (n, socket) in sockets.iter_mut().enumerate() {
        let mut told = Vec::new();
        for _ in 0..30 {
            told.push(socket.event("home").await["homeFeedPostAdded"]["body"].as_str().unwrap().to_owned());
        }
        for author in [0, n + 1] {
            let all: Vec<_> = (0..15).map(|round| format!("{author} {round}")).collect();
            let of = told.iter().filter(|body| body.starts_with(&format!("{author} ")));
            assert_eq!(of.cloned().collect::<Vec<_>>(), all);
        }
    }
}

#[tokio::test]
async fn behind_pgbouncer_timeouts_and_plans_are_those_of_the_settings() {
    let (cluster, pooler, database) = scene().await;
    migrate(&pooler, &database).await;
    let change = by(&pooler, &database);
    let app = TestApp::with(database, |config| {
        change(config);
        config.database.statement_timeout = Duration::from_millis(700);
        config.database.lock_timeout = Duration::from_millis(200);
    })
    .await;
    let me = app.person("owner").await;
    let post = app.post(&me, Post::public("mine")).await;

    // A row that is locked, and a table that is read slowly.
    let mut lock = app.database.pool.begin().await.unwrap();
    sea_orm::sqlx::query("SELECT 1 FROM posts FOR UPDATE").execute(&mut *lock).await.unwrap();
    let edit = format!("mutation {{ deletePost(input: {{ postId: \"{post}\" }}) {{ userErrors {{ code }} }} }}");
    let answer = app.ask(&me, &edit).await;
    assert_eq!(answer.code(), "TIMEOUT", "{}", answer.body);
    drop(lock);
    app.ask(&me, &edit).await.data("/deletePost");
    app.database
        .run(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$;
             CREATE TRIGGER slow BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION slow()",
        )
        .await;
    let create = "mutation { createPost(input: { body: \"slow\" }) { post { id } } }";
    assert_eq!(app.ask(&me, create).await.code(), "TIMEOUT");
    app.database.run("DROP TRIGGER slow ON posts").await;
    app.ask(&me, create).await.data("/createPost/post/id");

    // Plans are for any parameters: they name these, where a plan for one value has it.
    for _ in 0..3 {
        app.ask(&me, "{ viewer { profile { handle } } globalFeed { nodes { id } } }").await.data("/viewer");
    }
    let log = cluster.log();
    let id = me.id.to_string();
    let plans = log.lines().filter(|line| line.contains("Cond: ") || line.contains("Filter: "));
    // The tests themselves write values into their statements.
    let (kept, made): (Vec<_>, Vec<_>) =
        plans.filter(|plan| plan.contains(" = $") || plan.contains(&id)).partition(|plan| plan.contains(" = $"));
    assert!(kept.len() > 3, "{log}");
    assert_eq!(made, [""; 0]);
}

/// `PgBouncer` stays, and so do the connections to it, while PostgreSQL is away.
#[tokio::test]
async fn behind_pgbouncer_a_restart_is_told_as_503_and_everything_comes_back() {
    let (cluster, pooler, database) = scene().await;
    migrate(&pooler, &database).await;
    let change = by(&pooler, &database);
    let app = TestApp::with(database, change).await;
    let me = app.person("owner").await;
    let read = "{ globalFeed { nodes { id } } viewer { id } }";
    app.ask(&me, read).await.data("/viewer/id");
    cluster.stop(Stop::Fast).await;
    let answer = app.ask(&me, read).await;
    assert_eq!((answer.status.as_u16(), app.get("/health/ready").await.status.as_u16()), (503, 503), "{}", answer.body);
    cluster.start().await;
    let began = Instant::now();
    while app.ask(&me, read).await.status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not come back");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn without_the_address_of_the_database_itself_settings_are_not_taken() {
    let (_cluster, pooler, database) = scene().await;
    // PgBouncer of itself refuses what the server says about timeouts and plans, so this cannot happen by oversight.
    let output =
        sojorn(&database, &["serve"], &[("DATABASE_URL", &pooler.url(database.name()))]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("unsupported startup parameter"), "{said}");
}
