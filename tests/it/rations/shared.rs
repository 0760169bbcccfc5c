//! Several servers on one database.

use http::StatusCode;

use crate::support::{Database, TestApp};

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
