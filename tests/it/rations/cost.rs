//! What operations cost, as `rateLimit` and `extensions.cost` say it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::server;
use crate::support::{Beacon, Socket, TestApp};

/// What a query costs, without asking it.
async fn cost(app: &TestApp, query: &str, variables: Value) -> u64 {
    let query = query.replacen('{', "{ rateLimit(dryRun: true) { cost } ", 1);
    app.ask_with(None, &query, variables).await.data("/rateLimit/cost").as_u64().unwrap()
}

#[tokio::test]
async fn page_sizes_are_multiplied_down_the_tree() {
    let app = server(|_| ()).await;
    for (query, expected) in [
        ("{ __typename }", 1),
        // The list, and twenty posts with an author each.
        ("{ globalFeed { nodes { id body author { handle } } } }", 1 + 20 * 2),
        ("{ globalFeed { edges { cursor node { id body author { handle } } } pageInfo { endCursor } } }", 1 + 20 * 2),
        ("{ globalFeed(first: 7) { nodes { id } } }", 1 + 7),
        ("{ globalFeed(last: 7) { nodes { id } } }", 1 + 7),
        ("{ globalFeed(first: 5) { nodes { likeCount replyCount } } }", 1 + 5 * 3),
        (
            "{ globalFeed(first: 5) { nodes { replies(first: 3) { nodes { author { id } } } } } }",
            1 + 5 * (1 + 1 + 3 * 2),
        ),
        (r#"{ profile(by: { handle: "x" }) { followers(first: 3) { nodes { id } totalCount } } }"#, 1 + 1 + 3 + 1),
        // As large as a page may be, and no larger: what is more is refused when it is asked for.
        ("{ globalFeed(first: 2147483647) { nodes { id } } }", 1 + 100),
        ("{ globalFeed(first: -5) { nodes { id } } }", 1),
        // A list without pages.
        ("{ nodes(ids: []) { id } }", 1),
        (r#"{ nodes(ids: ["a", "b", "c"]) { id ... on Post { author { id } } } }"#, 1 + 3 * 2),
        (r#"{ nodes(ids: "a") { id } }"#, 1 + 1),
        ("{ beaconClusters(bounds: { south: 0, west: 0, north: 1, east: 1 }, zoom: 3) { count } }", 101),
        ("{ exportMyData }", 1_000),
        ("{ globalFeed(first: 1) { nodes { reactions { emoji count } } } }", 1 + 1 + 1),
        // Twice is twice.
        ("{ a: globalFeed(first: 7) { nodes { id } } b: globalFeed(first: 7) { nodes { id } } }", 2 * (1 + 7)),
        // Fragments, wherever they are spread, once for each.
        (
            "{ globalFeed(first: 7) { nodes { ...A parent { ...A } } } } fragment A on Post { author { id } }",
            1 + 7 * (1 + 1 + 1 + 1),
        ),
        ("{ ... on Query { ... { globalFeed(first: 7) { nodes { id } } } } }", 1 + 7),
        // What may be one of several is the dearest of them.
        (
            r#"{ node(id: "x") { id ... on Post { author { id } } ... on Profile { posts(first: 7) { nodes { id } } } } }"#,
            1 + 1 + 7,
        ),
        (
            r#"{ node(id: "x") { ... on Node { ... on Post { author { id } parent { id } } } ... on Profile { followers(first: 1) { nodes { id } } } } }"#,
            1 + 2,
        ),
        (
            r#"{ search(query: "x", first: 7) { nodes { ... on Post { author { id } } ... on Hashtag { postCount } } } }"#,
            1 + 7 * 2,
        ),
        // What is left out.
        (
            "{ globalFeed(first: 7) { nodes { id author @skip(if: true) { id } parent @include(if: false) { id } } } }",
            1 + 7,
        ),
        ("{ globalFeed(first: 7) { nodes { id author @skip(if: false) { id } } } }", 1 + 7 * 2),
        // What the schema says is at hand.
        ("{ __schema { types { fields { name } } } }", 1 + 1 + 10),
        (
            "{ __schema { ...S types { name } } } fragment S on __Schema { types { fields { args { name } } } }",
            1 + 1 + 10 * 11,
        ),
    ] {
        assert_eq!(cost(&app, query, json!({})).await, expected, "{query}");
    }
    let paged =
        "query($n: Int = 3, $is: Boolean!) { globalFeed(first: $n) { nodes { id author @include(if: $is) { id } } } }";
    for (variables, expected) in [
        (json!({ "is": true }), 1 + 3 * 2),
        (json!({ "is": false, "n": 50 }), 1 + 50),
        (json!({ "is": false, "n": null }), 1 + 20),
    ] {
        assert_eq!(cost(&app, paged, variables.clone()).await, expected, "{variables}");
    }
}

#[tokio::test]
async fn what_an_operation_costs_is_told_where_it_is_asked_for() {
    let app = server(|_| ()).await;
    let query = "{ rateLimit { cost limit remaining resetAt } globalFeed(first: 9) { nodes { id } } }";
    let standing = |remaining: u64| json!({ "cost": 10, "limit": 20_000, "remaining": remaining, "resetAt": "2026-03-01T12:01:00+00:00" });
    assert_eq!(app.ask(None, query).await.data("/rateLimit"), standing(20_000 - 10));
    app.advance(TimeDelta::seconds(30));
    let body = json!({ "query": query, "extensions": { "cost": true } }).to_string();
    let answer = app.post_raw(&[], body).await;
    assert_eq!(answer.json["extensions"], json!({ "cost": standing(20_000 - 20) }));
    assert_eq!(answer.data("/rateLimit"), standing(20_000 - 20));
    for extensions in [json!({}), json!({ "cost": false }), json!({ "cost": 1 })] {
        let body = json!({ "query": "{ __typename }", "extensions": extensions }).to_string();
        assert_eq!(app.post_raw(&[], body).await.json.get("extensions"), None);
    }
}

#[tokio::test]
async fn a_mutation_costs_more_unless_it_is_left_out() {
    let app = server(|_| ()).await;
    let ada = app.person("ada").await;
    let post = "createPost(input: { body: \"hello\" })";
    for (query, expected) in [
        (format!("mutation {{ {post} {{ post {{ id }} }} }}"), 10 + 1),
        (format!("mutation {{ a: {post} {{ post {{ id }} }} b: {post} {{ post {{ id author {{ id }} }} }} }}"), 20 + 3),
        (format!("mutation {{ {post} @skip(if: true) {{ post {{ id }} }} }}"), 1),
        (format!("mutation {{ ... @include(if: false) {{ {post} {{ post {{ id }} }} }} __typename }}"), 10),
        (format!("mutation {{ ...F }} fragment F on Mutation {{ {post} {{ post {{ id }} }} }}"), 10 + 1),
    ] {
        let body = json!({ "query": query, "extensions": { "cost": true } }).to_string();
        let token = format!("Bearer {}", ada.token);
        let answer = app.post_raw(&[("authorization", &token)], body).await;
        assert_eq!(answer.json["extensions"]["cost"]["cost"], expected, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_stream_tells_once_what_it_costs() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    let watch =
        "subscription { beaconChanged(area: { circle: { center: { latitude: 45, longitude: -93 } } }) { kind } }";
    let payload = json!({ "query": watch, "extensions": { "cost": true } });
    socket.say(&json!({ "type": "subscribe", "id": "map", "payload": payload })).await;
    socket.settle().await;
    let mut costs = Vec::new();
    for _ in 0..2 {
        app.beacon(Beacon::at(45.0, -93.0)).await;
        let heard = socket.hear().await;
        assert_eq!(heard["payload"]["data"]["beaconChanged"]["kind"], "CREATED", "{heard}");
        costs.push(heard["payload"]["extensions"]["cost"]["cost"].clone());
    }
    assert_eq!(costs, [json!(1), Value::Null]);
}

#[tokio::test]
async fn a_dry_run_charges_nothing_and_does_nothing() {
    let app = server(|_| ()).await;
    let ada = app.person("ada").await;
    let dear = "{ rateLimit(dryRun: true) { cost remaining }
                  globalFeed(first: 100) { nodes { replies(first: 100) { nodes { id } } } } ...F }
                fragment F on Query { __typename }";
    assert_eq!(app.ask(&ada, "{ rateLimit { remaining } }").await.data("/rateLimit/remaining"), 20_000 - 1);
    app.forget_statements();
    for _ in 0..3 {
        // More than any operation may cost: it is told all the same.
        let data = app.ask(&ada, dear).await.data("");
        assert_eq!(data, json!({ "rateLimit": { "cost": 1 + 100 * (1 + 1 + 100), "remaining": 19_999 } }));
    }
    // Who is asking, and nothing else.
    assert_eq!(app.statements().len(), 3);
    let by_variable = "query($dry: Boolean = true, $if: Boolean! = false) { rateLimit(dryRun: $dry) { remaining }
                           a: globalFeed(first: 100) @skip(if: $if) { nodes { id } }
                           b: globalFeed(first: 100) @include(if: true) @skip(if: false) { nodes { id } } }";
    let answer = app.ask(&ada, by_variable).await;
    assert_eq!(answer.data(""), json!({ "rateLimit": { "remaining": 19_999 } }));
    // Whatever decides of the rest.
    let query = "query($on: Boolean!, $off: Boolean!) { a: globalFeed @include(if: $on) { nodes { id } }
        rateLimit(dryRun: true) { cost } b: globalFeed @include(if: $on) @skip(if: $off) { nodes { id } } }";
    let answer = app.ask_with(&ada, query, json!({ "on": true, "off": false })).await;
    assert_eq!(answer.data(""), json!({ "rateLimit": { "cost": 42 } }));
    let query = "{ rateLimit(dryRun: true) @skip(if: true) { cost } globalFeed(first: 1) { nodes { id } } }";
    assert_eq!(app.ask(None, query).await.data(""), json!({ "globalFeed": { "nodes": [] } }));
    let answer = app.ask_with(&ada, by_variable, json!({ "dry": false })).await;
    assert_eq!(answer.data("/rateLimit/remaining"), 19_999 - 202);
    assert_eq!(answer.data("/b/nodes"), json!([]));
    // Asked for without it, nothing is dry.
    let wet = "{ rateLimit { remaining } ... { not: rateLimit(dryRun: false) { cost } } globalFeed(first: 9) { nodes { id } } }";
    assert_eq!(app.ask(&ada, wet).await.data("/rateLimit/remaining"), 19_999 - 202 - 10);
}
