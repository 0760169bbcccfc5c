//! Likes, saves, hides and reactions.

use std::sync::Arc;

use futures_util::future::join_all;
use sea_orm::sqlx;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, List, Person, Post, TestApp};

const FACTS: &str = "likeCount reactions { emoji count } viewerHasLiked viewerHasSaved viewerReaction";

async fn verb(app: &TestApp, me: &Person, verb: &str, post: Uuid) -> Answer {
    let payload = if verb == "hidePost" { "deletedId".to_owned() } else { format!("post {{ id {FACTS} }}") };
    let query = format!(
        "mutation($id: ID!) {{ {verb}(input: {{ postId: $id }}) {{ {payload} userErrors {{ code message path }} }} }}"
    );
    app.ask_with(me, &query, json!({ "id": post })).await
}

async fn react(app: &TestApp, me: &Person, post: Uuid, emoji: &str) -> Answer {
    let query = format!(
        "mutation($input: ToggleReactionInput!) {{ toggleReaction(input: $input) {{
            post {{ id {FACTS} }} userErrors {{ code message path }} }} }}"
    );
    app.ask_with(me, &query, json!({ "input": { "postId": post, "emoji": emoji } })).await
}

async fn facts(app: &TestApp, viewer: Option<&Person>, post: Uuid) -> Value {
    app.ask(viewer, &format!("{{ post(id: \"{post}\") {{ {FACTS} }} }}")).await.data("/post")
}

/// The counters are what the rows say that they should be, and there is none where there is nothing to count.
pub async fn counters_are_right(app: &TestApp) {
    let wrong = "SELECT count(*) FROM (
            SELECT post_id, '' AS mark, count(*) FROM post_likes JOIN profiles ON profiles.id = profile_id
            WHERE state = 'active' GROUP BY 1
            UNION ALL
            SELECT post_id, emoji, count(*) FROM post_reactions JOIN profiles ON profiles.id = profile_id
            WHERE state = 'active' GROUP BY 1, 2) AS rows (post_id, mark, count)
        FULL JOIN post_mark_counts AS counter USING (post_id, mark)
        WHERE rows.count IS DISTINCT FROM counter.count";
    assert_eq!(app.database.number(wrong).await, 0);
}

#[tokio::test]
async fn a_mark_is_left_and_taken_as_often_as_one_likes() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = app.post(&ada, Post::public("post")).await;
    for (set, clear, field) in
        [("likePost", "unlikePost", "viewerHasLiked"), ("savePost", "unsavePost", "viewerHasSaved")]
    {
        for (name, expected) in [(set, true), (set, true), (clear, false), (clear, false), (set, true)] {
            let answer = verb(&app, &ben, name, post).await;
            assert_eq!(answer.refusals(name), [""; 0]);
            assert_eq!(answer.data(&format!("/{name}/post/{field}")), json!(expected), "{name}");
        }
    }
    let seen = facts(&app, Some(&ben), post).await;
    assert_eq!((&seen["likeCount"], &seen["viewerHasSaved"]), (&json!(1), &json!(true)));
    // Others know of the like, and not of whom or of the save.
    let none = json!({ "likeCount": 1, "reactions": [], "viewerHasLiked": false, "viewerHasSaved": false, "viewerReaction": null });
    assert_eq!(facts(&app, Some(&ada), post).await, none);
    assert_eq!(facts(&app, None, post).await, none);
    counters_are_right(&app).await;
}

#[tokio::test]
async fn one_emoji_a_person_and_the_same_again_takes_it_away() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = app.post(&ada, Post::public("post")).await;
    let seen = |answer: &Answer| answer.data("/toggleReaction/post/reactions");
    assert_eq!(seen(&react(&app, &ben, post, "👍").await), json!([{ "emoji": "👍", "count": 1 }]));
    assert_eq!(seen(&react(&app, &ben, post, "🎉").await), json!([{ "emoji": "🎉", "count": 1 }]));
    let two = json!([{ "emoji": "🎉", "count": 2 }]);
    assert_eq!(seen(&react(&app, &ada, post, "🎉").await), two);
    // A heart with and without the selector of its form is the same heart.
    react(&app, &ada, post, "\u{2764}").await;
    assert_eq!(facts(&app, Some(&ada), post).await["viewerReaction"], "\u{2764}\u{fe0f}");
    assert_eq!(seen(&react(&app, &ada, post, "\u{2764}\u{fe0f}").await), json!([{ "emoji": "🎉", "count": 1 }]));
    assert_eq!(facts(&app, Some(&ben), post).await["viewerReaction"], "🎉");
    assert_eq!(seen(&react(&app, &ben, post, "🎉").await), json!([]));
    counters_are_right(&app).await;
}

