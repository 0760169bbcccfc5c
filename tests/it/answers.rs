//! The shape of answers. Later versions of async-graphql leave a failing non-null field out and answer in the order in
//! which fields finish; what is held here is why the version in Cargo.toml is pinned.

use std::time::Duration;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Result, Schema};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Beacon, Post, TestApp};

struct Query;
struct Parent;

#[Object]
impl Query {
    async fn parent(&self) -> Option<Parent> {
        Some(Parent)
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }
}

#[Object]
impl Parent {
    async fn bad(&self) -> Result<i32> {
        tokio::task::yield_now().await;
        Err("no".into())
    }

    async fn good(&self) -> i32 {
        1
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        1
    }
}

async fn answer(query: &str) -> (String, Vec<Value>) {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let answer = serde_json::to_value(schema.execute(query).await).unwrap();
    let text = serde_json::to_string(&schema.execute(query).await.data).unwrap();
    (text, answer["errors"].as_array().cloned().unwrap_or_default())
}

#[tokio::test]
async fn a_failing_non_null_field_makes_its_parent_null() {
    for query in ["{ parent { bad good } }", "{ parent { good bad } }", "{ parent { good ... { bad } slow } }"] {
        let (data, errors) = answer(query).await;
        assert_eq!(data, r#"{"parent":null}"#, "{query}");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0]["path"], json!(["parent", "bad"]));
    }
}

#[tokio::test]
async fn fields_come_in_the_order_of_the_query() {
    assert_eq!(answer("{ slow fast }").await.0, r#"{"slow":1,"fast":2}"#);
    assert_eq!(answer("{ fast slow }").await.0, r#"{"fast":2,"slow":1}"#);
    assert_eq!(
        answer("{ b: slow a: fast parent { slow good } }").await.0,
        r#"{"b":1,"a":2,"parent":{"slow":1,"good":1}}"#
    );
}

#[tokio::test]
async fn an_error_in_one_field_leaves_the_rest_of_the_answer() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.post(&ada, Post::public("hello")).await;
    let query = "{ globalFeed { nodes { body } } homeFeed { nodes { body } } viewer { id } post(id: \"7\") { id }
                   profile(by: { handle: \"ada\" }) { handle } }";
    let answer = app.ask(None, query).await;
    assert_eq!(answer.status, StatusCode::OK);
    let rest = json!({
        "globalFeed": { "nodes": [{ "body": "hello" }] }, "homeFeed": null, "viewer": null, "post": null,
        "profile": { "handle": "ada" },
    });
    assert_eq!(answer.json["data"], rest);
    let errors = answer.json["errors"].as_array().unwrap();
    let of = |field: &str| errors.iter().find(|error| error["path"] == json!([field])).unwrap();
    assert_eq!(errors.len(), 2, "{}", answer.body);
    assert_eq!(of("homeFeed")["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(of("post")["extensions"], json!({ "code": "BAD_USER_INPUT", "argument": "id" }));
    // Signed in, the same question is answered whole.
    let answer = app.ask(&ada, "{ homeFeed { nodes { body } } }").await;
    assert_eq!(answer.data("/homeFeed/nodes"), json!([{ "body": "hello" }]));
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query_on_our_schema() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let post = app.post(&ada, Post::public("hello")).await;
    // `postCount` and `posts` ask the database, the others do not.
    let query = format!(
        "{{ z: post(id: \"{post}\") {{ body author {{ postCount handle posts {{ nodes {{ id body }} }} id }} id }}
            a: viewer {{ email profile {{ handle }} }} __typename globalFeed {{ pageInfo {{ hasNextPage }} nodes {{ id }} }} }}"
    );
    let answer = app.ask(&ada, &query).await;
    let expected = format!(
        r#"{{"data":{{"z":{{"body":"hello","author":{{"postCount":1,"handle":"ada","posts":{{"nodes":[{{"id":"{post}","body":"hello"}}]}},"id":"{}"}},"id":"{post}"}},"a":{{"email":"","profile":{{"handle":"ada"}}}},"__typename":"Query","globalFeed":{{"pageInfo":{{"hasNextPage":false}},"nodes":[{{"id":"{post}"}}]}}}}}}"#,
        ada.id
    );
    assert_eq!(answer.body, expected);
}

#[tokio::test]
async fn aliases_ask_for_the_same_field_in_several_ways() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for body in ["one", "two", "three"] {
        app.post(&ada, Post::public(body)).await;
    }
    let query = "{ newest: globalFeed(first: 1) { nodes { body text: body } }
                   oldest: globalFeed(last: 1) { nodes { body } } }";
    let data = app.ask(None, query).await.data("");
    let newest = json!([{ "body": "three", "text": "three" }]);
    assert_eq!((&data["newest"]["nodes"], &data["oldest"]["nodes"]), (&newest, &json!([{ "body": "one" }])));
}

#[tokio::test]
async fn fragments_tell_nodes_apart() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let post = app.post(&ada, Post::public("hello")).await;
    let beacon = app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(10.0, 10.0) }).await;
    let viewer = app.ask(&ada, "{ viewer { id } }").await.data("/viewer/id");
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { kind: __typename id ...P ...B ...V
                     ... on Profile { handle } ... on Node @include(if: true) { again: id } } }
                 fragment P on Post { body author { ...H } } fragment B on Beacon { body maker: author { ...H } }
                 fragment V on Viewer { profile { ...H } } fragment H on Profile { handle }";
    let ids = json!([viewer, ada.id, post, beacon, uuid::Uuid::new_v4()]);
    let answer = app.ask_with(&ada, query, json!({ "ids": ids })).await;
    let of_ada = json!({ "handle": "ada" });
    let expected = json!([
        { "kind": "Viewer", "id": ids[0], "profile": of_ada, "again": ids[0] },
        { "kind": "Profile", "id": ids[1], "handle": "ada", "again": ids[1] },
        { "kind": "Post", "id": ids[2], "body": "hello", "author": of_ada, "again": ids[2] },
        { "kind": "Beacon", "id": ids[3], "body": "a beacon", "maker": of_ada, "again": ids[3] },
        null,
    ]);
    assert_eq!(answer.data("/nodes"), expected);
    // The same id twice is the same thing twice; an id that is none is an error at its place alone.
    let ids = json!([post, post, "nonsense"]);
    let answer = app.ask_with(None, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    assert_eq!(answer.partial("/nodes"), json!([{ "id": post }, { "id": post }, null]));
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert_eq!(answer.json["errors"][0]["path"], json!(["nodes", 2]));
}

