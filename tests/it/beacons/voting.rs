//! What people say of beacons.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{create, end, look_up, made, on_map};
use crate::support::{Answer, Beacon, Person, TestApp};

const FIELDS: &str =
    "beacon { id confidence isPriority vouchCount reportCount viewerVote } userErrors { code message path }";

/// Votes, or takes the vote back.
async fn say<'a>(app: &TestApp, me: impl Into<Option<&'a Person>>, id: impl ToString, vote: Option<&str>) -> Answer {
    let (verb, vote) = match vote {
        Some(vote) => ("voteBeacon", format!(", vote: {vote}")),
        None => ("unvoteBeacon", String::new()),
    };
    let query = format!("mutation($id: ID!) {{ said: {verb}(input: {{ beaconId: $id{vote} }}) {{ {FIELDS} }} }}");
    app.ask_with(me, &query, json!({ "id": id.to_string() })).await
}

/// `(confidence, is it a priority, vouches, reports, what the viewer says)`.
fn seen(beacon: &Value) -> (f64, bool, i64, i64, Option<String>) {
    let number = |field: &str| beacon[field].as_i64().unwrap();
    (
        beacon["confidence"].as_f64().unwrap(),
        beacon["isPriority"].as_bool().unwrap(),
        number("vouchCount"),
        number("reportCount"),
        beacon["viewerVote"].as_str().map(str::to_owned),
    )
}

/// The counters of every beacon are what its votes of active accounts say.
async fn counters_are_right(app: &TestApp) {
    let wrong = "SELECT count(*) FROM posts CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE vote = 'vouch') AS vouches, count(*) FILTER (WHERE vote = 'report') AS reports
            FROM beacon_votes JOIN profiles ON profiles.id = profile_id WHERE beacon_id = posts.id AND state = 'active'
        ) AS voted WHERE is_beacon AND (vouch_count, report_count) IS DISTINCT FROM (vouches, reports)";
    assert_eq!(app.database.number(wrong).await, 0);
}

#[tokio::test]
async fn a_vote_is_one_a_person_and_can_be_replaced_and_taken_back() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let (id, _) = made(&create(&app, &ada, json!({})).await);
    let vouch = |mine: Option<&str>| (0.6, false, 1, 0, mine.map(str::to_owned));
    let report = |mine: Option<&str>| (0.4, false, 0, 1, mine.map(str::to_owned));
    let steps = [
        (Some("VOUCH"), vouch(Some("VOUCH"))),
        (Some("VOUCH"), vouch(Some("VOUCH"))),
        (Some("REPORT"), report(Some("REPORT"))),
        (Some("REPORT"), report(Some("REPORT"))),
        (None, (0.5, false, 0, 0, None)),
        (None, (0.5, false, 0, 0, None)),
        (Some("REPORT"), report(Some("REPORT"))),
        (Some("VOUCH"), vouch(Some("VOUCH"))),
    ];
    for (vote, expected) in steps {
        let answer = say(&app, &ben, id, vote).await;
        assert_eq!(answer.refusals("said"), [""; 0]);
        assert_eq!(seen(&answer.data("/said/beacon")), expected, "{vote:?}");
        assert_eq!(seen(&look_up(&app, Some(&ben), id).await), expected, "{vote:?}");
    }
    // Others see how many, and not who: neither the maker nor who is signed out.
    for viewer in [Some(&ada), None] {
        assert_eq!(seen(&look_up(&app, viewer, id).await), vouch(None));
    }
    counters_are_right(&app).await;
}

#[tokio::test]
async fn three_vouches_make_a_priority_and_five_reports_hide() {
    let app = TestApp::new().await;
    let people = app.crowd(8).await;
    let (id, _) = made(&create(&app, &people[0], json!({})).await);
    for (n, person) in people[..3].iter().enumerate() {
        let answer = say(&app, person, id, Some("VOUCH")).await;
        assert_eq!(answer.data("/said/beacon/isPriority"), json!(n == 2));
    }
    for person in &people[3..7] {
        say(&app, person, id, Some("REPORT")).await;
    }
    assert_eq!(on_map(&app, None).await, (json!([id]), json!(1)));
    // Whoever sends the fifth report sees it go, and is told of no error.
    let answer = say(&app, &people[7], id, Some("REPORT")).await;
    assert_eq!((answer.data("/said/beacon"), answer.refusals("said")), (Value::Null, Vec::new()));
    assert_eq!(on_map(&app, None).await, (json!([]), json!(0)));
    // From now on it does not exist, for those who vote as well.
    for vote in [Some("VOUCH"), Some("REPORT"), None] {
        assert_eq!(say(&app, &people[0], id, vote).await.refusals("said"), ["NOT_FOUND input.beaconId"]);
    }
    counters_are_right(&app).await;
}

