//! Mentions, and what people are told.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::sqlx;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, List, Person, Post, TestApp};

/// `(kind, whose act, text of the post, is it read)` of each notification, newest first.
async fn told(app: &TestApp, person: &Person) -> Vec<(String, String, String, bool)> {
    let query = "{ viewer { unreadNotificationCount notifications(first: 100) {
        nodes { id kind isRead actor { handle } post { body } } } } }";
    let viewer = app.ask(&app.again(person), query).await.data("/viewer");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = viewer["notifications"]["nodes"].as_array().unwrap();
    let told: Vec<_> = nodes
        .iter()
        .map(|node| {
            let read = node["isRead"].as_bool().unwrap();
            (text(&node["kind"]), text(&node["actor"]["handle"]), text(&node["post"]["body"]), read)
        })
        .collect();
    assert_eq!(viewer["unreadNotificationCount"], json!(told.iter().filter(|row| !row.3).count()));
    // By their ids they are there as well, and for nobody else.
    let ids: Vec<_> = nodes.iter().map(|node| node["id"].clone()).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Notification { id kind } } }";
    let found = app.ask_with(&app.again(person), query, json!({ "ids": ids })).await.data("/nodes");
    assert_eq!(found.as_array().unwrap().iter().map(|node| node["id"].clone()).collect::<Vec<_>>(), ids);
    let found = app.ask_with(None, query, json!({ "ids": ids })).await.data("/nodes");
    assert!(found.as_array().unwrap().iter().all(Value::is_null));
    told
}

/// The kinds, newest first.
async fn kinds(app: &TestApp, person: &Person) -> Vec<String> {
    told(app, person).await.into_iter().map(|row| row.0).collect()
}

async fn write(app: &TestApp, me: &Person, input: Value) -> Uuid {
    let query = "mutation($input: CreatePostInput!) { createPost(input: $input) {
        post { id } userErrors { code message path } } }";
    let answer = app.ask_with(me, query, json!({ "input": input })).await;
    app.advance(TimeDelta::seconds(1));
    answer.data("/createPost/post/id").as_str().unwrap_or_else(|| panic!("{}", answer.body)).parse().unwrap()
}

async fn edit(app: &TestApp, me: &Person, input: Value) -> Answer {
    let query =
        "mutation($input: EditPostInput!) { editPost(input: $input) { post { id } userErrors { code message path } } }";
    app.ask_with(me, query, json!({ "input": input })).await
}

async fn react(app: &TestApp, me: &Person, post: Uuid, emoji: &str) {
    let query = "mutation($input: ToggleReactionInput!) { toggleReaction(input: $input) { userErrors { code } } }";
    app.ask_with(me, query, json!({ "input": { "postId": post, "emoji": emoji } })).await.data("");
}

async fn like(app: &TestApp, me: &Person, verb: &str, post: Uuid) {
    assert_eq!(app.to_post(me, verb, post).await.refusals(verb), [""; 0]);
}

async fn mark(app: &TestApp, me: &Person, input: Value) -> Answer {
    let query = "mutation($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
        viewer { unreadNotificationCount } userErrors { code message path } } }";
    app.ask_with(&app.again(me), query, json!({ "input": input })).await
}

fn one(kind: &str, actor: &str, body: &str) -> (String, String, String, bool) {
    (kind.to_owned(), actor.to_owned(), body.to_owned(), false)
}

#[tokio::test]
async fn each_act_tells_whom_it_concerns_once() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    let post = write(&app, &ada, json!({ "body": "post" })).await;
    app.must(&ben, "follow", &ada).await;
    app.advance(TimeDelta::seconds(1));
    like(&app, &ben, "likePost", post).await;
    app.advance(TimeDelta::seconds(1));
    react(&app, &ben, post, "🎉").await;
    app.advance(TimeDelta::seconds(1));
    write(&app, &ben, json!({ "body": "hello @ADA, @ada", "visibility": "PUBLIC" })).await;
    let all = [one("REACTION", "ben", "post"), one("LIKE", "ben", "post"), one("FOLLOW", "ben", "")];
    // A private author's mention is seen by followers only, and so is a private author's reply.
    write(&app, &ben, json!({ "body": "a reply, @ada", "parentId": post })).await;
    assert_eq!(told(&app, &ada).await, all);
    app.must(&ada, "follow", &ben).await;
    assert_eq!(told(&app, &ben).await, [one("FOLLOW_REQUEST", "ada", "")]);
    app.must(&ben, "acceptFollowRequest", &ada).await;
    assert_eq!(told(&app, &ben).await, []);
    let more = [
        one("FOLLOW_ACCEPTED", "ben", ""),
        one("REPLY", "ben", "a reply, @ada"),
        one("MENTION", "ben", "hello @ADA, @ada"),
    ];
    assert_eq!(told(&app, &ada).await, [&more[..], &all].concat());
    // Again, and nothing is told again.
    app.advance(TimeDelta::seconds(1));
    app.must(&ben, "follow", &ada).await;
    like(&app, &ben, "likePost", post).await;
    react(&app, &ben, post, "👍").await;
    app.must(&ben, "acceptFollowRequest", &ada).await;
    assert_eq!(told(&app, &ada).await, [&more[..], &all].concat());
    // Nobody is told of an own act.
    like(&app, &ada, "likePost", post).await;
    react(&app, &ada, post, "👍").await;
    write(&app, &ada, json!({ "body": "me, @ada", "parentId": post })).await;
    assert_eq!(told(&app, &ada).await, [&more[..], &all].concat());
}

