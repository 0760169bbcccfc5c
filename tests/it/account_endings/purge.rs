//! The purge: nothing is left of whom it removes, and everything of the others.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use sojorn::domain::account::Purged;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    member, must_delete,
    scene::{Scene, places_of, references_to_profiles},
    server_at, standing,
};
use crate::{
    marks::counters_are_right,
    support::{Person, Post, TestApp, numbered_sql},
};

#[tokio::test]
async fn nothing_is_left_of_whom_is_removed_and_everything_of_others() {
    let Scene { app, ada, ben, liked, reply, .. } = Scene::new().await;
    // Whatever can name a person does here: a table that comes later has to be in the scene.
    let places = places_of(&app.database, ada.id).await;
    for reference in references_to_profiles(&app.database).await {
        assert!(places.contains(&reference), "the scene has nothing of Ada's in {reference}");
    }
    let anonymous = "SELECT count(*) FROM posts WHERE author_id IS NULL";
    let of_ben = format!("SELECT count(*) FROM posts WHERE author_id = '{}'", ben.id);
    let then = (app.database.number(anonymous).await, app.database.number(&of_ben).await);
    assert_eq!(app.database.number("SELECT count(*) FROM beacon_allowances").await, 1);
    must_delete(&app, &ada).await;
    app.advance(TimeDelta::days(14));
    assert_eq!(app.domain.purge().await.unwrap(), Purged { removed: 1, failed: 0 });

    assert_eq!(places_of(&app.database, ada.id).await, [""; 0]);
    assert_eq!((app.database.number(anonymous).await, app.database.number(&of_ben).await), then);
    for table in [
        "accounts",
        "sessions",
        "refresh_tokens",
        "key_bundles",
        "one_time_prekeys",
        "beacon_allowances",
        "post_revisions",
        "post_tags",
        "follows",
        "blocks",
        "circle_members",
    ] {
        assert_eq!(app.database.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    counters_are_right(&app).await;
    let question = format!(
        "{{ liked: post(id: \"{liked}\") {{ likeCount viewerHasSaved reactions {{ count }} replyCount }}
            reply: post(id: \"{reply}\") {{ body parent {{ id }} }} }}"
    );
    let expected = json!({
        "liked": { "likeCount": 1, "viewerHasSaved": true, "reactions": [{ "count": 1 }], "replyCount": 0 },
        "reply": { "body": "to ada", "parent": null },
    });
    assert_eq!(app.ask(&app.again(&ben), &question).await.data(""), expected);
    // And again, there is nobody.
    assert_eq!(app.domain.purge().await.unwrap(), Purged::default());
}

#[tokio::test]
async fn only_those_are_removed_whose_day_has_come() {
    let app = TestApp::new().await;
    let (early, late, stays) =
        (member(&app, "early").await.0, member(&app, "late").await.0, member(&app, "stays").await.0);
    must_delete(&app, &early).await;
    app.advance(TimeDelta::minutes(5));
    must_delete(&app, &late).await;
    // Who waits without a day was put there by other tools, and waits for an operator.
    let undated = app.person("undated").await;
    app.set_state(&undated, "pending_deletion").await;
    app.advance(TimeDelta::days(14) - TimeDelta::minutes(5));
    assert_eq!(app.domain.purge().await.unwrap().removed, 1);
    let left = "SELECT string_agg(handle, ' ' ORDER BY handle) FROM profiles";
    assert_eq!(app.database.text(left).await, "late stays undated");
    app.advance(TimeDelta::days(100));
    assert_eq!(app.domain.purge().await.unwrap().removed, 1);
    assert_eq!(app.database.text(left).await, "stays undated");
    assert_eq!(standing(&app, &stays).await, "active");
    // Nor can a mistake make an active account due.
    let mistake = format!("UPDATE profiles SET delete_after = '2026-01-01' WHERE id = '{}'", stays.id);
    assert!(sea_orm::sqlx::raw_sql(sea_orm::sqlx::AssertSqlSafe(mistake)).execute(&app.database.pool).await.is_err());
}

#[tokio::test]
async fn who_cannot_be_removed_stops_nobody_and_is_left_whole() {
    let app = TestApp::new().await;
    let people = app.crowd(250).await;
    let post = app.post(&people[7], Post::public("of seven")).await;
    app.database
        .run(&format!(
            "UPDATE profiles SET state = 'pending_deletion', delete_after = '2026-02-01';
             CREATE TABLE notes_of_others (about uuid REFERENCES profiles (id));
             INSERT INTO notes_of_others VALUES ('{}'), ('{}');",
            people[7].id, people[201].id
        ))
        .await;
    let purged = app.domain.purge().await.unwrap();
    assert_eq!(purged, Purged { removed: 248, failed: 2 });
    assert_eq!(app.database.number(&format!("SELECT count(*) FROM posts WHERE id = '{post}'")).await, 1);
    app.database.run("DROP TABLE notes_of_others").await;
    assert_eq!(app.domain.purge().await.unwrap(), Purged { removed: 2, failed: 0 });
    assert_eq!(app.database.number("SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM posts)").await, 0);
}

/// However much there is, the statements are the same, and no timeout of the server's stops them.
#[tokio::test]
async fn somebody_with_very_much_takes_as_many_statements_as_anybody() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.crowd(2_500).await;
    let (post, of_ben, person) = (numbered_sql(0x0b, "n"), numbered_sql(0x0c, "n"), numbered_sql(0x0a, "n - 1"));
    let [ada_id, ben_id] = [&ada, &ben].map(|person| format!("'{}'::uuid", person.id));
    app.database
        .run(&format!(
            "INSERT INTO posts (id, author_id, body) SELECT {post}, {ada_id}, 'ada' FROM generate_series(1, 2500) AS n
             UNION ALL SELECT {of_ben}, {ben_id}, 'ben' FROM generate_series(1, 2500) AS n;
             INSERT INTO posts (author_id, body, parent_id) SELECT {ben_id}, 'reply', {post} FROM generate_series(1, 2500) AS n;
             INSERT INTO post_likes (profile_id, post_id) SELECT {ada_id}, id FROM posts;
             INSERT INTO post_reactions (profile_id, post_id, emoji) SELECT {ada_id}, id, '👍' FROM posts;
             INSERT INTO post_likes (profile_id, post_id) SELECT {person}, {post} FROM generate_series(1, 2500) AS n;
             INSERT INTO post_likes (profile_id, post_id) SELECT {person}, {of_ben} FROM generate_series(1, 2500) AS n;
             INSERT INTO follows (follower_id, following_id, status)
             SELECT {person}, {ada_id}, 'accepted' FROM generate_series(1, 2500) AS n
             UNION ALL SELECT {ada_id}, {person}, 'pending' FROM generate_series(1, 2500) AS n;"
        ))
        .await;
    counters_are_right(&app).await;
    let ended = |person: &Person| {
        format!("UPDATE profiles SET state = 'banned', delete_after = '2026-02-01' WHERE id = '{}'", person.id)
    };
    let mut spent = Vec::new();
    let nobody = app.person("nobody").await;
    for person in [&ada, &nobody] {
        app.database.run(&ended(person)).await;
        app.forget_statements();
        assert_eq!(app.domain.purge().await.unwrap(), Purged { removed: 1, failed: 0 });
        spent.push(app.statements().len());
    }
    assert_eq!(spent[0], spent[1]);
    assert_eq!(places_of(&app.database, ada.id).await, [""; 0]);
    counters_are_right(&app).await;
    assert_eq!(app.database.number("SELECT count(*) FROM post_likes").await, 2_500);
    assert_eq!(app.database.number("SELECT sum(count) FROM post_mark_counts").await, 2_500);
    // Replies stay replies, of nothing: no feed and no count of posts takes them for posts.
    assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE parent_id IS NULL").await, 2_500);
    let question = "{ profile(by: { handle: \"ben\" }) { postCount
        posts(kind: REPLIES, first: 1) { nodes { body parent { id } } } } globalFeed(first: 100) { nodes { body } } }";
    let answer = app.ask(None, question).await;
    assert_eq!(answer.data("/profile/postCount"), json!(2_500));
    assert_eq!(answer.data("/profile/posts/nodes"), json!([{ "body": "reply", "parent": null }]));
    assert!(answer.each("/globalFeed/nodes", "/body").iter().all(|body| body == "ben"));
}

