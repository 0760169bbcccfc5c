//! Sessions: families of refresh tokens, the access tokens that die with them, and what ends them.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Session, TestApp, session_of};

const NO_GOOD: [&str; 1] = ["BAD_CREDENTIALS input.refreshToken"];

async fn sign_in(app: &TestApp, handle: &str) -> Session {
    session_of(&app.sign_in(handle, PASSWORD).await, "signIn")
}

async fn sign_out(app: &TestApp, token: Option<&str>, input: Value) -> Answer {
    let query = "mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code path } } }";
    app.ask_by_token(token, query, json!({ "input": input })).await
}

#[tokio::test]
async fn each_refresh_token_buys_the_next_pair_once() {
    let app = TestApp::new().await;
    let first = app.sign_up("ada").await;
    app.advance(TimeDelta::minutes(10));
    let answer = app.refresh(&first.refresh).await;
    let second = session_of(&answer, "refreshSession");
    assert_ne!(first.access, second.access);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(answer.data("/refreshSession/session/viewer/email"), "ada@sojorn.example");
    assert_eq!(answer.data("/refreshSession/session/accessTokenExpiresAt"), "2026-03-01T12:25:00+00:00");
    assert!(app.is_signed_in(&second.access).await);
    let third = session_of(&app.refresh(&second.refresh).await, "refreshSession");
    assert!(app.is_signed_in(&third.access).await);
    // The earlier access token is good until it runs out.
    assert!(app.is_signed_in(&first.access).await);
    app.advance(TimeDelta::minutes(5));
    assert!(!app.is_signed_in(&first.access).await);
    assert!(app.is_signed_in(&third.access).await);
}

#[tokio::test]
async fn a_spent_token_that_comes_again_ends_its_family_and_no_other() {
    let app = TestApp::new().await;
    let first = app.sign_up("ada").await;
    let other = sign_in(&app, "ada").await;
    let second = session_of(&app.refresh(&first.refresh).await, "refreshSession");
    let third = session_of(&app.refresh(&second.refresh).await, "refreshSession");

    assert_eq!(app.refresh(&first.refresh).await.refusals("refreshSession"), NO_GOOD);
    for session in [&first, &second, &third] {
        assert!(!app.is_signed_in(&session.access).await);
        assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), NO_GOOD);
    }
    assert!(app.is_signed_in(&other.access).await);
    session_of(&app.refresh(&other.refresh).await, "refreshSession");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_uses_at_once_one_wins_at_most_and_the_family_ends() {
    let app = TestApp::new().await;
    app.sign_up("ada").await;
    for uses in [2, 2, 2, 4] {
        let session = sign_in(&app, "ada").await;
        let answers = join_all((0..uses).map(|_| app.refresh(&session.refresh))).await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.data("/refreshSession/session").is_object());
        assert!(won.len() <= 1, "{} of {uses} won", won.len());
        for answer in lost {
            assert_eq!(answer.refusals("refreshSession"), NO_GOOD);
        }
        assert!(!app.is_signed_in(&session.access).await);
        for answer in won {
            let next = session_of(answer, "refreshSession");
            assert!(!app.is_signed_in(&next.access).await);
            assert_eq!(app.refresh(&next.refresh).await.refusals("refreshSession"), NO_GOOD);
        }
    }
}

#[tokio::test]
async fn tokens_run_out_to_the_second() {
    let app = TestApp::new().await;
    let session = app.sign_up("ada").await;
    let late = sign_in(&app, "ada").await;
    app.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert!(app.is_signed_in(&session.access).await);
    app.advance(TimeDelta::seconds(1));
    assert!(!app.is_signed_in(&session.access).await);

    app.advance(TimeDelta::days(30) - TimeDelta::minutes(15) - TimeDelta::seconds(1));
    let renewed = session_of(&app.refresh(&session.refresh).await, "refreshSession");
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.refresh(&late.refresh).await.refusals("refreshSession"), NO_GOOD);
    // The thirty days begin anew with each token.
    app.advance(TimeDelta::days(29));
    session_of(&app.refresh(&renewed.refresh).await, "refreshSession");
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused_and_leaves_nothing() {
    let app = TestApp::new().await;
    let session = app.sign_up("ada").await;
    let before = app.database.fingerprint().await;
    let longer = format!("{}A", session.refresh);
    let other_case = session.refresh.to_uppercase();
    for token in ["", " ", "x", "\0", &session.access, &longer, &other_case, &"x".repeat(10_000)] {
        assert_eq!(app.refresh(token).await.refusals("refreshSession"), NO_GOOD, "{token:?}");
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn signing_out_ends_one_session_at_once() {
    let app = TestApp::new().await;
    let one = app.sign_up("ada").await;
    let other = sign_in(&app, "ada").await;
    let next = session_of(&app.refresh(&one.refresh).await, "refreshSession");
    // Nobody needs to be signed in: the refresh token says which.
    for _ in 0..2 {
        let answer = sign_out(&app, None, json!({ "refreshToken": next.refresh })).await;
        assert_eq!(answer.data("/signOut/userErrors"), json!([]));
        assert!(!app.is_signed_in(&one.access).await);
        assert!(!app.is_signed_in(&next.access).await);
        assert_eq!(app.refresh(&next.refresh).await.refusals("refreshSession"), NO_GOOD);
        assert!(app.is_signed_in(&other.access).await);
    }
    // A spent token still says which session is to end.
    let last = session_of(&app.refresh(&other.refresh).await, "refreshSession");
    sign_out(&app, None, json!({ "refreshToken": other.refresh })).await.data("/signOut");
    assert!(!app.is_signed_in(&last.access).await);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_the_person() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob").await;
    app.sign_up("ada").await;
    let ada = app.database.text("SELECT id FROM profiles WHERE handle = 'ada'").await.parse().unwrap();
    for by_token in [true, false] {
        let sessions = [sign_in(&app, "ada").await, sign_in(&app, "ada").await];
        let operators = app.token(ada);
        assert!(app.is_signed_in(&operators).await);
        let answer = if by_token {
            sign_out(&app, None, json!({ "refreshToken": sessions[0].refresh, "everywhere": true })).await
        } else {
            sign_out(&app, Some(&sessions[0].access), json!({ "everywhere": true })).await
        };
        assert_eq!(answer.data("/signOut/userErrors"), json!([]));
        for session in &sessions {
            assert!(!app.is_signed_in(&session.access).await);
            assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), NO_GOOD);
        }
        assert!(!app.is_signed_in(&operators).await);
        assert!(app.is_signed_in(&bob.access).await);
        // What is issued afterwards is good.
        app.advance(TimeDelta::seconds(1));
        assert!(app.is_signed_in(&app.token(ada)).await);
        assert!(app.is_signed_in(&sign_in(&app, "ada").await.access).await);
    }
}