/// async-graphql takes it for false.
#[tokio::test]
async fn the_default_of_a_variable_decides_what_is_skipped_and_included() {
    let app = TestApp::new().await;
    let query = "query($on: Boolean! = true, $off: Boolean! = false) {
        a: viewer @include(if: $on) { id } b: viewer @skip(if: $on) { id }
        c: viewer @include(if: $off) { id } d: viewer @skip(if: $off) { id } }";
    assert_eq!(app.ask(None, query).await.data(""), json!({ "a": null, "d": null }));
    let other = json!({ "on": false, "off": true });
    assert_eq!(app.ask_with(None, query, other).await.data(""), json!({ "b": null, "c": null }));
    // In the operation that is executed, not in another one of the document.
    let two = "query A($on: Boolean! = true) { a: viewer @include(if: $on) { id } }
        query B($on: Boolean! = false) { b: viewer @skip(if: $on) { id } }";
    for (name, expected) in [("A", json!({ "a": null })), ("B", json!({ "b": null }))] {
        let body = json!({ "query": two, "operationName": name }).to_string();
        assert_eq!(app.post_raw(&[], body).await.data(""), expected);
    }
}

/// async-graphql carries it out as often as it stands there.
#[tokio::test]
async fn a_mutation_that_stands_twice_is_carried_out_once() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let once = "createPost(input: { body: \"once\" })";
    let query = format!("mutation {{ {once} {{ post {{ body }} }} ... {{ {once} {{ userErrors {{ code }} }} }} }}");
    let payload = json!({ "post": { "body": "once" }, "userErrors": [] });
    assert_eq!(app.ask(&ada, &query).await.data("/createPost"), payload);
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 1);
    // Wherever it stands at the root, and whatever decides that it does.
    for (n, query) in [
        "{ ONCE { post { a: body } } ... on Mutation { ONCE { post { b: body } } } }",
        "{ ...F ONCE { post { a: body } } ...F } fragment F on Mutation { ONCE { post { b: body } } }",
        "{ ... @include(if: true) { ... on Mutation @skip(if: false) { ONCE { post { a: body } } } } ONCE { post { b: body } } }",
        "($on: Boolean! = true, $off: Boolean! = false) { ONCE @include(if: $on) { post { a: body } } ...F @skip(if: $off) }
            fragment F on Mutation { ... on Mutation @include(if: $off) { ONCE { __typename } } ...G }
            fragment G on Mutation { ONCE @skip(if: $off) { post { b: body } } }",
    ]
    .iter()
    .enumerate()
    {
        let query = format!("mutation {query}").replace("ONCE", &format!("createPost(input: {{ body: \"{n}\" }})"));
        let both = json!({ "post": { "a": n.to_string(), "b": n.to_string() } });
        assert_eq!(app.ask(&ada, &query).await.data(""), json!({ "createPost": both }), "{query}");
        assert_eq!(app.database.number(&format!("SELECT count(*) FROM posts WHERE body = '{n}'")).await, 1, "{query}");
    }
    app.database.run("DELETE FROM posts WHERE body <> 'once'").await;
    // A condition that is null is none.
    let query =
        "mutation($off: Boolean = false) { createPost(input: { body: \"null\" }) @skip(if: $off) { post { id } }
        createPost(input: { body: \"null\" }) { __typename } }";
    let refused = app.ask_with(&ada, query, json!({ "off": null })).await;
    assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE body = 'null'").await, 0);
    app.database.run("DELETE FROM posts WHERE body <> 'once'").await;
    for misplaced in ["@nonsense", "@skip(if: false)"] {
        let query = format!(
            "mutation {{ ...F }} fragment F on Mutation {misplaced} {{ createPost(input: {{ body: \"x\" }}) {{ __typename }} }}"
        );
        assert_eq!(app.ask(&ada, &query).await.code(), "GRAPHQL_VALIDATION_FAILED", "{misplaced}");
    }
    let unknown = "mutation { ...F @skip(if: true) } fragment F on Mutation { nothing }";
    assert_eq!(app.ask(&ada, unknown).await.code(), "GRAPHQL_VALIDATION_FAILED");
    // Under two names, or with another input, it is another one; one name for two is refused.
    let query = format!("mutation {{ a: {once} {{ __typename }} b: {once} {{ __typename }} }}");
    app.ask(&ada, &query).await.data("/b");
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 3);
    let query = query.replace("b: createPost(input: { body: \"once\" })", "a: createPost(input: { body: \"twice\" })");
    assert_eq!(app.ask(&ada, &query).await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 3);
}