/// What refers to people or posts is found by an index when they go.
#[tokio::test]
async fn every_reference_has_an_index_that_begins_with_it() {
    let app = TestApp::new().await;
    let missing = "SELECT string_agg(conrelid::regclass || ' ' || conname, ', ') FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1]
              AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) = '(parent_id IS NOT NULL)'))";
    assert_eq!(app.database.text(missing).await, "");
    assert!(references_to_profiles(&app.database).await.len() >= 15);
}

/// The server does it by itself, and a purge that meets another one passes over its people.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_server_purges_by_itself_and_purges_do_not_hinder_each_other() {
    let app = TestApp::new().await;
    app.crowd(60).await;
    app.database.run("UPDATE profiles SET state = 'pending_deletion', delete_after = '2026-02-01'").await;
    let servers = [server_at(&app, app.now()).await, server_at(&app, app.now()).await];
    let purges = futures_util::future::join_all(servers.iter().map(|server| server.domain.purge())).await;
    let purges: Vec<_> = purges.into_iter().map(Result::unwrap).collect();
    assert_eq!((purges[0].removed + purges[1].removed, purges[0].failed + purges[1].failed), (60, 0));

    let due = format!(
        "INSERT INTO profiles (id, handle, state, delete_after) VALUES ('{}', 'due', 'pending_deletion', '2026-02-01')",
        Uuid::new_v4()
    );
    app.database.run(&due).await;
    let [server, _] = servers;
    let serving = tokio::spawn(server.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()));
    for _ in 0..100 {
        if app.database.number("SELECT count(*) FROM profiles").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.database.number("SELECT count(*) FROM profiles").await, 0);
    serving.abort();
}