#[tokio::test]
async fn what_is_taken_back_or_no_longer_seen_is_not_told() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = write(&app, &ada, json!({ "body": "post" })).await;
    like(&app, &ben, "likePost", post).await;
    react(&app, &ben, post, "🎉").await;
    app.advance(TimeDelta::seconds(1));
    let reply = write(&app, &ben, json!({ "body": "reply", "parentId": post })).await;
    let mention = write(&app, &ben, json!({ "body": "see @ada" })).await;
    app.must(&ben, "follow", &ada).await;
    assert_eq!(told(&app, &ada).await.len(), 5);
    // One by one.
    like(&app, &ben, "unlikePost", post).await;
    react(&app, &ben, post, "🎉").await;
    assert_eq!(kinds(&app, &ada).await, ["FOLLOW", "MENTION", "REPLY"]);
    assert_eq!(
        edit(&app, &ben, json!({ "postId": mention, "body": "see nobody" })).await.refusals("editPost"),
        [""; 0]
    );
    assert_eq!(kinds(&app, &ada).await, ["FOLLOW", "REPLY"]);
    edit(&app, &ben, json!({ "postId": reply, "visibility": "ONLY_ME" })).await;
    app.must(&ben, "unfollow", &ada).await;
    assert_eq!(told(&app, &ada).await, []);
    // Done again within a day, it is where and as it was.
    mark(&app, &ada, json!({ "all": true })).await;
    like(&app, &ben, "likePost", post).await;
    app.must(&ben, "follow", &ada).await;
    edit(&app, &ben, json!({ "postId": reply, "visibility": "PUBLIC" })).await;
    edit(&app, &ben, json!({ "postId": mention, "body": "see @ada again" })).await;
    assert_eq!(kinds(&app, &ada).await, ["FOLLOW", "MENTION", "REPLY", "LIKE"]);
    // A block hides everything, in either direction; so does a suspended account.
    for (one, other) in [(&ada, &ben), (&ben, &ada)] {
        app.block(one, other).await;
        assert_eq!(told(&app, &ada).await, []);
        app.database.run("DELETE FROM blocks").await;
        assert_eq!(told(&app, &ada).await.len(), 4);
    }
    app.set_state(&ben, "suspended").await;
    assert_eq!(told(&app, &ada).await, []);
    app.set_state(&ben, "active").await;
    // The post itself is gone, and so is what was told of it.
    like(&app, &ada, "deletePost", post).await;
    assert_eq!(app.database.number("SELECT count(*) FROM notifications WHERE kind IN ('like', 'reaction')").await, 0);
    assert_eq!(kinds(&app, &ada).await, ["FOLLOW", "MENTION", "REPLY"]);
    // Done anew after more than a day, it is news.
    app.must(&ben, "unfollow", &ada).await;
    app.advance(TimeDelta::days(2));
    app.must(&app.again(&ben), "follow", &ada).await;
    assert_eq!(told(&app, &ada).await[0], one("FOLLOW", "ben", ""));
}

