//! Variables that are not given.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::get::address;
use crate::support::{Beacon, Person, Socket, TestApp};

const BIO: &str = "mutation ($bio: String) { updateProfile(input: { bio: $bio }) { profile { bio } } }";

async fn update(app: &TestApp, ada: &Person, query: &str, variables: Value) -> Value {
    app.ask_with(ada, query, variables).await.data("/updateProfile/profile/bio")
}

#[tokio::test]
async fn what_is_not_given_is_not_changed_and_null_clears() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let in_fragment = "mutation ($bio: String) { ...F }
        fragment F on Mutation { updateProfile(input: { bio: $bio }) { profile { bio } } }";
    let by_default = "mutation ($bio: String = \"usual\") { updateProfile(input: { bio: $bio }) { profile { bio } } }";
    for query in [BIO, in_fragment] {
        assert_eq!(update(&app, &ada, query, json!({ "bio": "hello" })).await, "hello", "{query}");
        assert_eq!(update(&app, &ada, query, json!({})).await, "hello", "{query}");
        assert_eq!(update(&app, &ada, query, json!({ "bio": null })).await, Value::Null, "{query}");
    }
    assert_eq!(update(&app, &ada, by_default, json!({})).await, "usual");
    assert_eq!(update(&app, &ada, by_default, json!({ "bio": null })).await, Value::Null);
}

/// The beacons within 5,000 metres, or as many as are said.
#[tokio::test]
async fn what_is_not_given_is_the_default() {
    let app = TestApp::new().await;
    for metres in [1_000, 4_000, 9_000] {
        app.beacon(Beacon::at(44.9778 + f64::from(metres) / 111_200.0, -93.265)).await;
    }
    let query = "query ($radius: Float, $first: Int, $order: BeaconOrder) {
        beacons(area: { circle: { center: { latitude: 44.9778, longitude: -93.265 }, radiusMeters: $radius } },
            first: $first, orderBy: $order) { nodes { id } pageInfo { hasNextPage } } }";
    let count = async |variables: Value| {
        app.ask_with(None, query, variables).await.data("/beacons/nodes").as_array().unwrap().len()
    };
    assert_eq!(count(json!({})).await, 2);
    assert_eq!(count(json!({ "radius": 2_000 })).await, 1);
    assert_eq!(count(json!({ "radius": 20_000 })).await, 3);
    assert_eq!(count(json!({ "radius": 20_000, "first": 1, "order": "NEWEST" })).await, 1);
    // Null is a value, and none for a distance.
    let refused = app.ask_with(None, query, json!({ "radius": null })).await;
    assert_eq!(refused.codes(), ["GRAPHQL_VALIDATION_FAILED"], "{}", refused.body);
}

