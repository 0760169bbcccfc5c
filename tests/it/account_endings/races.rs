//! Deleting, coming back and removing at the same time: whatever comes first, nobody who has come back is removed.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use super::{REFUSED, delete_account, member, must_delete, server_at, standing};
use crate::support::{PASSWORD, TestApp, old_hash, session_of};

/// Cheap to check, so that the rounds are many.
async fn cheap_password(app: &TestApp) {
    app.database.run(&format!("UPDATE accounts SET password_hash = '{}'", old_hash())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_in_while_the_account_is_deleted_comes_before_or_after() {
    let app = Arc::new(TestApp::new().await);
    let (mut ada, _) = member(&app, "ada").await;
    for _ in 0..12 {
        let (deleting, signing_in) = (Arc::clone(&app), Arc::clone(&app));
        let token = ada.token.clone();
        let deleting = tokio::spawn(async move { delete_account(&deleting, Some(&token), PASSWORD).await });
        let signing_in = tokio::spawn(async move { signing_in.sign_in("ada", PASSWORD).await });
        assert_eq!(deleting.await.unwrap().refusals("deleteAccount"), [""; 0]);
        let answer = signing_in.await.unwrap();
        match standing(&app, &ada).await.as_str() {
            // Signed in before: the session ended with the others, perhaps before its answer could say whose it is.
            "pending_deletion dated" => {
                if answer.codes().is_empty() {
                    assert!(!app.is_signed_in(&session_of(&answer, "signIn").access).await);
                } else {
                    assert_eq!(answer.code(), "UNAUTHENTICATED");
                }
                ada.token = session_of(&app.sign_in("ada", PASSWORD).await, "signIn").access;
            }
            // Signed in after: the account is back.
            "active" => {
                let session = session_of(&answer, "signIn");
                assert!(app.is_signed_in(&session.access).await);
                ada.token = session.access;
            }
            other => panic!("{other}"),
        }
    }
}

/// Two servers whose clocks differ: to one the account can come back, to the other its day has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_purge_and_a_sign_in_one_is_first() {
    let app = Arc::new(TestApp::new().await);
    let late = server_at(&app, app.now() + TimeDelta::days(15)).await;
    for round in 0..20 {
        let (ada, _) = member(&app, "ada").await;
        cheap_password(&app).await;
        must_delete(&app, &ada).await;
        let signing_in = {
            let app = Arc::clone(&app);
            tokio::spawn(async move { app.sign_in("ada", PASSWORD).await })
        };
        // Now earlier, now later than the lock of the sign-in.
        tokio::time::sleep(std::time::Duration::from_millis(round * 9)).await;
        let removed = late.domain.purge().await.unwrap().removed;
        let answer = signing_in.await.unwrap();
        let there = app.database.number("SELECT count(*) FROM profiles").await;
        if removed == 1 {
            assert_eq!(answer.refusals("signIn"), REFUSED);
            assert_eq!(there, 0);
        } else {
            let session = session_of(&answer, "signIn");
            assert!(app.is_signed_in(&session.access).await);
            assert_eq!(standing(&app, &ada).await, "active");
            app.database.run("DELETE FROM profiles").await;
        }
    }
}

/// The same, step by step: a sign-in that holds the account is not waited for, and its outcome stands.
#[tokio::test]
async fn whom_somebody_brings_back_in_this_moment_is_passed_over() {
    let app = TestApp::new().await;
    let (ada, _) = member(&app, "ada").await;
    must_delete(&app, &ada).await;
    app.advance(TimeDelta::days(14));
    let mut sign_in = app.database.pool.begin().await.unwrap();
    let back = "UPDATE profiles SET state = 'active', delete_after = NULL";
    sea_orm::sqlx::raw_sql(back).execute(&mut *sign_in).await.unwrap();
    assert_eq!(app.domain.purge().await.unwrap().removed, 0);
    sign_in.commit().await.unwrap();
    assert_eq!(app.domain.purge().await.unwrap().removed, 0);
    assert_eq!(standing(&app, &ada).await, "active");
    let answer = app.ask(None, r#"{ profile(by: { handle: "ada" }) { handle } }"#).await;
    assert_eq!(answer.data("/profile"), json!({ "handle": "ada" }));
}