#[tokio::test]
async fn a_mention_means_who_had_the_handle_and_may_be_seen_then() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.person("ben").await, app.person("cleo").await);
    app.block(&cleo, &ada).await;
    // Who has blocked the writer is not mentioned, and neither does that show in any way.
    write(&app, &ada, json!({ "body": "@ben @cleo @nobody_else mail@ben" })).await;
    assert_eq!(app.database.number("SELECT count(*) FROM post_mentions").await, 1);
    app.database.run("DELETE FROM blocks").await;
    assert_eq!(told(&app, &cleo).await, []);
    // A new owner of the handle is not the one who was meant.
    app.database.run("UPDATE profiles SET handle = 'was_ben' WHERE handle = 'ben'").await;
    let other = app.person("ben").await;
    assert_eq!(kinds(&app, &ben).await, ["MENTION"]);
    assert_eq!(told(&app, &other).await, []);
    // Of a circle only its members are told, when they are in it.
    write(&app, &ada, json!({ "body": "psst @cleo", "visibility": "CIRCLE" })).await;
    assert_eq!(told(&app, &cleo).await, []);
    app.follow(&cleo, &ada, "accepted").await;
    app.must(&ada, "addToCircle", &cleo).await;
    assert_eq!(kinds(&app, &cleo).await, ["MENTION"]);
}

#[tokio::test]
async fn a_block_forgets_what_was_told_and_unblocking_does_not_bring_it_back() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.person("ben").await, app.person("cleo").await);
    for (one, other) in [(&ada, &ben), (&ben, &ada), (&cleo, &ada)] {
        app.must(one, "follow", other).await;
        app.advance(TimeDelta::seconds(1));
        write(&app, one, json!({ "body": format!("hello @{}", other.handle) })).await;
    }
    app.must(&ben, "block", &ada).await;
    app.must(&ben, "unblock", &ada).await;
    assert_eq!(told(&app, &ben).await, []);
    assert_eq!(told(&app, &ada).await, [one("MENTION", "cleo", "hello @ada"), one("FOLLOW", "cleo", "")]);
}

/// The author need not wait for those who like a post to be done with it.
#[tokio::test]
async fn a_post_is_edited_and_deleted_while_others_like_it() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = app.post(&ada, Post::public("post")).await;
    let mut liking = app.database.pool.begin().await.unwrap();
    let like = format!("INSERT INTO post_likes (post_id, profile_id) VALUES ('{post}', '{}')", ben.id);
    sqlx::raw_sql(sqlx::AssertSqlSafe(like)).execute(&mut *liking).await.unwrap();
    assert_eq!(edit(&app, &ada, json!({ "postId": post, "body": "better" })).await.refusals("editPost"), [""; 0]);
    assert_eq!(app.to_post(&ada, "deletePost", post).await.refusals("deletePost"), [""; 0]);
    liking.commit().await.unwrap();
}

#[tokio::test]
async fn becoming_public_tells_all_who_had_asked() {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let people = app.crowd(5).await;
    for person in &people {
        app.must(person, "follow", &ada).await;
    }
    assert_eq!(kinds(&app, &ada).await, ["FOLLOW_REQUEST"; 5]);
    app.set_private(&ada, false).await;
    assert_eq!(told(&app, &ada).await, []);
    for person in &people {
        assert_eq!(told(&app, person).await, [one("FOLLOW_ACCEPTED", "ada", "")]);
    }
}

