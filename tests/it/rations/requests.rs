//! The budget of requests: whose it is, how it is told, and how it ends.

use axum::body::Body;
use chrono::TimeDelta;
use http::{Request, StatusCode};
use serde_json::json;

use super::server;
use crate::support::{Answer, Database, Socket, TestApp, header_of};

const FEED: &str = "{ globalFeed(first: 99) { nodes { id } } }";

fn standing(answer: &Answer) -> (&str, &str) {
    (header_of(&answer.headers, "ratelimit-policy"), header_of(&answer.headers, "ratelimit"))
}

#[tokio::test]
async fn a_budget_is_spent_by_cost_and_begins_anew() {
    let app = server(|config| config.domain.budgets.cost = 250).await;
    let ada = app.person("ada").await;
    let first = app.ask(&ada, FEED).await;
    assert_eq!(standing(&first), ("\"cost\";q=250;w=60", "\"cost\";r=150;t=60"));
    app.advance(TimeDelta::milliseconds(20_500));
    assert_eq!(standing(&app.ask(&ada, FEED).await).1, "\"cost\";r=50;t=40");
    app.forget_statements();
    let refused = app.ask(&ada, FEED).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert!(refused.json.get("data").is_none());
    assert_eq!(refused.json["errors"][0]["extensions"]["retryAfterMs"], 39_500);
    assert_eq!(header_of(&refused.headers, "retry-after"), "40");
    assert_eq!(standing(&refused).1, "\"cost\";r=49;t=40");
    assert_eq!(app.statements().len(), 1, "it is asked who it is, and nothing else");
    let events =
        app.post_raw(&[("accept", "text/event-stream")], json!({ "query": "{ __typename }" }).to_string()).await;
    assert_eq!(standing(&events), ("\"cost\";q=250;w=60", "\"cost\";r=249;t=60"));
    // What is cheap enough goes on, and others have budgets of their own.
    assert_eq!(app.ask(&ada, "{ globalFeed(first: 9) { nodes { id } } }").await.status, StatusCode::OK);
    let ben = app.person("ben").await;
    assert_eq!(app.ask(&ben, FEED).await.status, StatusCode::OK);
    assert_eq!(app.ask(None, FEED).await.status, StatusCode::OK);
    app.advance(TimeDelta::milliseconds(39_500));
    assert_eq!(standing(&app.ask(&ada, FEED).await).1, "\"cost\";r=150;t=60");
}

#[tokio::test]
async fn batches_and_aliases_cost_what_they_ask_for() {
    let app = server(|config| {
        config.domain.budgets.cost = 250;
        config.http.graphql.max_batch = 10;
    })
    .await;
    let answer = app.post_raw(&[], json!([{ "query": FEED }, { "query": FEED }, { "query": FEED }]).to_string()).await;
    assert!(answer.json[1].get("data").is_some());
    assert_eq!(answer.json[2]["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(standing(&answer), ("\"cost\";q=250;w=60", "\"cost\";r=49;t=60"));
    let ada = app.person("ada").await;
    let twice = "{ a: globalFeed(first: 99) { nodes { id } } b: globalFeed(first: 99) { nodes { id } } }";
    assert_eq!(standing(&app.ask(&ada, twice).await).1, "\"cost\";r=50;t=60");
}

#[tokio::test]
async fn nothing_that_is_looked_at_costs_nothing() {
    let app = server(|config| config.domain.budgets.cost = 4).await;
    let codes = |answer: Answer| (answer.status.as_u16(), answer.code());
    let ada = app.person("ada").await;
    let refused = app.ask(&ada, "{").await;
    assert_eq!(standing(&refused).1, "\"cost\";r=3;t=60");
    assert_eq!(codes(refused), (200, "GRAPHQL_PARSE_FAILED".to_owned()));
    assert_eq!(codes(app.ask(None, "{ nothing }").await), (200, "GRAPHQL_VALIDATION_FAILED".to_owned()));
    app.ask(None, "{ __typename }").await.data("");
    assert_eq!(codes(app.ask(None, "{").await), (200, "GRAPHQL_PARSE_FAILED".to_owned()));
    let bad_token = async || codes(app.ask_by_token(Some("x"), "{ __typename }", json!({})).await);
    assert_eq!(bad_token().await, (401, "UNAUTHENTICATED".to_owned()));
    // Nothing is left, and nothing is looked at any more.
    for query in ["{", "{ __typename }", "{ rateLimit(dryRun: true) { cost } }"] {
        for accept in ["application/graphql-response+json", "application/json"] {
            let refused = app.post_raw(&[("accept", accept)], json!({ "query": query }).to_string()).await;
            assert_eq!(header_of(&refused.headers, "retry-after"), "60");
            assert_eq!(codes(refused), (429, "RATE_LIMITED".to_owned()), "{query} {accept}");
        }
    }
    assert_eq!(bad_token().await, (401, "UNAUTHENTICATED".to_owned()));
    app.ask(&ada, "{ __typename }").await.data("");
}

