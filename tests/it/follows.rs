//! Following: who is let in at once, who is asked, and what each verb does the second time.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, TestApp};

const VERBS: [&str; 5] = ["follow", "unfollow", "acceptFollowRequest", "rejectFollowRequest", "removeFollower"];

async fn rows(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) FROM follows").await
}

#[tokio::test]
async fn a_public_profile_is_followed_at_once() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let answer = app.must(&ada, "follow", &ben).await;
    let profile = json!({ "id": ben.id, "viewerFollowStatus": "ACCEPTED", "followsViewer": false, "isPrivate": false,
                          "followerCount": 1, "followingCount": 0 });
    assert_eq!(answer.data("/follow/profile"), profile);
    let viewer = json!({ "profile": { "id": ada.id, "followerCount": 0, "followingCount": 1 },
                         "followRequests": { "totalCount": 0 } });
    assert_eq!(answer.data("/follow/viewer"), viewer);

    // Again: nothing changes, not even since when.
    let since = "SELECT created_at FROM follows";
    let first = app.database.text(since).await;
    app.advance(chrono::TimeDelta::hours(1));
    let (ada, ben) = (app.again(&ada), app.again(&ben));
    assert_eq!(app.must(&ada, "follow", &ben).await.data("/follow/profile"), profile);
    assert_eq!((rows(&app).await, app.database.text(since).await), (1, first));

    // Being followed is not following.
    let seen = app.must(&ben, "follow", &ada).await;
    assert_eq!(seen.data("/follow/profile/followsViewer"), json!(true));
    for _ in 0..2 {
        let left = app.must(&ada, "unfollow", &ben).await;
        assert_eq!(left.data("/unfollow/profile/viewerFollowStatus"), json!("NONE"));
        assert_eq!(left.data("/unfollow/profile/followsViewer"), json!(true));
        assert_eq!(left.data("/unfollow/profile/followerCount"), json!(0));
    }
}

#[tokio::test]
async fn a_private_profile_is_asked() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    for _ in 0..2 {
        let asked = app.must(&ada, "follow", &ben).await;
        let profile = json!({ "id": ben.id, "viewerFollowStatus": "PENDING", "followsViewer": false, "isPrivate": true,
                              "followerCount": null, "followingCount": null });
        assert_eq!(asked.data("/follow/profile"), profile);
    }
    let requests = "{ viewer { followRequests { totalCount nodes { from { handle } } } } }";
    let expected = json!({ "totalCount": 1, "nodes": [{ "from": { "handle": "ada" } }] });
    assert_eq!(app.ask(&ben, requests).await.data("/viewer/followRequests"), expected);

    for _ in 0..2 {
        let accepted = app.must(&ben, "acceptFollowRequest", &ada).await;
        assert_eq!(accepted.data("/acceptFollowRequest/profile/followsViewer"), json!(true));
        assert_eq!(accepted.data("/acceptFollowRequest/viewer/profile/followerCount"), json!(1));
        assert_eq!(accepted.data("/acceptFollowRequest/viewer/followRequests/totalCount"), json!(0));
    }
    // Following again never turns accepted into pending.
    let again = app.must(&ada, "follow", &ben).await;
    assert_eq!(again.data("/follow/profile/viewerFollowStatus"), json!("ACCEPTED"));
    assert_eq!(again.data("/follow/profile/followerCount"), json!(1));
}

#[tokio::test]
async fn an_official_profile_is_followed_at_once_also_when_private() {
    let app = TestApp::new().await;
    let (ada, city) = (app.person("ada").await, app.private("city").await);
    app.database.run(&format!("UPDATE profiles SET is_official = true WHERE id = '{}'", city.id)).await;
    let answer = app.must(&ada, "follow", &city).await;
    assert_eq!(answer.data("/follow/profile/viewerFollowStatus"), json!("ACCEPTED"));
}

#[tokio::test]
async fn requests_are_taken_back_and_refused_as_often_as_one_likes() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.private("ben").await);
    for (who, verb, other) in [(&ada, "unfollow", &ben), (&ben, "rejectFollowRequest", &ada)] {
        app.must(&ada, "follow", &ben).await;
        for _ in 0..2 {
            app.must(who, verb, other).await;
            assert_eq!(rows(&app).await, 0, "{verb}");
        }
        let late = app.to_profile(&ben, "acceptFollowRequest", ada.id).await;
        assert_eq!(late.refusals("acceptFollowRequest"), ["NOT_FOUND input.profileId"]);
        assert_eq!(late.data("/acceptFollowRequest/profile"), Value::Null);
        assert_eq!(rows(&app).await, 0);
    }
    // A request is no follower, and a follower is no request.
    app.must(&ada, "follow", &ben).await;
    app.must(&ben, "removeFollower", &ada).await;
    assert_eq!(app.follow_status(&ada, &ben).await, "pending");
    app.must(&ben, "acceptFollowRequest", &ada).await;
    app.must(&ben, "rejectFollowRequest", &ada).await;
    assert_eq!(app.follow_status(&ada, &ben).await, "accepted");
    for _ in 0..2 {
        app.must(&ben, "removeFollower", &ada).await;
        assert_eq!(rows(&app).await, 0);
    }
}

#[tokio::test]
async fn only_the_followed_person_answers_a_request() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.private("ben").await, app.person("cleo").await);
    app.must(&ada, "follow", &ben).await;
    for (who, other) in [(&ada, &ben), (&cleo, &ada), (&cleo, &ben)] {
        let answer = app.to_profile(who, "acceptFollowRequest", other.id).await;
        assert_eq!(answer.refusals("acceptFollowRequest"), ["NOT_FOUND input.profileId"]);
        app.must(who, "rejectFollowRequest", other).await;
        app.must(who, "removeFollower", other).await;
        assert_eq!(app.follow_status(&ada, &ben).await, "pending");
    }
}