#[tokio::test]
async fn what_may_not_be_voted_on_is_refused_and_nothing_is_left() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.private("ada").await, app.person("ben").await);
    let signed = app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(44.9, -93.2) }).await;
    let (own, _) = made(&create(&app, &ben, json!({ "anonymous": false })).await);
    let (resolved, key) = made(&create(&app, &ben, json!({})).await);
    end(&app, None, "resolveBeacon", resolved, key.as_deref()).await;
    let expired =
        app.beacon(Beacon { expires_at: Some(app.now() - TimeDelta::seconds(1)), ..Beacon::at(1.0, 1.0) }).await;
    let post = app.post(&ben, crate::support::Post::public("post")).await;
    let cases = [
        (signed.to_string(), "NOT_FOUND input.beaconId"),
        (expired.to_string(), "NOT_FOUND input.beaconId"),
        (post.to_string(), "NOT_FOUND input.beaconId"),
        (Uuid::new_v4().to_string(), "NOT_FOUND input.beaconId"),
        (own.to_string(), "NOT_ALLOWED input.beaconId"),
        (resolved.to_string(), "CONFLICT input.beaconId"),
        ("x".to_owned(), "INVALID input.beaconId"),
        ("\0".to_owned(), "INVALID input.beaconId"),
        ("9".repeat(10_000), "INVALID input.beaconId"),
    ];
    for (id, refusal) in cases {
        for vote in ["VOUCH", "REPORT"] {
            assert_eq!(say(&app, &ben, &id, Some(vote)).await.refusals("said"), [refusal], "{id:.40}");
        }
    }
    assert_eq!(say(&app, None, own, Some("VOUCH")).await.code(), "UNAUTHENTICATED");
    assert_eq!(app.database.number("SELECT count(*) FROM beacon_votes").await, 0);
    // Who may see it may vote.
    app.follow(&ben, &ada, "accepted").await;
    assert_eq!(say(&app, &ben, signed, Some("VOUCH")).await.refusals("said"), [""; 0]);
}

#[tokio::test]
async fn votes_of_suspended_and_deleted_accounts_do_not_count() {
    let app = TestApp::new().await;
    let people = app.crowd(3).await;
    let (id, _) = made(&create(&app, &people[0], json!({})).await);
    say(&app, &people[1], id, Some("VOUCH")).await;
    say(&app, &people[2], id, Some("REPORT")).await;
    let counts = async || {
        let beacon = look_up(&app, None, id).await;
        (beacon["vouchCount"].as_i64().unwrap(), beacon["reportCount"].as_i64().unwrap())
    };
    for (state, expected) in [("suspended", (0, 1)), ("banned", (0, 1)), ("active", (1, 1))] {
        app.set_state(&people[1], state).await;
        assert_eq!(counts().await, expected, "{state}");
        counters_are_right(&app).await;
    }
    app.database.run(&format!("DELETE FROM profiles WHERE id = '{}'", people[2].id)).await;
    assert_eq!(counts().await, (1, 0));
    app.database.run("DELETE FROM beacon_votes").await;
    assert_eq!(counts().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_the_order_of_voters_counters_equal_votes() {
    let app = Arc::new(TestApp::new().await);
    let people = app.crowd(8).await;
    let mut beacons = Vec::new();
    for _ in 0..3 {
        beacons.push(app.beacon(Beacon::at(44.9, -93.2)).await);
    }
    let acts = (0..240_usize).map(|n| {
        let (app, me, id) = (Arc::clone(&app), people[n % 8].clone(), beacons[n / 8 % 3]);
        tokio::spawn(async move {
            match n / 24 % 5 {
                // Somebody is suspended and restored meanwhile.
                4 if n % 8 == 7 => {
                    app.set_state(&me, "suspended").await;
                    app.set_state(&me, "active").await;
                }
                3 => drop(say(&app, &me, id, None).await),
                round => drop(say(&app, &me, id, Some(["VOUCH", "REPORT", "VOUCH", "", "REPORT"][round])).await),
            }
        })
    });
    for act in join_all(acts).await {
        act.unwrap();
    }
    counters_are_right(&app).await;
}
