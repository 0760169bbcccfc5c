//! Requests that come again with the same `Idempotency-Key`: what they make is made once.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    keys::{keys, publish},
    support::{Answer, PASSWORD, Person, Post, TestApp},
};

const KEY: &str = "5a1bd1a2-6f0b-4d3e-9f6e-2f6c0d1f7a10";
const REFUSALS: &str = "userErrors { code path message }";

fn post(body: &str) -> String {
    format!("mutation {{ createPost(input: {{ body: \"{body}\" }}) {{ post {{ id body }} {REFUSALS} }} }}")
}

fn beacon(body: &str) -> String {
    format!(
        "mutation {{ createBeacon(input: {{ body: \"{body}\", type: HAZARD, location: {{ latitude: 45, longitude: -93 }} }}) {{
            beacon {{ id body }} beaconEdge {{ node {{ id }} }} manageKey {REFUSALS} }} }}"
    )
}

fn sign_up(handle: &str) -> String {
    format!(
        "mutation {{ signUp(input: {{ email: \"{handle}@sojorn.example\", password: \"{PASSWORD}\", handle: \"{handle}\" }}) {{
            session {{ accessToken viewer {{ profile {{ handle }} }} }} {REFUSALS} }} }}"
    )
}

/// Asks with a key, as a client that may ask again.
async fn ask<'a>(app: &TestApp, me: impl Into<Option<&'a Person>>, key: &str, query: &str) -> Answer {
    let token = me.into().map(|me| format!("Bearer {}", me.token));
    let mut headers = vec![("idempotency-key", key)];
    headers.extend(token.as_deref().map(|token| ("authorization", token)));
    app.post_raw(&headers, json!({ "query": query }).to_string()).await
}

async fn count(app: &TestApp, table: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM {table}")).await
}

#[tokio::test]
async fn a_create_that_comes_again_answers_with_what_the_first_one_made() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for query in [post("once"), beacon("ice")] {
        let first = ask(&app, &ada, KEY, &query).await;
        assert_eq!(first.status, 200);
        for again in 0..4 {
            // Beacons are three an hour; the answer holds the key to the beacon, too.
            assert_eq!(ask(&app, &ada, KEY, &query).await.data(""), first.data(""), "time {again}");
        }
    }
    assert_eq!(count(&app, "posts").await, 2);
    assert_eq!(app.database.number("SELECT sum(cardinality(recent)) FROM beacon_allowances").await, 1);
    for _ in 0..3 {
        let session = ask(&app, None, KEY, &sign_up("ben")).await;
        assert_eq!(session.refusals("signUp"), [""; 0]);
        let token = session.data("/signUp/session/accessToken");
        assert!(app.is_signed_in(token.as_str().unwrap()).await);
    }
    assert_eq!(count(&app, "accounts").await, 1);
    // Without a key, it is another request each time.
    app.ask(&ada, &post("once")).await.data("/createPost/post/id");
    assert_eq!(count(&app, "posts").await, 3);
}

