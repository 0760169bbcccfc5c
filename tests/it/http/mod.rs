//! The transport: request ids, content types, body sizes, negotiation, CORS, health, the schema as text.

mod audits;
mod connections;
mod documents;
mod errors;
mod get;
mod limits;
mod negotiation;
mod slow;
mod variables;
pub mod wire;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use sojorn::graphql::{self, Limits};
use uuid::Uuid;

use crate::support::{Answer, Database, Log, TestApp, header_of};

const NEW_TYPE: &str = "application/graphql-response+json";

fn hello() -> String {
    json!({ "query": "{ __typename }" }).to_string()
}

#[track_caller]
pub fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{}", answer.body);
    assert!(answer.json.get("data").is_none(), "{}", answer.body);
}

async fn call(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_answer_carries_the_id_of_its_request() {
    let app = TestApp::new().await;
    for path in ["/", "/graphql", "/health/live", "/nowhere"] {
        let made = app.get(path).await;
        let id = header_of(&made.headers, "x-request-id");
        assert!(Uuid::try_parse(id).is_ok(), "{path} {id:?}");
        assert_ne!(id, header_of(&app.get(path).await.headers, "x-request-id"));
        let given = call(&app, Method::GET, path, &[("x-request-id", "given-by-the-proxy-7")]).await;
        assert_eq!(header_of(&given.headers, "x-request-id"), "given-by-the-proxy-7", "{path}");
    }
    let refused = app.post_raw(&[("authorization", "Bearer x"), ("x-request-id", "r1")], hello()).await;
    assert_eq!((refused.status.as_u16(), header_of(&refused.headers, "x-request-id")), (401, "r1"));
}

#[tokio::test]
async fn only_json_is_taken() {
    let app = TestApp::new().await;
    for content_type in [
        "",
        "application/json; charset=latin1",
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        "text/json",
        "x; application/json",
    ] {
        assert_error(&app.post_raw(&[("content-type", content_type)], hello()).await, 415, "BAD_USER_INPUT");
    }
    let none = Request::post("/graphql").body(Body::from(hello())).unwrap();
    assert_error(&app.send(none).await, 400, "BAD_USER_INPUT");
    for content_type in ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;"]
    {
        let answer = app.post_raw(&[("content-type", content_type)], hello()).await;
        assert_eq!(answer.data("/__typename"), "Query", "{content_type}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let app = TestApp::new().await;
    let deep = format!(r#"{{"query":"{{__typename}}","variables":{{"a":{}{}}}}}"#, "[".repeat(200), "]".repeat(200));
    for body in [
        "",
        " ",
        "{",
        "{ __typename }",
        "null",
        "1",
        "\"{ __typename }\"",
        "[]",
        "[{}]",
        r#"[{"query":"{ __typename }"}]"#,
        r#"["{ __typename }"]"#,
        r#"["{ __typename }", null, null, null]"#,
        "{}",
        r#"{"variables":{}}"#,
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":["{ __typename }"]}"#,
        r#"{"query":{"kind":"Document"}}"#,
        r#"{"query":"{ __typename }","variables":[]}"#,
        r#"{"query":"{ __typename }","variables":"{}"}"#,
        r#"{"query":"{ __typename }","variables":1}"#,
        r#"{"query":"{ __typename }","operationName":1}"#,
        r#"{"query":"{ __typename }","operationName":["a"]}"#,
        r#"{"query":"{ __typename }","extensions":[]}"#,
        r#"{"query":"{ __typename }","extensions":"x"}"#,
        r#"{"query":"{ __typename }"} {}"#,
        r#"{"query":"{ __typename }","variables":{"a":1e999}}"#,
        r#"{"query":"{ __typename }","variables":{"a":"\ud800"}}"#,
        r#"{"query":"{ __typename }","variables":{"a":NaN}}"#,
        &deep,
    ] {
        for accept in ["application/json", NEW_TYPE] {
            let answer = app.post_raw(&[("accept", accept)], body.to_owned()).await;
            assert_error(&answer, 400, "BAD_USER_INPUT");
            assert!(header_of(&answer.headers, "content-type").starts_with(accept), "{body}");
        }
    }
    let not_utf8 = app.post_raw(&[], b"{\"query\":\"\xff\"}".to_vec()).await;
    assert_error(&not_utf8, 400, "BAD_USER_INPUT");
    for nulls in [r#"{"query":"{ __typename }","variables":null,"operationName":null,"extensions":null,"more":1}"#] {
        assert_eq!(app.post_raw(&[], nulls.to_owned()).await.data("/__typename"), "Query");
    }
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte() {
    let app = TestApp::new().await;
    let sized = |bytes: usize| {
        let body = hello();
        format!("{}{body}", " ".repeat(bytes - body.len()))
    };
    assert_eq!(app.post_raw(&[], sized(1024 * 1024)).await.data("/__typename"), "Query");
    assert_error(&app.post_raw(&[], sized(1024 * 1024 + 1)).await, 413, "BAD_USER_INPUT");
    // Also when nobody said beforehand how large it is.
    let chunk = |_| Ok::<_, std::io::Error>(" ".repeat(64 * 1024));
    let stream = Body::from_stream(futures_util::stream::iter((0..17).map(chunk)));
    assert_error(&app.post_raw(&[], stream).await, 413, "BAD_USER_INPUT");
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_not() {
    let app = TestApp::new().await;
    let query = "/graphql?query=%7B__typename%7D";
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = call(&app, method, query, &[("content-type", "application/json")]).await;
        assert_error(&answer, 405, "BAD_USER_INPUT");
        assert_eq!(header_of(&answer.headers, "allow"), "GET, POST");
    }
    let head = call(&app, Method::HEAD, query, &[]).await;
    assert_eq!((head.status.as_u16(), header_of(&head.headers, "allow")), (405, "GET, POST"));
    assert_eq!(app.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn other_origins_are_let_in_when_they_are_configured() {
    let closed = TestApp::new().await;
    let origin = "https://app.sojorn.example";
    let open =
        TestApp::with(Database::new().await, |config| config.http.cors_origins = vec![origin.parse().unwrap()]).await;
    let preflight = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let allowed = "access-control-allow-origin";
    let answer = call(&closed, Method::OPTIONS, "/graphql", &preflight).await;
    assert_eq!(header_of(&answer.headers, allowed), "");
    assert_eq!(header_of(&closed.post_raw(&[("origin", origin)], hello()).await.headers, allowed), "");

    let answer = call(&open, Method::OPTIONS, "/graphql", &preflight).await;
    assert_eq!((answer.status.as_u16(), header_of(&answer.headers, allowed)), (200, origin));
    let headers = header_of(&answer.headers, "access-control-allow-headers").to_lowercase();
    for allowed in ["authorization", "content-type", "idempotency-key"] {
        assert!(headers.contains(allowed), "{headers}");
    }
    assert!(header_of(&answer.headers, "access-control-allow-methods").contains("POST"));
    // Tokens are sent by scripts on purpose, never by the browser by itself.
    assert_eq!(header_of(&answer.headers, "access-control-allow-credentials"), "");
    let answer = open.post_raw(&[("origin", origin)], hello()).await;
    assert_eq!(header_of(&answer.headers, allowed), origin);
    assert!(header_of(&answer.headers, "access-control-expose-headers").contains("x-request-id"));
    let vary: Vec<_> =
        answer.headers.get_all("vary").iter().map(|vary| vary.to_str().unwrap().to_lowercase()).collect();
    assert!(vary.join(",").contains("origin"), "{vary:?}");
    for other in
        ["https://evil.example", "https://app.sojorn.example.evil.example", "http://app.sojorn.example", "null"]
    {
        assert_eq!(header_of(&open.post_raw(&[("origin", other)], hello()).await.headers, allowed), "", "{other}");
    }
}

#[tokio::test]
async fn health_and_schema_are_there_for_the_asking() {
    let app = TestApp::new().await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(app.get(path).await.status, 200);
    }
    let answer = app.get("/schema.graphql").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, graphql::sdl());
    assert!(header_of(&answer.headers, "content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let query =
        r#"{ __schema { queryType { name } types { name } } __type(name: "Profile") { name fields { name } } }"#;
    let open = TestApp::new().await;
    let answer = open.ask(None, query).await;
    assert_eq!(answer.data("/__schema/queryType/name"), "Query");
    assert_eq!(answer.data("/__type/name"), "Profile");

    let closed = TestApp::with(Database::new().await, |config| config.introspection = false).await;
    let answer = closed.ask(None, query).await;
    assert!(!answer.body.contains("Profile") && !answer.body.contains("globalFeed"), "{}", answer.body);
    assert_ne!(answer.json.pointer("/data/__schema/queryType/name"), Some(&Value::from("Query")));
    assert_eq!(closed.get("/schema.graphql").await.status, 404);
    let answer = closed.ask(None, "{ __typename globalFeed { __typename } }").await;
    assert_eq!(answer.data("/globalFeed/__typename"), "PostConnection");
}

#[tokio::test]
async fn a_mutation_is_not_begun_when_a_later_one_cannot_be_read() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    let first = r#"one: createPost(input: { body: "hello" }) { post { id } }"#;
    for (variables, second) in [
        ("($b: String!)", "two: createPost(input: { body: $b }) { post { id } }"),
        ("", r#"two: createPost(input: { body: "x", imageUrl: "javascript:alert(1)" }) { post { id } }"#),
        ("", "two: createPost(input: { body: 1 }) { post { id } }"),
        ("", r#"two: createPost(input: { body: "x", visibility: NOBODY }) { post { id } }"#),
        ("", "two: createPost { post { id } }"),
        ("", "two: nothing"),
    ] {
        let answer = app.ask(&ada, &format!("mutation{variables} {{ {first} {second} }}")).await;
        assert_error(&answer, 200, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(app.database.fingerprint().await, before, "{second}");
    }
}

#[tokio::test]
async fn a_mutation_is_not_begun_when_a_number_or_an_object_of_a_later_one_is_none() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    let first = r#"one: createPost(input: { body: "hello" }) { post { id } }"#;
    for second in [
        r#"two: createPost(input: { body: "x", durationMs: 2147483648 }) { post { id } }"#,
        r#"two: createPost(input: "x") { post { id } }"#,
    ] {
        let answer = app.ask(&ada, &format!("mutation {{ {first} {second} }}")).await;
        assert_error(&answer, 200, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(app.database.fingerprint().await, before, "{second}");
    }
}

#[tokio::test]
async fn a_document_cannot_be_nested_until_the_parser_falls_over() {
    let limits = Limits { bytes: usize::MAX, tokens: usize::MAX, ..Limits::USUAL };
    let app = TestApp::with(Database::new().await, |config| config.limits = limits).await;
    for depth in [65, 201, 1_000, 10_000, 100_000, 200_000] {
        for (before, repeated) in [("", "{ a"), ("{ a(x: ", "["), ("{ a(x: ", "{x:")] {
            let document = format!("{before}{}", repeated.repeat(depth));
            let answer = app.post_raw(&[], json!({ "query": document }).to_string()).await;
            let code = if depth > 200 { "QUERY_TOO_DEEP" } else { "GRAPHQL_PARSE_FAILED" };
            assert_error(&answer, 200, code);
        }
    }
    let selections = |depth: usize| format!("{}__typename{}", "{ a".repeat(depth), "}".repeat(depth));
    assert_error(&app.ask(None, &selections(70)).await, 200, "QUERY_TOO_DEEP");
    assert_error(&app.ask(None, &selections(10)).await, 200, "GRAPHQL_VALIDATION_FAILED");
    // A text may hold as many brackets as it likes.
    let text = "[".repeat(4_000);
    let answer = app.ask(None, &format!(r#"{{ profile(by: {{ handle: "{text}" }}) {{ id }} }}"#)).await;
    assert_eq!(answer.data("/profile"), Value::Null);
    assert_eq!(app.ask(None, "{ __typename }").await.data("/__typename"), "Query");
}

#[tokio::test]
async fn the_limits_of_bodies_and_beacons_are_settings() {
    let app = TestApp::with(Database::new().await, |config| {
        config.http.graphql.max_body_bytes = 2_000;
        config.domain.beacons_per_hour = 1;
    })
    .await;
    let ada = app.person("ada").await;
    let make = "mutation { createBeacon(input: { body: \"x\", type: FIRE, location: { latitude: 1, longitude: 1 } }) {
        beacon { id } userErrors { code } } }";
    assert!(app.ask(&ada, make).await.refusals("createBeacon").is_empty());
    let refused = app.ask(&ada, make).await.data("/createBeacon/userErrors");
    assert_eq!(refused, json!([{ "code": "LIMIT_REACHED" }]));
    assert_eq!(app.ask(&ada, &format!("{{ __typename }} # {}", "x".repeat(2_000))).await.status.as_u16(), 413);
}

#[tokio::test]
async fn a_method_that_there_is_not_is_logged_by_no_name() {
    let app = TestApp::new().await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let method = Method::from_bytes(b"zoe.quill_44.9778").unwrap();
    assert_eq!(call(&app, method, "/graphql", &[]).await.status, 405);
    assert_eq!(call(&app, Method::PUT, "/graphql", &[]).await.status, 405);
    let log = log.text();
    assert!(log.contains("method=(other)") && log.contains("method=PUT"), "{log}");
    assert!(!log.contains("zoe"), "{log}");
}