#[tokio::test]
async fn what_is_no_emoji_and_what_is_not_there_is_refused() {
    let app = TestApp::new().await;
    let (ben, eve) = (app.person("ben").await, app.private("eve").await);
    let (own, hidden) = (app.post(&ben, Post::public("own")).await, app.post(&eve, Post::public("hidden")).await);
    let before = app.database.fingerprint().await;
    for emoji in ["", "a", "👍👍", "👍a", "1", "👍\0", &"👍".repeat(1_000), "<script>"] {
        assert_eq!(
            react(&app, &ben, own, emoji).await.refusals("toggleReaction"),
            ["INVALID input.emoji"],
            "{emoji:?}"
        );
    }
    for id in [hidden, Uuid::new_v4()] {
        assert_eq!(react(&app, &ben, id, "👍").await.refusals("toggleReaction"), ["NOT_FOUND input.postId"]);
        for name in ["likePost", "unlikePost", "savePost", "unsavePost", "hidePost"] {
            assert_eq!(verb(&app, &ben, name, id).await.refusals(name), ["NOT_FOUND input.postId"], "{name}");
        }
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn what_is_hidden_leaves_the_feeds_of_that_viewer_and_nothing_else() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.follow(&ben, &ada, "accepted").await;
    let video = Post { video_url: Some("https://v.example/1.mp4".to_owned()), ..Post::public("post") };
    let post = app.post(&ada, video).await;
    let ids = async |viewer: &Person| {
        let feeds = "globalFeed { nodes { id } } homeFeed { nodes { id } } quipFeed { nodes { id } }";
        let page = r#"profile(by: { handle: "ada" }) { postCount posts { nodes { id } } }"#;
        app.ask(viewer, &format!("{{ {feeds} {page} }}")).await.body
    };
    let count = |body: &str| body.matches(&post.to_string()).count();
    assert_eq!(count(&ids(&ben).await), 4);
    let answer = verb(&app, &ben, "hidePost", post).await;
    assert_eq!(answer.data("/hidePost/deletedId"), json!(post));
    verb(&app, &ben, "hidePost", post).await;
    assert_eq!(count(&ids(&ben).await), 1, "only the author's page still shows it");
    assert_eq!(count(&ids(&ada).await), 4);
}

#[tokio::test]
async fn the_lists_of_marked_posts_are_their_owners_and_obey_the_rule() {
    let app = TestApp::new().await;
    let (ada, ben, eve) = (app.person("ada").await, app.person("ben").await, app.private("eve").await);
    app.follow(&ben, &eve, "accepted").await;
    let mut expected = Vec::new();
    for n in 0..5 {
        let author = if n == 3 { &eve } else { &ada };
        let post = app.post(author, Post::public(&format!("post {n}"))).await;
        for name in ["likePost", "savePost"] {
            assert_eq!(verb(&app, &ben, name, post).await.refusals(name), [""; 0]);
        }
        app.advance(chrono::TimeDelta::seconds(1));
        expected.insert(0, post.to_string());
    }
    let lists = ["savedPosts", "likedPosts"]
        .map(|name| List::of(&format!("/viewer/{name}"), &format!("viewer {{ {name}(@page) {{ @edges }} }}")));
    for list in &lists {
        list.check_in(&app, Some(&ben), &expected, &[1, 2, 100]).await;
        list.check_in(&app, Some(&ada), &[], &[1, 100]).await;
    }
    // No longer followed, no longer seen; nor is what was deleted.
    app.must(&eve, "removeFollower", &ben).await;
    app.to_post(&ada, "deletePost", expected[0].parse().unwrap()).await;
    expected.remove(1);
    expected.remove(0);
    for list in &lists {
        list.check_in(&app, Some(&ben), &expected, &[1, 2, 100]).await;
    }
}

/// A block takes the marks of the two out of each other's counts, and out of nobody else's.
#[tokio::test]
async fn marks_do_not_count_across_a_block() {
    let app = TestApp::new().await;
    let (ada, ben, eve) = (app.person("ada").await, app.person("ben").await, app.person("eve").await);
    let post = app.post(&ada, Post::public("post")).await;
    for person in [&ben, &eve] {
        verb(&app, person, "likePost", post).await;
        react(&app, person, post, "👍").await;
    }
    app.block(&ben, &eve).await;
    for (viewer, count) in [(None, 2), (Some(&ada), 2), (Some(&ben), 1), (Some(&eve), 1)] {
        let seen = facts(&app, viewer, post).await;
        assert_eq!(seen["likeCount"], count, "{viewer:?}");
        assert_eq!(seen["reactions"], json!([{ "emoji": "👍", "count": count }]), "{viewer:?}");
    }
    // Nor do those of whom is suspended, for anybody, until restored. Blocked and suspended is left out once.
    app.set_state(&eve, "suspended").await;
    for viewer in [None, Some(&ada), Some(&ben)] {
        assert_eq!(facts(&app, viewer, post).await["likeCount"], 1, "{viewer:?}");
    }
    counters_are_right(&app).await;
    app.set_state(&eve, "active").await;
    assert_eq!(facts(&app, None, post).await["likeCount"], 2);
    counters_are_right(&app).await;
}

/// Whoever changes from one emoji to another touches both counters, and so does who changes back at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_change_their_emoji_at_once_and_nobody_waits_in_a_circle() {
    let app = Arc::new(TestApp::new().await);
    let people = app.crowd(12).await;
    let post = app.post(&people[0], Post::public("post")).await;
    let workers = people.iter().cloned().enumerate().map(|(number, me)| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            for step in 0..30_usize {
                let answer = react(&app, &me, post, ["👍", "🎉"][(number + step) % 2]).await;
                assert_eq!(answer.refusals("toggleReaction"), [""; 0], "{}", answer.body);
            }
        })
    });
    for done in join_all(workers).await {
        done.unwrap();
    }
    counters_are_right(&app).await;
    // A connection reports what it counted when it has been idle for a while, or when it ends.
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE application_name = 'sojorn' AND datname = current_database()";
    app.database.run(end).await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(app.database.number(deadlocks).await, 0);
}

