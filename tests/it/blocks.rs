//! Blocks and the circle: what a person decides about others, and nobody else sees.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{List, Person, Post, TestApp};

fn own(name: &str) -> List {
    List::of(&format!("/viewer/{name}"), &format!("viewer {{ {name}(@page) {{ @edges }} }}"))
}

async fn sees(app: &TestApp, viewer: &Person, other: &Person) -> bool {
    let query = format!("{{ profile(by: {{ id: \"{}\" }}) {{ id }} }}", other.id);
    !app.ask(viewer, &query).await.data("/profile").is_null()
}

#[tokio::test]
async fn a_block_ends_everything_between_the_two_and_unblocking_restores_nothing() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.follow(&ada, &ben, "accepted").await;
    app.follow(&ben, &ada, "accepted").await;
    app.must(&ada, "addToCircle", &ben).await;
    app.circle(&ben, &ada).await;
    let answer = app.must(&ada, "block", &ben).await;
    assert_eq!(answer.data("/block/profile/id"), json!(ben.id));
    app.must(&ada, "block", &ben).await;
    for table in ["follows", "circle_members"] {
        assert_eq!(app.database.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert!(!sees(&app, &ada, &ben).await && !sees(&app, &ben, &ada).await);
    // The blocked one cannot tell a block from a profile that never was.
    for verb in ["follow", "block", "unblock", "addToCircle", "removeFromCircle"] {
        assert_eq!(app.to_profile(&ben, verb, ada.id).await.refusals(verb), ["NOT_FOUND input.profileId"], "{verb}");
    }
    app.must(&ada, "unblock", &ben).await;
    app.must(&ada, "unblock", &ben).await;
    assert!(sees(&app, &ada, &ben).await && sees(&app, &ben, &ada).await);
    assert_eq!(app.database.number("SELECT count(*) FROM follows").await, 0);
}

#[tokio::test]
async fn the_list_of_blocked_profiles_shows_cards_to_who_blocked_them() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    app.database.run("UPDATE profiles SET bio = 'hush', website = 'https://hush.example'").await;
    app.post(&ben, Post::public("hush")).await;
    app.must(&ada, "block", &ben).await;
    // Also when the other has blocked as well.
    app.block(&ben, &ada).await;
    let fields = "id handle viewerHasBlocked viewerCanSeePosts viewerFollowStatus bio website followerCount postCount
        posts { nodes { id } } followers { totalCount nodes { id } }";
    let answer =
        app.ask(&ada, &format!("{{ viewer {{ blockedProfiles {{ totalCount nodes {{ {fields} }} }} }} }}")).await;
    let expected = json!({ "totalCount": 1, "nodes": [{
        "id": ben.id, "handle": "ben", "viewerHasBlocked": true, "viewerCanSeePosts": false,
        "viewerFollowStatus": "NONE", "bio": null, "website": null, "followerCount": null, "postCount": null,
        "posts": { "nodes": [] }, "followers": { "totalCount": 0, "nodes": [] },
    }] });
    assert_eq!(answer.data("/viewer/blockedProfiles"), expected);
    // Unblocked, it still does not exist: it has blocked the viewer.
    let answer = app.to_profile(&ada, "unblock", ben.id).await;
    assert_eq!((answer.data("/unblock/profile"), answer.refusals("unblock")), (Value::Null, Vec::<String>::new()));
    assert_eq!(app.to_profile(&ada, "unblock", ben.id).await.refusals("unblock"), ["NOT_FOUND input.profileId"]);
}