#[tokio::test]
async fn a_sign_out_of_nothing_says_so() {
    let app = TestApp::new().await;
    let session = app.sign_up("ada").await;
    let before = app.database.fingerprint().await;
    for input in [json!({}), json!({ "everywhere": true }), json!({ "everywhere": null })] {
        assert_eq!(sign_out(&app, None, input).await.code(), "UNAUTHENTICATED");
    }
    let answer = sign_out(&app, Some(&session.access), json!({})).await;
    assert_eq!(answer.refusals("signOut"), ["INVALID input.refreshToken"]);
    // A token that nobody knows is signed out already, and says nothing about who asks.
    for token in ["", "unknown", "\0"] {
        let answer = sign_out(&app, Some(&session.access), json!({ "refreshToken": token })).await;
        assert_eq!(answer.data("/signOut/userErrors"), json!([]));
    }
    assert_eq!(app.database.fingerprint().await, before);
    assert!(app.is_signed_in(&session.access).await);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_begins_one() {
    let app = TestApp::new().await;
    let one = app.sign_up("ada").await;
    let other = sign_in(&app, "ada").await;
    let new = "another horse";
    let change = async |token: Option<&str>, current: &str, new: &str| {
        let input = json!({ "currentPassword": current, "newPassword": new });
        app.session_mutation(token, "changePassword", input).await
    };
    let before = app.database.fingerprint().await;
    assert_eq!(change(None, PASSWORD, new).await.code(), "UNAUTHENTICATED");
    let mine = Some(one.access.as_str());
    for wrong in ["a wrong password", "", "correct horse battery\0", &"x".repeat(300)] {
        let refusals = change(mine, wrong, new).await.refusals("changePassword");
        assert_eq!(refusals, ["BAD_CREDENTIALS input.currentPassword"], "{wrong:?}");
    }
    for bad in ["", "7 chars", &"x".repeat(257)] {
        assert_eq!(change(mine, PASSWORD, bad).await.refusals("changePassword"), ["INVALID input.newPassword"]);
    }
    // Somebody who was imported has no password to change.
    let imported = app.person("imported").await;
    let refusals = change(Some(&imported.token), "", new).await.refusals("changePassword");
    assert_eq!(refusals, ["BAD_CREDENTIALS input.currentPassword"]);
    app.database.run("DELETE FROM profiles WHERE handle = 'imported'").await;
    assert_eq!(app.database.fingerprint().await, before);

    let next = session_of(&change(mine, PASSWORD, new).await, "changePassword");
    for session in [&one, &other] {
        assert!(!app.is_signed_in(&session.access).await);
        assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), NO_GOOD);
    }
    assert!(app.is_signed_in(&next.access).await);
    session_of(&app.refresh(&next.refresh).await, "refreshSession");
    assert_eq!(app.sign_in("ada", PASSWORD).await.refusals("signIn"), ["BAD_CREDENTIALS input.password"]);
    session_of(&app.sign_in("ada", new).await, "signIn");
}

#[tokio::test]
async fn an_account_that_is_not_active_is_refused_at_every_request() {
    let app = TestApp::new().await;
    let session = app.sign_up("ada").await;
    let ada = app.database.text("SELECT id FROM profiles").await;
    let operators = app.token(ada.parse().unwrap());
    for state in ["suspended", "banned", "deactivated", "pending_deletion"] {
        app.database.run(&format!("UPDATE profiles SET state = '{state}'")).await;
        let before = app.database.fingerprint().await;
        for token in [&session.access, &operators] {
            for query in [
                "{ viewer { id } }",
                "{ globalFeed { nodes { id } } }",
                r#"mutation { createPost(input: { body: "hello" }) { userErrors { code } } }"#,
                "mutation { signOut(input: { everywhere: true }) { userErrors { code } } }",
            ] {
                let answer = app.ask_by_token(Some(token), query, json!({})).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.code().as_str()),
                    (401, "UNAUTHENTICATED"),
                    "{state} {query}"
                );
                assert!(answer.json.get("data").is_none());
            }
        }
        assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), NO_GOOD);
        assert_eq!(app.database.fingerprint().await, before);
        app.database.run("UPDATE profiles SET state = 'active'").await;
        assert!(app.is_signed_in(&session.access).await, "{state}");
        assert!(app.is_signed_in(&operators).await, "{state}");
    }
    session_of(&app.refresh(&session.refresh).await, "refreshSession");
}