#[tokio::test]
async fn notifications_are_paged_and_marked_as_read() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let people = app.crowd(12).await;
    let post = app.post(&ada, Post::public("post")).await;
    for person in &people {
        app.must(person, "follow", &ada).await;
        like(&app, person, "likePost", post).await;
        // Pairs at the same moment.
        app.advance(TimeDelta::seconds(1));
    }
    // Every other liker is hidden in one way or another.
    for person in people.iter().step_by(3) {
        app.set_state(person, "banned").await;
    }
    for person in people.iter().skip(1).step_by(3) {
        app.block(person, &ada).await;
    }
    let list = List::of("/viewer/notifications", "viewer { notifications(@page) { @edges } }");
    let all = list.forward(&app, Some(&ada), 100).await;
    assert_eq!(all.len(), 8);
    list.check(&app, Some(&ada), &all).await;
    // Of another person's ids, and of those that are none, nothing is said.
    let ben = app.person("ben").await;
    for ids in [json!(all), json!([]), json!([Uuid::new_v4(), post, ada.id])] {
        assert_eq!(mark(&app, &ben, json!({ "ids": ids })).await.refusals("markNotificationsRead"), [""; 0]);
    }
    assert_eq!(told(&app, &ada).await.iter().filter(|row| row.3).count(), 0);
    let twice = json!({ "ids": [all[0], all[2], all[0], Uuid::new_v4()] });
    for _ in 0..2 {
        let answer = mark(&app, &ada, twice.clone()).await;
        assert_eq!(answer.data("/markNotificationsRead/viewer/unreadNotificationCount"), json!(6));
    }
    let read: Vec<_> = told(&app, &ada).await.into_iter().map(|row| row.3).collect();
    assert_eq!(read, [true, false, true, false, false, false, false, false]);
    let answer = mark(&app, &ada, json!({ "all": true })).await;
    assert_eq!(answer.data("/markNotificationsRead/viewer/unreadNotificationCount"), json!(0));
    // Bad input marks nothing.
    let bad = [
        (json!({}), "INVALID input.ids"),
        (json!({ "ids": null, "all": null }), "INVALID input.ids"),
        (json!({ "ids": [all[0]], "all": true }), "INVALID input.ids"),
        (json!({ "ids": [all[0], "x"] }), "INVALID input.ids"),
        (json!({ "ids": ["\0"] }), "INVALID input.ids"),
        (json!({ "ids": ["x".repeat(30_000)] }), "INVALID input.ids"),
        (json!({ "ids": vec![Uuid::new_v4(); 101] }), "INVALID input.ids"),
    ];
    app.database.run("UPDATE notifications SET read_at = NULL; DELETE FROM notifications_read").await;
    for (input, refusal) in bad {
        assert_eq!(mark(&app, &ada, input).await.refusals("markNotificationsRead"), [refusal]);
    }
    assert_eq!(app.database.number("SELECT count(*) FROM notifications WHERE read_at IS NOT NULL").await, 0);
    assert_eq!(app.database.number("SELECT count(*) FROM notifications_read").await, 0);
    // What comes after all were read is unread.
    mark(&app, &ada, json!({ "all": true })).await;
    app.advance(TimeDelta::seconds(1));
    app.must(&ben, "follow", &ada).await;
    assert_eq!(told(&app, &ada).await.iter().filter(|row| !row.3).count(), 1);
}

#[tokio::test]
async fn old_notifications_are_forgotten() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.person("ben").await, app.person("cleo").await);
    app.must(&ben, "follow", &ada).await;
    app.advance(TimeDelta::days(100));
    app.must(&app.again(&cleo), "follow", &ada).await;
    app.advance(TimeDelta::days(81));
    app.domain.purge().await.unwrap();
    assert_eq!(told(&app, &ada).await, [one("FOLLOW", "cleo", "")]);
}

#[tokio::test]
async fn unread_notifications_are_counted_up_to_a_thousand() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.crowd(1_010).await;
    app.database
        .run(&format!(
            "INSERT INTO follows (follower_id, following_id, status)
                 SELECT id, '{0}', 'accepted' FROM profiles WHERE id <> '{0}';
             INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
                 SELECT '{0}', id, 'follow', now() FROM profiles WHERE id <> '{0}'",
            ada.id
        ))
        .await;
    let count = app.ask(&ada, "{ viewer { unreadNotificationCount } }").await.data("/viewer/unreadNotificationCount");
    assert_eq!(count, json!(1_000));
}

/// Whatever order the writers come in: one row for each act, and each shown if and only if it stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acts_at_the_same_time_are_told_once() {
    let app = Arc::new(TestApp::new().await);
    let ada = app.person("ada").await;
    let people = app.crowd(6).await;
    let post = app.post(&ada, Post::public("post")).await;
    let acts = (0..120_usize).map(|n| {
        let (app, me, ada) = (Arc::clone(&app), people[n % 6].clone(), ada.clone());
        tokio::spawn(async move {
            match n / 6 % 5 {
                0 => like(&app, &me, "likePost", post).await,
                1 => like(&app, &me, "unlikePost", post).await,
                2 => drop(app.must(&me, "follow", &ada).await),
                3 => drop(app.must(&me, "unfollow", &ada).await),
                _ => react(&app, &me, post, "🎉").await,
            }
        })
    });
    for act in join_all(acts).await {
        act.unwrap();
    }
    let rows = app
        .database
        .number(
            "SELECT (SELECT count(*) FROM post_likes) + (SELECT count(*) FROM post_reactions)
                  + (SELECT count(*) FROM follows)",
        )
        .await;
    assert_eq!(i64::try_from(told(&app, &ada).await.len()).unwrap(), rows);
    let twice =
        "SELECT count(*) FROM (SELECT 1 FROM notifications GROUP BY actor_id, kind HAVING count(*) > 1) AS twice";
    assert_eq!(app.database.number(twice).await, 0);
}
