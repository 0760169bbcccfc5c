//! Several servers on one database.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::json;

use crate::{
    http::wire,
    support::{Database, Server, TestApp},
};

const FEED: &str = "{ globalFeed(first: 99) { nodes { id } } }";

async fn servers() -> [TestApp; 2] {
    let database = Database::new().await;
    let url = database.url.clone();
    let budget = |config: &mut sojorn::config::Config| config.domain.budgets.cost = 350;
    let one = TestApp::with(database, budget).await;
    let other = one.beside(&url, budget).await;
    [one, other]
}

#[tokio::test]
async fn servers_spend_of_one_budget() {
    let [one, other] = servers().await;
    let ada = one.person("ada").await;
    assert_eq!(one.ask(&ada, FEED).await.status, StatusCode::OK);
    assert_eq!(other.ask(&ada, FEED).await.status, StatusCode::OK);
    for server in [&one, &other, &one] {
        server.domain.share_budgets().await.unwrap();
    }
    assert_eq!(other.ask(&ada, FEED).await.status, StatusCode::OK);
    other.domain.share_budgets().await.unwrap();
    // Here it is known that two were spent, and not yet that it were three.
    assert_eq!(one.ask(&ada, FEED).await.status, StatusCode::OK);
    one.domain.share_budgets().await.unwrap();
    for server in [&one, &other] {
        assert_eq!(server.ask(&ada, FEED).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    // A server that is new knows nothing, and learns it with the first request.
    let third = one.beside(&one.database.url, |config| config.domain.budgets.cost = 350).await;
    assert_eq!(third.ask(&ada, FEED).await.status, StatusCode::OK);
    third.domain.share_budgets().await.unwrap();
    assert_eq!(third.ask(&ada, FEED).await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Without being told to.
#[tokio::test]
async fn servers_tell_each_other_what_was_spent() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.cost = 350).await;
    let ada = app.person("ada").await;
    let (one, other) = (app.serve().await, app.serve().await);
    let token = format!("Bearer {}", ada.token);
    let ask = async |server: &Server| {
        wire::post(server.address, &[("authorization", &token)], &json!({ "query": FEED })).await.0
    };
    assert_eq!([ask(&one).await, ask(&one).await, ask(&one).await], [200; 3]);
    let began = Instant::now();
    // The first lets the other know that it is ada; then it hears what she has spent.
    while ask(&other).await == 200 {
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    assert!(app.database.number("SELECT max(spent) FROM budgets").await <= 500);
}

/// Sign-ins are counted by the database, for all of them at once.
#[tokio::test]
async fn servers_count_sign_ins_together() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.sign_ins = 3).await;
    let servers = [app.serve().await, app.serve().await];
    let query = "mutation { signIn(input: { login: \"nobody\", password: \"not this one\" }) { userErrors { code } } }";
    let mut codes = Vec::new();
    for server in [0, 1, 0, 1, 0] {
        let (status, body) = wire::post(servers[server].address, &[], &json!({ "query": query })).await;
        codes.push((status, body.contains("RATE_LIMITED")));
    }
    assert_eq!(codes, [(200, false), (200, false), (200, false), (429, true), (429, true)]);
}

#[tokio::test]
async fn what_cannot_be_shared_is_shared_later() {
    let [one, other] = servers().await;
    let ada = one.person("ada").await;
    one.ask(&ada, FEED).await;
    one.database.run("ALTER TABLE budgets RENAME TO away").await;
    assert!(one.domain.share_budgets().await.is_err());
    one.ask(&ada, FEED).await;
    one.database.run("ALTER TABLE away RENAME TO budgets").await;
    one.domain.share_budgets().await.unwrap();
    assert_eq!(one.database.number("SELECT spent FROM budgets").await, 200);
    other.ask(&ada, FEED).await;
    other.domain.share_budgets().await.unwrap();
    assert_eq!(other.ask(&ada, FEED).await.status, StatusCode::TOO_MANY_REQUESTS);
    // Whose it is, is not to be read.
    let row = one.database.text("SELECT string_agg(b::text, ',') FROM budgets AS b").await;
    assert!(!row.contains(&ada.id.to_string()) && !row.contains(&ada.id.simple().to_string()), "{row}");
    // When all have ended, none is kept.
    one.advance(chrono::TimeDelta::minutes(1));
    one.domain.forget_budgets().await.unwrap();
    assert_eq!(one.database.number("SELECT count(*) FROM budgets").await, 0);
}