#[tokio::test]
async fn a_key_belongs_to_one_person_one_request_and_one_field() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let of_ada = ask(&app, &ada, KEY, &post("mine")).await.data("/createPost/post/id");
    assert_ne!(ask(&app, &ben, KEY, &post("mine")).await.data("/createPost/post/id"), of_ada);

    let other = ask(&app, &ada, KEY, &post("something else")).await;
    assert_eq!((other.status.as_u16(), other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"), "{}", other.body);
    assert_eq!(ask(&app, &ada, KEY, &post("mine")).await.data("/createPost/post/id"), of_ada);

    let twice = "mutation { one: createPost(input: { body: \"twice\" }) { post { id } }
        two: createPost(input: { body: \"twice\" }) { post { id } } }";
    let key = "another-key-of-ada";
    let first = ask(&app, &ada, key, twice).await.data("");
    assert_ne!(first["one"], first["two"]);
    assert_eq!(ask(&app, &ada, key, twice).await.data(""), first);
    assert_eq!(count(&app, "posts").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_makes_it_and_all_answer_the_same() {
    let app = Arc::new(TestApp::new().await);
    let ada = app.person("ada").await;
    for (query, result) in [(post("once"), "/createPost"), (beacon("ice"), "/createBeacon"), (sign_up("ben"), "")] {
        let me = Some(ada.clone()).filter(|_| !result.is_empty());
        // Three, as nobody makes more beacons in an hour, not even by asking for the same one.
        let asking = (0..3).map(|_| {
            let (app, me, query) = (Arc::clone(&app), me.clone(), query.clone());
            tokio::spawn(async move { ask(&app, me.as_ref(), KEY, &query).await })
        });
        let answers: Vec<_> = join_all(asking).await.into_iter().map(|answer| answer.unwrap()).collect();
        for answer in &answers {
            if result.is_empty() {
                assert_eq!(answer.data("/signUp/session/viewer/profile/handle"), json!("ben"));
            } else {
                assert_eq!(answer.data(result), answers[0].data(result));
                assert_eq!(answer.data(&format!("{result}/userErrors")), json!([]));
            }
        }
    }
    assert_eq!((count(&app, "posts").await, count(&app, "accounts").await), (2, 1));
    assert_eq!(app.database.number("SELECT sum(cardinality(recent)) FROM beacon_allowances").await, 1);
}

#[tokio::test]
async fn a_reaction_that_comes_again_is_not_taken_back() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let post = app.post(&ada, Post::public("hello")).await;
    let toggle = format!(
        "mutation {{ toggleReaction(input: {{ postId: \"{post}\", emoji: \"👍\" }}) {{ post {{ viewerReaction }} {REFUSALS} }} }}"
    );
    for _ in 0..3 {
        let answer = ask(&app, &ben, KEY, &toggle).await;
        assert_eq!(answer.data("/toggleReaction/post/viewerReaction"), "👍");
    }
    // Nor is it by several at once.
    let key = "a-third-key-of-ben";
    let asking = (0..3).map(|_| ask(&app, &ben, key, &toggle));
    for answer in join_all(asking).await {
        assert_eq!(answer.data("/toggleReaction/post/viewerReaction"), Value::Null);
    }
    assert_eq!(count(&app, "post_reactions").await, 0);
    app.ask(&ben, &toggle).await.data("/toggleReaction");
    let other = ask(&app, &ben, "another-key-of-ben", &toggle).await;
    assert_eq!(other.data("/toggleReaction/post/viewerReaction"), Value::Null);
    assert_eq!(count(&app, "post_reactions").await, 0);
    // What the first one did is over, and so it is told.
    assert_eq!(ask(&app, &ben, KEY, &toggle).await.data("/toggleReaction/post/viewerReaction"), Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_claim_that_comes_again_takes_no_other_prekey() {
    let app = Arc::new(TestApp::new().await);
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    publish(&app, &ada, &keys(1, 10..15)).await.data("/publishKeys/viewer");
    let claim = format!(
        "mutation {{ claimKeyBundle(input: {{ profileId: \"{}\" }}) {{
            bundle {{ identityKey signedPrekey {{ keyId publicKey }} oneTimePrekey {{ keyId publicKey }} }} {REFUSALS} }} }}",
        ada.id
    );
    let asking = (0..4).map(|_| {
        let (app, ben, claim) = (Arc::clone(&app), ben.clone(), claim.clone());
        tokio::spawn(async move { ask(&app, &ben, KEY, &claim).await.data("/claimKeyBundle") })
    });
    let bundles: Vec<_> = join_all(asking).await.into_iter().map(|answer| answer.unwrap()).collect();
    assert!(bundles.iter().all(|bundle| *bundle == bundles[0]), "{bundles:#?}");
    assert!(bundles[0]["bundle"]["oneTimePrekey"]["keyId"].is_number());
    let left = "SELECT count(*) FROM one_time_prekeys WHERE claimed_at IS NULL";
    assert_eq!(app.database.number(left).await, 4);
    // Whatever was published since, the conversation begins with what was handed out.
    publish(&app, &ada, &keys(7, 20..22)).await.data("/publishKeys/viewer");
    assert_eq!(ask(&app, &ben, KEY, &claim).await.data("/claimKeyBundle"), bundles[0]);
    // Nobody begins one with somebody who is hidden since.
    app.must(&ada, "block", &ben).await;
    let again = ask(&app, &ben, KEY, &claim).await;
    assert_eq!(again.data("/claimKeyBundle/bundle"), Value::Null);
    assert_eq!(again.refusals("claimKeyBundle"), ["NOT_FOUND input.profileId"]);
}

#[tokio::test]
async fn what_is_gone_or_hidden_since_is_neither_shown_nor_made_anew() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let made = ask(&app, &ada, KEY, &post("gone soon")).await.data("/createPost/post/id");
    app.to_post(&ada, "deletePost", made.as_str().unwrap().parse().unwrap()).await.data("/deletePost/deletedId");
    let again = ask(&app, &ada, KEY, &post("gone soon")).await;
    assert_eq!(
        (again.data("/createPost/post"), again.refusals("createPost")),
        (Value::Null, vec!["NOT_FOUND input".into()])
    );

    let seen = ask(&app, &ben, KEY, &beacon("ice")).await.data("/createBeacon/beacon/id");
    app.database
        .run(&format!("UPDATE posts SET report_count = 5 WHERE id = {}", seen.to_string().replace('"', "'")))
        .await;
    let again = ask(&app, &ben, KEY, &beacon("ice")).await;
    assert_eq!(again.refusals("createBeacon"), ["NOT_FOUND input"]);
    assert_eq!(again.data("/createBeacon/manageKey"), Value::Null);
    assert_eq!(count(&app, "posts").await, 2);
}

#[tokio::test]
async fn what_was_refused_can_be_asked_again() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let parent = app.post(&ben, crate::support::Post::public("no answers")).await;
    let reply = format!(
        "mutation {{ createPost(input: {{ body: \"why\", parentId: \"{parent}\" }}) {{ post {{ id }} {REFUSALS} }} }}"
    );
    app.database.run("UPDATE posts SET allow_replies = false").await;
    assert_eq!(ask(&app, &ada, KEY, &reply).await.refusals("createPost"), ["NOT_ALLOWED input.parentId"]);
    assert_eq!(count(&app, "idempotency_keys").await, 0);
    app.database.run("UPDATE posts SET allow_replies = true").await;
    let made = ask(&app, &ada, KEY, &reply).await.data("/createPost/post/id");
    assert_eq!(ask(&app, &ada, KEY, &reply).await.data("/createPost/post/id"), made);
    assert_eq!(count(&app, "posts WHERE parent_id IS NOT NULL").await, 1);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let made = ask(&app, &ada, KEY, &post("once")).await.data("/createPost/post/id");
    app.advance(TimeDelta::hours(24));
    let late = app.again(&ada);
    app.domain.purge().await.unwrap();
    assert_eq!(ask(&app, &late, KEY, &post("once")).await.data("/createPost/post/id"), made);
    app.advance(TimeDelta::hours(2));
    // Whether or not somebody has cleared up.
    let next = ask(&app, &app.again(&ada), KEY, &post("once")).await.data("/createPost/post/id");
    assert_ne!(next, made);
    assert_eq!(count(&app, "idempotency_keys").await, 1);
    app.advance(TimeDelta::hours(26));
    app.domain.purge().await.unwrap();
    assert_eq!(count(&app, "idempotency_keys").await, 0);
}

