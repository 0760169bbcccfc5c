//! What errors say, to whom, and what they do not.

use http::StatusCode;
use serde_json::json;

use super::{NEW_TYPE, assert_error, hello};
use crate::support::{TestApp, header_of};

#[tokio::test]
async fn a_fault_of_ours_is_told_by_the_id_of_its_request_and_by_nothing_else() {
    let app = TestApp::new().await;
    app.database.run("ALTER TABLE posts RENAME COLUMN body TO away").await;
    let answer = app.ask(None, "{ globalFeed { nodes { id } } }").await;
    assert_eq!(answer.code(), "INTERNAL_SERVER_ERROR");
    let error = &answer.json["errors"][0];
    assert_eq!(error["extensions"]["requestId"], header_of(&answer.headers, "x-request-id"));
    assert_eq!(error["message"], "something went wrong on our side");
}

/// A "did you mean" would tell strangers what there is.
#[tokio::test]
async fn what_there_is_not_is_not_guessed() {
    let app = TestApp::new().await;
    for query in [
        "{ globalFed { nodes { id } } }",
        "{ globalFeed(frst: 1) { nodes { id } } }",
        "{ globalFeed { nodes { bdy } } }",
        "{ node(id: 1) { ... on Pst { id } } }",
    ] {
        let refused = app.ask(None, query).await;
        assert_eq!(refused.codes()[0], "GRAPHQL_VALIDATION_FAILED");
        let said = refused.body.to_lowercase();
        for known in ["did you mean", "globalfeed\\\"?", "body"] {
            assert!(!said.contains(known), "{query}: {said}");
        }
    }
}

#[tokio::test]
async fn a_request_error_is_400_for_those_who_know_the_new_media_type() {
    let app = TestApp::new().await;
    let query = |text: &str| json!({ "query": text }).to_string();
    let cases = [
        (query("{"), "GRAPHQL_PARSE_FAILED"),
        (query(""), "GRAPHQL_PARSE_FAILED"),
        (query("fragment F on Query { __typename }"), "GRAPHQL_PARSE_FAILED"),
        (query("{ nothing }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("{ globalFeed }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("{ post { id } }"), "GRAPHQL_VALIDATION_FAILED"),
        (query(r#"{ post(id: "x", more: 1) { id } }"#), "GRAPHQL_VALIDATION_FAILED"),
        (query("query($id: ID!) { post(id: $id) { id } }"), "GRAPHQL_VALIDATION_FAILED"),
        (
            json!({ "query": "query($id: ID!) { post(id: $id) { id } }", "variables": { "id": null } }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (query("query A { __typename } query B { __typename }"), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A { __typename }", "operationName": "B" }).to_string(), "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (body, code) in cases {
        for (accept, media_type, status) in [
            (None, "application/json; charset=utf-8", 200),
            (Some("*/*"), "application/json; charset=utf-8", 200),
            (Some("application/json"), "application/json; charset=utf-8", 200),
            (Some(NEW_TYPE), "application/graphql-response+json; charset=utf-8", 400),
            (
                Some("application/graphql-response+json, application/json;q=0.9"),
                "application/graphql-response+json; charset=utf-8",
                400,
            ),
        ] {
            let headers: Vec<_> = accept.iter().map(|accept| ("accept", *accept)).collect();
            let answer = app.post_raw(&headers, body.clone()).await;
            assert_error(&answer, status, code);
            assert_eq!(header_of(&answer.headers, "content-type"), media_type, "{body}");
        }
    }
    // Executed is 200 for everybody, errors or not.
    for (body, errors) in [(hello(), false), (query("{ homeFeed { nodes { id } } }"), true)] {
        for (accept, media_type) in [(NEW_TYPE, NEW_TYPE), ("application/json", "application/json")] {
            let answer = app.post_raw(&[("accept", accept)], body.clone()).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(header_of(&answer.headers, "content-type"), format!("{media_type}; charset=utf-8"));
            assert!(answer.json.get("data").is_some());
            assert_eq!(answer.json.get("errors").is_some(), errors);
        }
    }
}

#[tokio::test]
async fn what_stands_in_a_broken_document_is_not_repeated() {
    let app = TestApp::new().await;
    for document in [
        r#"mutation { signIn(input: { login: "ada", password: "hunter2hunter2" ) { session { accessToken } } }"#,
        "mutation {\n signIn(input: { login: \"ada\", password: \"hunter2hunter2\n\" }) { session { accessToken } } }",
        r#"mutation { signIn(input: { login: "ada", password: "hunter2hunter2\x" }) { session { accessToken } } }"#,
        r#"mutation { signIn(input: { login: "ada", password: hunter2hunter2" }) { session { accessToken } } }"#,
        r#"mutation { signIn(input: { login: "ada", password: "hunter2hunter2" }) }"#,
        r#"mutation { signIn(input: { login: "ada", password: "hunter2hunter2", more: 1 }) { session { accessToken } } }"#,
        r#"mutation { signIn(input: { login: 1, password: "hunter2hunter2" }) { session { accessToken } } }"#,
        r#"mutation { signIn(input: { login: "ada", password: hunter2hunter2 }) { session { accessToken } } }"#,
        r#"mutation { signIn(input: { login: "ada", password: ["hunter2hunter2"] }) { session { accessToken } } }"#,
    ] {
        let answer = app.post_raw(&[("accept", NEW_TYPE)], json!({ "query": document }).to_string()).await;
        assert_eq!(answer.status, 400, "{document}: {}", answer.body);
        assert!(!answer.body.contains("hunter2"), "{document}: {}", answer.body);
        assert!(answer.json.get("data").is_none());
    }
    let inline = r#"mutation { signIn(input: "hunter2hunter2") { session { accessToken } } }"#;
    let answer = app.ask(None, inline).await;
    assert!(!answer.codes().is_empty() && !answer.body.contains("hunter2"), "{}", answer.body);
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }";
    for input in [json!("hunter2hunter2"), json!({ "login": "ada", "password": ["hunter2hunter2"] })] {
        let answer = app.ask_with(None, query, json!({ "input": input })).await;
        assert!(!answer.codes().is_empty() && !answer.body.contains("hunter2"), "{}", answer.body);
    }
    // The place is told.
    let answer = app.ask(None, "{\n  globalFeed(\n}").await;
    assert!(answer.json["errors"][0]["locations"][0]["line"].as_u64().unwrap() > 1, "{}", answer.body);
}