/// Whatever comes between what, the counters are what the rows say: many people, all verbs, rows deleted behind the
/// server's back, states that change and accounts that go.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counters_equal_the_rows_whatever_happens_at_once() {
    let app = Arc::new(TestApp::new().await);
    let people = app.crowd(8).await;
    let mut posts = Vec::new();
    for person in &people[..3] {
        posts.push(app.post(person, Post::public("post")).await);
    }
    let workers = (0..16_usize).map(|worker| {
        let (app, people, posts) = (Arc::clone(&app), people.clone(), posts.clone());
        tokio::spawn(async move {
            for step in 0..24_usize {
                let (me, post) = (&people[(worker * 5 + step * 3) % 8], posts[(worker + step) % 3]);
                let field = match (worker * 7 + step) % 6 {
                    0 | 1 => "likePost",
                    2 => "unlikePost",
                    3 | 4 => "toggleReaction",
                    _ => {
                        let sql = match step % 3 {
                            0 => format!("DELETE FROM post_likes WHERE post_id = '{post}'"),
                            1 => format!("UPDATE post_reactions SET emoji = '🔥' WHERE profile_id = '{}'", me.id),
                            // Not those who act: they would be refused at the door.
                            _ => format!("DELETE FROM post_reactions WHERE profile_id = '{}'", me.id),
                        };
                        // As anybody who works on a database by hand, it may have to try again.
                        while sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&app.database.pool).await.is_err()
                        {
                        }
                        continue;
                    }
                };
                let answer = match field {
                    "toggleReaction" => react(&app, me, post, ["👍", "🎉", "🔥"][step % 3]).await,
                    field => verb(&app, me, field, post).await,
                };
                assert_eq!(answer.refusals(field), [""; 0], "{}", answer.body);
            }
        })
    });
    for done in join_all(workers).await {
        done.unwrap();
    }
    counters_are_right(&app).await;
    assert!(app.database.number("SELECT count(*) FROM post_mark_counts").await > 0);
    app.set_state(&people[5], "banned").await;
    counters_are_right(&app).await;
    app.database.run(&format!("DELETE FROM profiles WHERE id = '{}'", people[6].id)).await;
    counters_are_right(&app).await;
    app.database.run(&format!("DELETE FROM posts WHERE id = '{}'", posts[0])).await;
    counters_are_right(&app).await;
}
