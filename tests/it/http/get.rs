//! Queries in the address.

use http::Method;
use serde_json::json;

use super::{NEW_TYPE, assert_error, call};
use crate::support::{Answer, TestApp, header_of};

pub(super) fn address(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/graphql?{query}")
}

async fn get(app: &TestApp, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    call(app, Method::GET, &address(parameters), headers).await
}

#[tokio::test]
async fn a_query_may_stand_in_the_address() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let query = "query One($h: String!) { profile(by: { handle: $h }) { handle } } query Two { viewer { id } }";
    let variables = json!({ "h": "ada" }).to_string();
    let answer =
        get(&app, &[("query", query), ("variables", &variables), ("operationName", "One"), ("more", "1")], &[]).await;
    assert_eq!(answer.data("/profile/handle"), "ada");
    assert_eq!(header_of(&answer.headers, "cache-control"), "no-store");
    let token = format!("Bearer {}", ada.token);
    let answer = get(&app, &[("query", query), ("operationName", "Two")], &[("authorization", &token)]).await;
    assert!(answer.data("/viewer/id").is_string());
    assert_error(
        &get(&app, &[("query", "{ nothing }")], &[("accept", NEW_TYPE)]).await,
        400,
        "GRAPHQL_VALIDATION_FAILED",
    );
    assert_error(&get(&app, &[("query", "{")], &[]).await, 200, "GRAPHQL_PARSE_FAILED");
    assert_error(
        &get(&app, &[("query", "{ __typename }")], &[("authorization", "Bearer x")]).await,
        401,
        "UNAUTHENTICATED",
    );
}

#[tokio::test]
async fn nothing_is_changed_by_an_address() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    let token = format!("Bearer {}", ada.token);
    let write = r#"mutation Write { createPost(input: { body: "hello" }) { post { id } } }"#;
    for (query, name) in [(write.to_owned(), None), (format!("query Read {{ __typename }} {write}"), Some("Write"))] {
        let mut parameters = vec![("query", query.as_str())];
        parameters.extend(name.map(|name| ("operationName", name)));
        let answer = get(&app, &parameters, &[("authorization", &token)]).await;
        assert_error(&answer, 405, "BAD_USER_INPUT");
        assert_eq!(header_of(&answer.headers, "allow"), "POST");
    }
    let query = format!("query Read {{ __typename }} {write}");
    let read = get(&app, &[("query", &query), ("operationName", "Read")], &[("authorization", &token)]).await;
    assert_eq!(read.data("/__typename"), "Query");
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn an_address_that_is_no_request_is_refused() {
    let app = TestApp::new().await;
    let query = ("query", "{ __typename }");
    for parameters in [
        &[][..],
        &[("variables", "{}")],
        &[query, query],
        &[query, ("variables", "[]")],
        &[query, ("variables", "")],
        &[query, ("variables", "{")],
        &[query, ("variables", "1")],
        &[query, ("extensions", "\"x\"")],
        &[query, ("variables", "{}"), ("variables", "{}")],
    ] {
        assert_error(&get(&app, parameters, &[]).await, 400, "BAD_USER_INPUT");
    }
    let answer = get(&app, &[query, ("variables", "null"), ("extensions", "{}")], &[]).await;
    assert_eq!(answer.data("/__typename"), "Query");
    assert_error(&app.get("/graphql").await, 400, "BAD_USER_INPUT");
}

/// A page of another site can have its visitor's browser load an address. Nothing says then who the visitor is; and it is not
/// answered either.
#[tokio::test]
async fn a_query_of_another_site_has_to_have_asked() {
    let app = TestApp::new().await;
    let query = [("query", "{ __typename }")];
    let from = |site: &'static str| ("sec-fetch-site", site);
    let other = [&[from("cross-site")][..], &[from("same-site")], &[("origin", "https://evil.example")], &[from("x")]];
    for headers in other {
        assert_error(&get(&app, &query, headers).await, 403, "BAD_USER_INPUT");
        for asked in [
            ("apollo-require-preflight", "true"),
            ("x-apollo-operation-name", "Feed"),
            ("content-type", "application/json"),
        ] {
            let headers = [headers, &[asked]].concat();
            assert_eq!(get(&app, &query, &headers).await.data("/__typename"), "Query");
        }
        // What a form can send has asked nobody.
        let simple = [headers, &[("content-type", "text/plain"), ("accept", NEW_TYPE)]].concat();
        assert_error(&get(&app, &query, &simple).await, 403, "BAD_USER_INPUT");
    }
    for headers in [&[][..], &[from("same-origin")], &[from("none")]] {
        assert_eq!(get(&app, &query, headers).await.data("/__typename"), "Query");
    }
}