/// async-graphql keeps the part that is left.
#[tokio::test]
async fn an_object_that_is_asked_for_twice_is_null_as_a_whole() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let query = "{ viewer { email } viewer { followRequests(first: 0) { totalCount } } __typename }";
    let answer = app.ask(&ada, query).await;
    assert_eq!(
        (answer.partial(""), answer.code()),
        (json!({ "viewer": null, "__typename": "Query" }), "PAGE_SIZE".to_owned())
    );
    // Wherever it is asked for.
    let post = app.post(&ada, Post::public("before")).await;
    let reply = app.post(&ada, Post { parent: Some(post), ..Post::public("after") }).await;
    let fields = "parent { author { followers(first: 0) { totalCount } } }";
    for query in [
        "{ post(id: ID) { parent { body } ...F } } fragment F on Post { FIELDS }",
        "{ post(id: ID) { ...F parent { body } } } fragment F on Post { FIELDS }",
        "{ post(id: ID) { ... on Post { parent { body } } ... on Post { FIELDS } } }",
        "{ post: node(id: ID) { ... on Post { parent { body } } ... on Post { FIELDS } ... on Profile { handle } } }",
        "{ post: node(id: ID) { ... on Node { ...F } ... on Post { parent { body } } } } fragment F on Post { FIELDS }",
        "{ post(id: ID) { parent { body } } ...Q } fragment Q on Query { post(id: ID) { FIELDS } }",
    ] {
        let query = query.replace("FIELDS", fields).replace("ID", &format!("\"{reply}\""));
        let answer = app.ask(&ada, &query).await;
        assert_eq!(
            (answer.partial(""), answer.code()),
            (json!({ "post": { "parent": null } }), "PAGE_SIZE".to_owned())
        );
    }
}

#[tokio::test]
async fn what_would_be_the_same_only_by_its_values_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let twice = "mutation ($a: URL, $b: URL) { createPost(input: { body: \"x\", imageUrl: $a }) { post { id } }
        createPost(input: { body: \"x\", imageUrl: $b }) { post { body } } }";
    let once = "mutation ($a: URL) { createPost(input: { body: \"x\", imageUrl: $a }) { post { id } }
        createPost(input: { body: \"x\" }) { post { body } } }";
    for query in [twice, once] {
        for variables in [json!({}), json!({ "a": null, "b": null })] {
            assert_eq!(app.ask_with(&ada, query, variables).await.code(), "GRAPHQL_VALIDATION_FAILED");
        }
    }
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 0);
}

/// An object of which everything is left out is there.
#[tokio::test]
async fn an_object_may_have_no_fields() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let query = "query ($yes: Boolean!) { viewer { id @skip(if: $yes) ... @skip(if: $yes) { email } }
        node(id: ID) { __typename @skip(if: $yes) } search(query: \"ada\") { nodes { ... on Post { id } } } }";
    let query = query.replace("ID", &format!("\"{}\"", ada.id));
    let expected = json!({ "viewer": {}, "node": {}, "search": { "nodes": [{}] } });
    assert_eq!(app.ask_with(&ada, &query, json!({ "yes": true })).await.data(""), expected);
    assert_eq!(app.ask(None, "{ viewer @skip(if: true) { id } }").await.data(""), json!({}));
}