#[tokio::test]
async fn nobody_follows_himself() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for verb in VERBS {
        let answer = app.to_profile(&ada, verb, ada.id).await;
        assert_eq!(answer.refusals(verb), ["NOT_ALLOWED input.profileId"], "{verb}");
    }
    assert_eq!(rows(&app).await, 0);
}

#[tokio::test]
async fn who_does_not_exist_for_the_viewer_is_not_found_by_any_verb() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (blocked, blocking) = (app.person("blocked").await, app.person("blocking").await);
    app.block(&ada, &blocked).await;
    app.block(&blocking, &ada).await;
    let mut hidden = vec![blocked.id, blocking.id];
    for state in ["suspended", "banned", "deactivated", "pending_deletion"] {
        let gone = app.person(state).await;
        app.set_state(&gone, state).await;
        hidden.push(gone.id);
    }
    // What there was before stays as it is.
    app.follow(&ada, &blocked, "accepted").await;
    app.follow(&blocking, &ada, "pending").await;
    let before = app.database.fingerprint().await;
    for verb in VERBS {
        let unknown = app.to_profile(&ada, verb, Uuid::new_v4()).await;
        assert_eq!(unknown.refusals(verb), ["NOT_FOUND input.profileId"], "{verb}");
        for id in &hidden {
            assert_eq!(app.to_profile(&ada, verb, *id).await.body, unknown.body, "{verb}");
        }
        assert_eq!(app.to_profile(None, verb, blocked.id).await.code(), "UNAUTHENTICATED", "{verb}");
        let garbled = format!(r#"mutation {{ {verb}(input: {{ profileId: "x" }}) {{ userErrors {{ code path }} }} }}"#);
        assert_eq!(app.ask(&ada, &garbled).await.refusals(verb), ["INVALID input.profileId"], "{verb}");
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn going_public_accepts_all_who_asked_and_going_private_keeps_them() {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let people = app.crowd(12).await;
    for person in &people[..10] {
        app.must(person, "follow", &ada).await;
    }
    for person in &people[..3] {
        app.must(&ada, "acceptFollowRequest", person).await;
    }
    // Requests to others are none of her business.
    let other = app.private("other").await;
    app.must(&people[0], "follow", &other).await;

    // A change that is refused accepts nobody: it is all or nothing.
    let refused = r#"mutation { updateProfile(input: { isPrivate: false, handle: "crowd_1" }) {
        profile { isPrivate } userErrors { code path } } }"#;
    assert_eq!(app.ask(&ada, refused).await.refusals("updateProfile"), ["TAKEN input.handle"]);
    assert_eq!(app.database.number("SELECT count(*) FROM follows WHERE status = 'pending'").await, 8);

    let public = app.set_private(&ada, false).await;
    assert_eq!(public.data("/updateProfile/profile"), json!({ "isPrivate": false, "followerCount": 10 }));
    assert_eq!(app.database.number("SELECT count(*) FROM follows WHERE status = 'pending'").await, 1);
    assert_eq!(app.follow_status(&people[0], &other).await, "pending");

    let private = app.set_private(&ada, true).await;
    assert_eq!(private.data("/updateProfile/profile"), json!({ "isPrivate": true, "followerCount": 10 }));
    let late = app.must(&people[10], "follow", &ada).await;
    assert_eq!(late.data("/follow/profile/viewerFollowStatus"), json!("PENDING"));
}

/// The three counts of a profile and the lengths of its lists, as the viewer sees them.
async fn counted(app: &TestApp, viewer: Option<&Person>, person: &Person) -> (Value, Value, usize, usize) {
    let query = "query($id: ID!) { profile(by: { id: $id }) { followerCount followingCount
        followers(first: 100) { totalCount nodes { id } } following(first: 100) { totalCount nodes { id } } } }";
    let answer = app.ask_with(viewer, query, json!({ "id": person.id })).await;
    let length = |list: &str| answer.data(&format!("/profile/{list}/nodes")).as_array().unwrap().len();
    let profile = answer.data("/profile");
    for list in ["followers", "following"] {
        assert_eq!(profile[list]["totalCount"], json!(length(list)));
    }
    (profile["followerCount"].clone(), profile["followingCount"].clone(), length("followers"), length("following"))
}

#[tokio::test]
async fn counts_equal_the_lists_for_every_viewer() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let people = app.crowd(9).await;
    for person in &people {
        app.follow(person, &ada, "accepted").await;
        app.follow(&ada, person, if person.handle == "crowd_8" { "pending" } else { "accepted" }).await;
    }
    assert_eq!(counted(&app, None, &ada).await, (json!(9), json!(8), 9, 8));
    app.set_state(&people[0], "suspended").await;
    assert_eq!(counted(&app, None, &ada).await, (json!(8), json!(7), 8, 7));
    // Who is hidden from a viewer by a block is not counted for that viewer.
    app.block(&people[1], &people[2]).await;
    assert_eq!(counted(&app, Some(&people[1]), &ada).await, (json!(7), json!(6), 7, 6));
    assert_eq!(counted(&app, Some(&people[3]), &ada).await, (json!(8), json!(7), 8, 7));
    // Private people are still in others' lists, but show none of their own.
    app.set_private(&ada, true).await.data("");
    assert_eq!(counted(&app, Some(&people[3]), &ada).await, (json!(8), json!(7), 8, 7));
    let stranger = app.person("stranger").await;
    assert_eq!(counted(&app, Some(&stranger), &ada).await, (Value::Null, Value::Null, 0, 0));
}