#[tokio::test]
async fn whether_a_document_is_good_does_not_depend_on_what_is_given() {
    let app = TestApp::new().await;
    for query in [
        // Of another type, in a place that has no such argument, field or type, where something has to stand, used by nobody.
        "query ($v: String) { globalFeed(first: $v) { nodes { id } } }",
        "query ($v: [Int]) { globalFeed(first: $v) { nodes { id } } }",
        "query ($v: Int) { globalFeed(number: $v) { nodes { id } } }",
        "query ($v: Int) { globalFeed { nodes { id(a: $v) } } }",
        "query ($v: Int) { globalFeed(first: $v) }",
        "query ($v: ID) { post(id: $v) { id } }",
        "query ($v: Int) { globalFeed { nodes { id } } }",
        "query ($v: GeoCircleInput) { beacons(area: { circle: $v }) { nodes { id } } }",
        "query ($v: Int) { ...F } fragment F on Query { globalFeed(first: $v, last: $w) { nodes { id } } }",
        "query A($v: Int) { ...F } query B($v: String) { ...F } fragment F on Query { globalFeed(first: $v) { nodes { id } } }",
        "mutation ($v: Int) { updateProfile(input: { bio: $v }) { profile { id } } }",
        "query ($v: [Bogus] = [1]) { __typename }",
        "query ($v: Post) { __typename }",
        "query ($v: BeaconOrder = secretword) { beacons(area: { circle: { center: { latitude: 1, longitude: 1 } } },
            orderBy: $v) { nodes { id } } }",
        "query ($v: Boolean) { __schema { queryType { name @include(if: $v) } } }",
        "query ($v: String) { __type(name: $v) { name } }",
        // Words are written as such, and come as texts in JSON alone.
        "query ($v: BeaconOrder = \"NEWEST\") { beacons(area: { circle: { center: { latitude: 1, longitude: 1 } } },
            orderBy: $v) { nodes { id } } }",
        "query ($v: Int) { beacons(area: { circle: { center: { latitude: 1, longitude: 1 } } }, orderBy: \"NEWEST\",
            first: $v) { nodes { id } } }",
        "query ($v: [SearchKind!] = [POST, \"POST\"]) { search(query: \"x\", kinds: $v) { nodes { __typename } } }",
        // As wrong where it is left out, or another operation is asked for.
        "query ($v: Int) { globalFeed(first: $v) { nodes { author { posts(kind: \"ALL\") @skip(if: true) { nodes { id } } } } } }",
        "query ($v: Int) { globalFeed(first: $v) { nodes { id } } ... @include(if: false) { b: globalFeed(last: 5000000000) {
            nodes { id } } } }",
        "query A($v: Int) { globalFeed(first: $v) { nodes { id } } } query B { globalFeed(first: \"1\") { nodes { id } } }",
        "query A($v: Int) { globalFeed(first: $v) { nodes { id } } } query B { nodes(ids: [\"a\", {}]) { id } }",
        "query ($v: ID! = null) { post(id: $v) { id } }",
        "query ($v: ID = null) { post(id: $v) { id } }",
        "query ($v: [ID]) { nodes(ids: $v) { id } }",
        "query ($v: [ID]!) { nodes(ids: $v) { id } }",
        "query ($v: [[ID!]!]!) { nodes(ids: $v) { id } }",
        "query ($v: ID) { nodes(ids: [$v]) { id } }",
        "query ($v: ID!) { nodes(ids: $v) { id } }",
        "query ($v: Boolean) { __typename @include(if: $v) }",
        "query ($v: String!) { __typename ... @skip(if: $v) { __typename } }",
    ] {
        // Whatever would be given, be it what the place wants.
        let given = [Value::Null, json!(1), json!(true), json!("a"), json!(["a"]), json!([["a"]]), json!("POST")];
        let circle = json!({ "center": { "latitude": 1, "longitude": 1 }, "radiusMeters": 1 });
        let variables = given.into_iter().chain([circle]).map(|value| json!({ "v": value }));
        for variables in [json!({})].into_iter().chain(variables) {
            let name = query.contains(" A(").then_some("A");
            let body = json!({ "query": query, "operationName": name, "variables": variables });
            let refused = app.post_raw(&[("accept", super::NEW_TYPE)], body.to_string()).await;
            super::assert_error(&refused, 400, "GRAPHQL_VALIDATION_FAILED");
            assert!(!refused.body.contains("secretword"), "{}", refused.body);
        }
    }
    for (query, variables) in [
        ("query ($v: ID! = \"a\") { post(id: $v) { id } }", json!({})),
        ("query ($v: ID = \"a\") { post(id: $v) { id } }", json!({})),
        ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", json!({ "v": [] })),
        ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", json!({ "v": "a" })),
        ("query ($v: ID!) { nodes(ids: [$v]) { id } }", json!({ "v": "a" })),
        ("query ($v: Boolean = true) { __typename @include(if: $v) }", json!({})),
        ("query ($v: Int!) { globalFeed(first: $v) { nodes { id } } }", json!({ "v": 1 })),
        ("query ($v: Boolean) { __type(name: \"Post\") { fields(includeDeprecated: $v) { name } } }", json!({})),
        ("query ($v: Boolean!) { rateLimit { cost __typename @include(if: $v) } }", json!({ "v": true })),
        (
            "query ($v: GeoCircleInput = { center: { latitude: 1, longitude: 1 } }) {
                beacons(area: { circle: $v }) { nodes { id } } }",
            json!({}),
        ),
    ] {
        let body = json!({ "query": query, "variables": variables });
        let answer = app.post_raw(&[("accept", super::NEW_TYPE)], body.to_string()).await;
        assert!(!answer.codes().contains(&"GRAPHQL_VALIDATION_FAILED".to_owned()), "{query}: {}", answer.body);
    }
    // What another operation makes of a variable of the same name is not looked at, and nothing is quoted.
    let other = "query A($v: Int) { globalFeed(first: $v) { nodes { id } } }
        query B($v: String!) { hashtag(name: $v) { name } } query C($v: BeaconOrder = NEWEST) { beacons(
            area: { circle: { center: { latitude: 1, longitude: 1 } } }, orderBy: $v) { nodes { id } } }";
    for (name, variables) in [("A", json!({ "v": 1 })), ("A", json!({})), ("B", json!({ "v": "secretword" }))] {
        let body = json!({ "query": other, "operationName": name, "variables": variables });
        let answer = app.post_raw(&[("accept", super::NEW_TYPE)], body.to_string()).await;
        assert!(answer.codes().is_empty(), "{name} {variables}: {}", answer.body);
    }
    // And a good one is good whichever of its operations is asked for.
    let two = "query A($v: Int) { ...F } query B($v: Int) { ...F } query C { __typename }
        fragment F on Query { globalFeed(first: $v) { nodes { author { posts(first: $v) { nodes { id } } } } } }";
    for name in ["A", "B", "C"] {
        for variables in [json!({}), json!({ "v": null }), json!({ "v": 1 })] {
            let body = json!({ "query": two, "operationName": name, "variables": variables });
            let answer = app.post_raw(&[("accept", super::NEW_TYPE)], body.to_string()).await;
            assert!(answer.codes().is_empty(), "{name} {variables}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn who_watches_may_leave_out_as_much() {
    let app = TestApp::new().await;
    let server = app.serve().await;
    let watch = "subscription ($radius: Float) { beaconChanged(area: { circle:
        { center: { latitude: 44.9778, longitude: -93.265 }, radiusMeters: $radius } }) { kind } }";
    let mut socket = Socket::connect(&server, None).await;
    socket.subscribe("near", watch).await;
    socket.settle().await;
    app.beacon(Beacon::at(44.98, -93.265)).await;
    assert_eq!(socket.event("near").await, json!({ "beaconChanged": { "kind": "CREATED" } }));
}