#[tokio::test]
async fn what_says_nothing_is_charged_as_well() {
    let app = server(|config| {
        config.domain.budgets.cost = 100;
        config.http.graphql.max_batch = 2;
    })
    .await;
    let ada = app.person("ada").await;
    let token = format!("Bearer {}", ada.token);
    let ask = json!({ "query": "{ __typename }" });
    let left = async |token: &[(&str, &str)]| {
        let answer = app.post_raw(token, json!({ "query": "{ rateLimit(dryRun: true) { remaining } }" }).to_string());
        answer.await.data("/rateLimit/remaining").as_u64().unwrap()
    };
    let before = left(&[]).await;
    for refused in [
        app.post_raw(&[], "no JSON".to_owned()).await,
        app.post_raw(&[], json!([ask, ask, ask]).to_string()).await,
        app.post_raw(&[], "[]".to_owned()).await,
        app.get("/graphql?nothing=1").await,
        app.get("/graphql?query=%7B__typename%7D&variables=1").await,
    ] {
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "BAD_USER_INPUT"), "{}", refused.body);
    }
    assert_eq!(left(&[]).await, before - 5);
    let (token, bad_key) = (("authorization", token.as_str()), ("idempotency-key", "short"));
    let key = ("idempotency-key", "one-key-for-several-operations");
    assert_eq!(app.post_raw(&[key], json!([ask, ask]).to_string()).await.status, 400);
    assert_eq!(app.post_raw(&[], " ".repeat((1 << 20) + 1)).await.status, 413);
    assert_eq!(left(&[]).await, before - 7);
    let before = left(&[token]).await;
    assert_eq!(app.post_raw(&[token, bad_key], ask.to_string()).await.status, 400);
    assert_eq!(left(&[token]).await, before - 1);
}

#[tokio::test]
async fn a_bad_token_is_charged_at_every_door() {
    let app = server(|config| {
        config.domain.budgets.cost = 3;
        config.http.graphql.max_batch = 2;
    })
    .await;
    let ask = json!({ "query": "{ __typename }" });
    let bad = ("authorization", "Bearer x");
    let tile = Request::get("/tiles/beacons/3/2/1.mvt").header(bad.0, bad.1).body(Body::empty()).unwrap();
    for refused in [
        app.post_raw(&[bad], ask.to_string()).await,
        app.post_raw(&[bad], json!([ask, ask]).to_string()).await,
        app.send(tile).await,
    ] {
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"));
    }
    assert_eq!(app.ask(None, "{ __typename }").await.status, 429);
    // At that of sockets as well.
    let server = app.serve_with(|config| config.domain.budgets.cost = 1).await;
    let mut socket = Socket::open(&server).await;
    socket.init(Some("x")).await;
    assert_eq!(socket.closed().await.0, 4403);
    assert_eq!(super::super::http::wire::post(server.address, &[], &ask).await.0, 429);
}

#[tokio::test]
async fn addresses_have_budgets_and_only_our_proxies_name_them() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.cost = 150).await;
    let open = app.serve().await;
    let behind =
        app.serve_with(|config| config.http.connections.proxies.networks = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let ask = async |server: &crate::support::Server, said: &str| {
        let said = (!said.is_empty()).then_some(("x-forwarded-for", said));
        super::super::http::wire::post(server.address, said.as_slice(), &json!({ "query": FEED })).await.0
    };
    // Whoever comes directly cannot be somebody else.
    assert_eq!([ask(&open, "").await, ask(&open, "192.0.2.1").await, ask(&open, "192.0.2.2").await], [200, 429, 429]);
    assert_eq!([ask(&behind, "192.0.2.3").await, ask(&behind, "192.0.2.3").await], [200, 429]);
    assert_eq!(ask(&behind, "192.0.2.4").await, 200);
    // What stands before what our proxy has said was made up.
    assert_eq!(ask(&behind, "192.0.2.99, 192.0.2.4").await, 429);
    assert_eq!([ask(&behind, "2001:db8::1").await, ask(&behind, "2001:db8::2").await], [200, 429]);
}

#[tokio::test]
async fn operations_over_a_socket_are_charged_as_well() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.cost = 150).await;
    let server = app.serve().await;
    let ada = app.person("ada").await;
    let mut socket = Socket::connect(&server, Some(&ada.token)).await;
    socket.subscribe_after("one", FEED, None).await;
    assert_eq!(socket.hear().await["type"], "next");
    assert_eq!(socket.hear().await["type"], "complete");
    socket.subscribe_after("two", FEED, None).await;
    let refused = socket.hear().await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("RATE_LIMITED"))
    );
}