#[tokio::test]
async fn what_is_kept_names_neither_who_asked_nor_what_came_of_it() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let answer = ask(&app, &ada, KEY, &beacon("ice")).await;
    let text = |pointer: &str| answer.data(&format!("/createBeacon{pointer}")).as_str().unwrap().to_owned();
    let plain = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let kept = app.database.text("SELECT string_agg(t::text, ' ') FROM idempotency_keys AS t").await;
    assert!(kept.len() > 200, "{kept}");
    let (id, key) = (text("/beacon/id").replace('-', ""), plain(&text("/manageKey")));
    for secret in [id, key, ada.id.simple().to_string(), plain(KEY), plain("ice")] {
        assert!(!kept.contains(&secret), "{secret} is in {kept}");
    }
    // Nor when it was, beyond the hour.
    app.advance(TimeDelta::seconds(800));
    ask(&app, &ada, "another-key-of-ada", &post("later")).await.data("/createPost/post/id");
    assert_eq!(count(&app, "(SELECT DISTINCT kept_until FROM idempotency_keys) AS times").await, 1);
    let names = "SELECT count(DISTINCT key) || ' ' || count(DISTINCT request) FROM idempotency_keys";
    assert_eq!(app.database.text(names).await, "2 2");
}

#[tokio::test]
async fn a_key_is_one_value_that_nobody_guesses() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let long = "x".repeat(201);
    for bad in [
        "",
        "short",
        "has spaces in the middle of it",
        "\"not closed, and rather long",
        &long,
        "fünfzehn-und-mehr-zeichen",
    ] {
        let answer = ask(&app, &ada, bad, &post("never")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_USER_INPUT"), "{bad}");
    }
    let token = format!("Bearer {}", ada.token);
    let headers = [("authorization", token.as_str()), ("idempotency-key", KEY), ("idempotency-key", KEY)];
    assert_eq!(app.post_raw(&headers, json!({ "query": post("never") }).to_string()).await.status, 400);
    assert_eq!(count(&app, "posts").await, 0);
    // In quotation marks, as the draft has it, it is the same.
    let made = ask(&app, &ada, KEY, &post("once")).await.data("");
    assert_eq!(ask(&app, &ada, &format!("\"{KEY}\""), &post("once")).await.data(""), made);
    // What makes nothing needs no key, and minds none.
    assert_eq!(ask(&app, &ada, KEY, "{ viewer { id } }").await.status, 200);
}

#[tokio::test]
async fn a_key_counts_for_streams_of_events_too() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let made = ask(&app, &ada, KEY, &post("once")).await.data("/createPost/post/id");
    let token = format!("Bearer {}", ada.token);
    let headers = [("authorization", token.as_str()), ("idempotency-key", KEY), ("accept", "text/event-stream")];
    let answer = app.post_raw(&headers, json!({ "query": post("once") }).to_string()).await;
    assert!(answer.body.contains(made.as_str().unwrap()), "{}", answer.body);
    assert_eq!(count(&app, "posts").await, 1);
}