#[tokio::test]
async fn what_is_not_given_is_not_given_by_whatever_way_a_document_comes() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let token = format!("Bearer {}", ada.token);
    // With a key: the same is the same.
    let create = "mutation ($body: String!, $parent: ID, $is: Boolean = true) {
        createPost(input: { body: $body, parentId: $parent, allowReplies: $is }) { post { id } } }";
    let made = async |variables: Value| {
        let body = json!({ "query": create, "variables": variables }).to_string();
        app.post_raw(&[("authorization", &token), ("idempotency-key", "a-key-of-ada-herself")], body).await
    };
    let first = made(json!({ "body": "once" })).await.data("/createPost/post/id");
    assert_eq!(made(json!({ "body": "once" })).await.data("/createPost/post/id"), first);
    assert_eq!(made(json!({ "body": "other" })).await.codes(), ["IDEMPOTENCY_KEY_REUSED"]);
    // By its hash.
    assert_eq!(update(&app, &ada, BIO, json!({ "bio": "hello" })).await, "hello");
    let hash: String = Sha256::digest(BIO).iter().map(|byte| format!("{byte:02x}")).collect();
    let named = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    for body in [json!({ "query": BIO, "extensions": named }), json!({ "extensions": named })] {
        let answer = app.post_raw(&[("authorization", &token)], body.to_string()).await;
        assert_eq!(answer.data("/updateProfile/profile/bio"), "hello", "{body}");
    }
    // To see what it costs, and in the address.
    let feed = "query ($n: Int, $cost: Boolean = true) {
        rateLimit(dryRun: $cost) { cost } globalFeed(first: $n) { nodes { id } } }";
    assert_eq!(app.ask(&ada, feed).await.data(""), json!({ "rateLimit": { "cost": 21 } }));
    let address = address(&[("query", "query ($n: Int) { globalFeed(first: $n) { nodes { body } } }")]);
    let answer = super::call(&app, http::Method::GET, &address, &[("authorization", &token)]).await;
    assert_eq!(answer.data("/globalFeed/nodes"), json!([{ "body": "once" }]));
}
