//! Deleting one's account, and coming back.

use chrono::TimeDelta;
use serde_json::json;
use sojorn::domain::account::{Sanction, Sanctioned};

use super::{REFUSED, delete_account, member, must_delete, scene::Scene, standing};
use crate::{
    marks::counters_are_right,
    support::{PASSWORD, TestApp, session_of},
};

#[tokio::test]
async fn only_the_right_password_deletes_and_anything_else_leaves_nothing() {
    let app = TestApp::new().await;
    let (ada, _) = member(&app, "ada").await;
    let imported = app.person("imported").await;
    let before = app.database.fingerprint().await;
    let right = format!("{PASSWORD}\0");
    for password in ["", "a wrong password", "\0", &right, &format!("{PASSWORD} "), &"x".repeat(30_000)] {
        let answer = delete_account(&app, Some(&ada.token), password).await;
        assert_eq!(answer.refusals("deleteAccount"), REFUSED, "{password:?}");
        assert_eq!(answer.data("/deleteAccount/deleteAfter"), json!(null));
    }
    // Who has no password cannot say it.
    assert_eq!(delete_account(&app, Some(&imported.token), PASSWORD).await.refusals("deleteAccount"), REFUSED);
    assert_eq!(delete_account(&app, None, PASSWORD).await.code(), "UNAUTHENTICATED");
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn what_is_deleted_is_gone_at_once_and_back_with_the_next_sign_in() {
    let Scene { app, ada, session, ben, liked, .. } = Scene::new().await;
    let question = format!(
        r#"{{ profile(by: {{ handle: "ada" }}) {{ id postCount }} node(id: "{}") {{ id }}
             globalFeed {{ nodes {{ body replyCount }} }} homeFeed {{ nodes {{ body }} }}
             post(id: "{liked}") {{ likeCount reactions {{ emoji count }} replyCount }}
             beacons(area: {{ circle: {{ center: {{ latitude: 44.9, longitude: -93.2 }} }} }}) {{ nodes {{ body }} }}
             hashtag(name: "rain") {{ postCount }} viewer {{ profile {{ followerCount followingCount }} }} }}"#,
        ada.id
    );
    let before = app.ask(&ben, &question).await.data("");
    assert_eq!(
        before["post"],
        json!({ "likeCount": 2, "reactions": [{ "emoji": "👍", "count": 2 }], "replyCount": 1 })
    );
    let operators = app.token(ada.id);

    let day = must_delete(&app, &ada).await;
    assert_eq!(day, app.now() + TimeDelta::days(14));
    assert_eq!(standing(&app, &ada).await, "pending_deletion dated");
    for token in [&session.access, &operators] {
        assert!(!app.is_signed_in(token).await);
    }
    assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), ["BAD_CREDENTIALS input.refreshToken"]);
    assert_eq!(delete_account(&app, Some(&ada.token), PASSWORD).await.status, 401);
    let gone = app.ask(&ben, &question).await.data("");
    assert_eq!(
        gone,
        json!({
            "profile": null, "node": null, "hashtag": null,
            "globalFeed": { "nodes": [] }, "homeFeed": { "nodes": [] }, "beacons": { "nodes": [] },
            "post": { "likeCount": 1, "reactions": [{ "emoji": "👍", "count": 1 }], "replyCount": 0 },
            "viewer": { "profile": { "followerCount": 0, "followingCount": 0 } },
        })
    );
    counters_are_right(&app).await;

    // To the last moment.
    app.advance(TimeDelta::days(14) - TimeDelta::microseconds(1));
    let ben = app.again(&ben);
    assert_eq!(app.sign_in("ada", "a wrong password").await.refusals("signIn"), REFUSED);
    assert_eq!(app.domain.purge().await.unwrap().removed, 0);
    assert_eq!(standing(&app, &ada).await, "pending_deletion dated");
    let next = session_of(&app.sign_in("ada", PASSWORD).await, "signIn");
    assert_eq!(standing(&app, &ada).await, "active");
    assert!(app.is_signed_in(&next.access).await);
    // Sessions do not come back, and beacons of then have run out by themselves.
    assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), ["BAD_CREDENTIALS input.refreshToken"]);
    assert_eq!(app.ask(&ben, &question).await.data(""), before);
    counters_are_right(&app).await;
    app.advance(TimeDelta::days(1));
    assert_eq!(app.domain.purge().await.unwrap().removed, 0);
    assert_eq!(standing(&app, &ada).await, "active");
}

#[tokio::test]
async fn after_the_day_it_is_as_an_account_that_never_was_also_before_the_purge() {
    let app = TestApp::new().await;
    let (ada, _) = member(&app, "ada").await;
    must_delete(&app, &ada).await;
    app.advance(TimeDelta::days(14));
    let before = app.database.fingerprint().await;
    let (known, unknown) = (app.sign_in("ada", PASSWORD).await, app.sign_in("nobody", PASSWORD).await);
    assert_eq!(known.refusals("signIn"), REFUSED);
    assert_eq!(known.body, unknown.body);
    assert_eq!(app.database.fingerprint().await, before);
    // What was hers is free once nothing of her is left.
    let again = json!({ "email": "ada@sojorn.example", "password": PASSWORD, "handle": "ada" });
    assert_eq!(app.session_mutation(None, "signUp", again.clone()).await.refusals("signUp"), ["TAKEN input.handle"]);
    assert_eq!(app.domain.purge().await.unwrap().removed, 1);
    session_of(&app.session_mutation(None, "signUp", again).await, "signUp");
}

#[tokio::test]
async fn twice_in_one_request_is_once() {
    let app = TestApp::new().await;
    let (ada, _) = member(&app, "ada").await;
    let one = format!("deleteAccount(input: {{ password: \"{PASSWORD}\" }}) {{ deleteAfter }}");
    let answer = app.ask(&ada, &format!("mutation {{ a: {one} b: {one} }}")).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(standing(&app, &ada).await, "pending_deletion dated");
}

/// A suspension keeps its owner out, and restoring does not bring back what the owner wants gone.
#[tokio::test]
async fn operators_suspend_and_restore_what_waits_for_its_deletion() {
    let app = TestApp::new().await;
    let (ada, _) = member(&app, "ada").await;
    must_delete(&app, &ada).await;
    let sanction = async |sanction| app.domain.sanction("ada", sanction).await.unwrap();
    let done = |state: &str| Sanctioned::Done(state.to_owned());
    for (how, state) in [(Sanction::Suspend, "suspended"), (Sanction::Ban, "banned")] {
        assert_eq!(sanction(how).await, done(state));
        assert_eq!(standing(&app, &ada).await, format!("{state} dated"));
        assert_eq!(app.sign_in("ada", PASSWORD).await.refusals("signIn"), REFUSED);
        assert_eq!(standing(&app, &ada).await, format!("{state} dated"));
    }
    assert_eq!(sanction(Sanction::Restore).await, done("pending_deletion"));
    assert_eq!(sanction(Sanction::Restore).await, Sanctioned::NoAccount);
    session_of(&app.sign_in("ada", PASSWORD).await, "signIn");
    assert_eq!(standing(&app, &ada).await, "active");

    // Who is suspended meanwhile is removed on the same day.
    app.advance(TimeDelta::seconds(1));
    must_delete(&app, &app.again(&ada)).await;
    assert_eq!(sanction(Sanction::Ban).await, done("banned"));
    app.advance(TimeDelta::days(14));
    assert_eq!(app.domain.purge().await.unwrap().removed, 1);
    assert_eq!(sanction(Sanction::Restore).await, Sanctioned::NoAccount);
}