#[tokio::test]
async fn only_followers_are_in_the_circle_and_leaving_ends_it() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.private("ada").await, app.person("ben").await);
    let post = app.post(&ada, Post::of("circle", "secret")).await;
    let read = async || app.ask(&ben, &format!("{{ post(id: \"{post}\") {{ body }} }}")).await.data("/post");
    let refused = async |status: &str| {
        let answer = app.to_profile(&ada, "addToCircle", ben.id).await;
        assert_eq!(answer.refusals("addToCircle"), ["NOT_ALLOWED input.profileId"], "{status}");
    };
    refused("none").await;
    app.must(&ben, "follow", &ada).await;
    refused("pending").await;
    app.must(&ada, "acceptFollowRequest", &ben).await;
    app.must(&ada, "addToCircle", &ben).await;
    app.must(&ada, "addToCircle", &ben).await;
    assert_eq!(read().await, json!({ "body": "secret" }));
    // The member cannot find out: this might be for all followers.
    for (viewer, visibility) in [(&ben, "FOLLOWERS"), (&ada, "CIRCLE")] {
        let query = format!("{{ post(id: \"{post}\") {{ visibility }} }}");
        assert_eq!(app.ask(viewer, &query).await.data("/post/visibility"), visibility);
    }
    own("circle").check_in(&app, Some(&ada), &[ben.id.to_string()], &[1, 10]).await;
    // A secret of the owner: the member's own circle is empty.
    own("circle").check_in(&app, Some(&ben), &[], &[1]).await;
    app.must(&ada, "removeFromCircle", &ben).await;
    assert_eq!(read().await, Value::Null);
    app.must(&ada, "addToCircle", &ben).await;
    for verb in ["unfollow", "follow"] {
        app.must(&ben, verb, &ada).await;
    }
    app.must(&ada, "acceptFollowRequest", &ben).await;
    assert_eq!(read().await, Value::Null, "who comes back is no longer in the circle");
    assert_eq!(app.to_profile(&ada, "block", ada.id).await.refusals("block"), ["NOT_ALLOWED input.profileId"]);
}

#[tokio::test]
async fn own_lists_page_in_both_directions() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let others = app.crowd(9).await;
    let mut expected = Vec::new();
    for other in &others {
        app.follow(other, &ada, "accepted").await;
        app.must(&ada, "addToCircle", other).await;
        app.advance(chrono::TimeDelta::seconds(1));
        expected.insert(0, other.id.to_string());
    }
    own("circle").check_in(&app, Some(&ada), &expected, &[1, 2, 9, 100]).await;
    for other in &others {
        app.must(&ada, "block", other).await;
        app.advance(chrono::TimeDelta::seconds(1));
    }
    own("circle").check_in(&app, Some(&ada), &[], &[1]).await;
    own("blockedProfiles").check_in(&app, Some(&ada), &expected, &[1, 2, 9, 100]).await;
}

/// Whatever comes between what: where a block stands, there is no follow and no circle, and who is in a circle follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn blocks_and_follows_at_once_leave_a_state_that_some_order_gives() {
    let app = Arc::new(TestApp::new().await);
    let people = app.crowd(3).await;
    let workers = (0..16_usize).map(|worker| {
        let (app, people) = (Arc::clone(&app), people.clone());
        tokio::spawn(async move {
            for step in 0..25_usize {
                let (me, other) = (worker % 3, (worker + 1 + step % 2) % 3);
                let verbs = ["follow", "addToCircle", "block", "unblock", "unfollow", "follow", "removeFollower"];
                let verb = verbs[(worker * 3 + step) % verbs.len()];
                let answer = app.to_profile(&people[me], verb, people[other].id).await;
                for refusal in answer.refusals(verb) {
                    let expected = ["NOT_FOUND input.profileId", "NOT_ALLOWED input.profileId"];
                    assert!(expected.contains(&refusal.as_str()), "{verb}: {refusal}");
                }
            }
        })
    });
    for done in join_all(workers).await {
        done.unwrap();
    }
    let impossible = [
        "SELECT count(*) FROM blocks JOIN follows ON (blocker_id, blocked_id) IN
             ((follower_id, following_id), (following_id, follower_id))",
        "SELECT count(*) FROM circle_members LEFT JOIN follows ON follower_id = member_id AND following_id = owner_id
         WHERE status IS DISTINCT FROM 'accepted'",
    ];
    for sql in impossible {
        assert_eq!(app.database.number(sql).await, 0, "{sql}");
    }
}
