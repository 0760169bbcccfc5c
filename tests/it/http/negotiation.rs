//! Content negotiation over the wire, and what is not read or not answered.

use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::{NEW_TYPE, assert_error, call, hello};
use crate::support::{Database, TestApp, header_of};

#[tokio::test]
async fn the_answer_has_the_type_that_is_wanted_most() {
    let app = TestApp::new().await;
    let old_type = "application/json";
    for (accept, content_type) in [
        ("application/json;q=0.5, application/graphql-response+json;q=0.4", old_type),
        ("application/json;q=0.4, application/graphql-response+json;q=0.5", NEW_TYPE),
        ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", NEW_TYPE),
        ("text/html, */*;q=0.1", old_type),
    ] {
        let answer = app.post_raw(&[("accept", accept)], hello()).await;
        assert_eq!(answer.data("/__typename"), "Query");
        assert_eq!(header_of(&answer.headers, "content-type"), format!("{content_type}; charset=utf-8"), "{accept}");
        assert_eq!(header_of(&answer.headers, "cache-control"), "no-store");
        assert!(header_of(&answer.headers, "vary").contains("accept"));
    }
    for accept in ["text/html", "image/*", "*/*;q=0", "application/json;q=0"] {
        assert_error(&app.post_raw(&[("accept", accept)], hello()).await, 406, "BAD_USER_INPUT");
        let answer = call(&app, Method::GET, "/graphql?query=%7B__typename%7D", &[("accept", accept)]).await;
        assert_error(&answer, 406, "BAD_USER_INPUT");
    }
}

/// What is refused before it is looked at has the same status for everybody, and the type that is wanted.
#[tokio::test]
async fn a_refusal_has_the_type_that_is_wanted() {
    let app = TestApp::new().await;
    for accept in ["application/json", NEW_TYPE] {
        let accepts = ("accept", accept);
        let mutation = "/graphql?query=mutation%7B__typename%7D";
        let foreign = [accepts, ("sec-fetch-site", "cross-site")];
        let refused = [
            (app.post_raw(&[accepts, ("authorization", "Bearer x")], hello()).await, 401),
            (call(&app, Method::GET, "/graphql?query=%7B__typename%7D", &foreign).await, 403),
            (call(&app, Method::PUT, "/graphql", &[accepts]).await, 405),
            (call(&app, Method::GET, mutation, &[accepts]).await, 405),
            (app.post_raw(&[accepts], hello() + &" ".repeat(1 << 20)).await, 413),
            (app.post_raw(&[accepts, ("content-type", "text/plain")], hello()).await, 415),
            (app.post_raw(&[accepts], "no JSON".to_owned()).await, 400),
        ];
        for (answer, status) in refused {
            assert_eq!(answer.status, status, "{}", answer.body);
            assert_eq!(header_of(&answer.headers, "content-type"), format!("{accept}; charset=utf-8"), "{status}");
            assert!(answer.json.get("data").is_none() && answer.codes().len() == 1, "{}", answer.body);
        }
    }
    app.domain.hub().drain();
    for accept in ["application/json", NEW_TYPE] {
        let answer = app.post_raw(&[("accept", accept)], hello()).await;
        assert_eq!((answer.status.as_u16(), header_of(&answer.headers, "retry-after")), (503, "1"));
        assert_eq!(header_of(&answer.headers, "content-type"), format!("{accept}; charset=utf-8"));
    }
}

#[tokio::test]
async fn a_subscription_wants_events_and_nothing_else_does() {
    let app = TestApp::new().await;
    let watch = json!({ "query": "subscription { beaconChanged(area: { circle: { center: { latitude: 1, longitude: 1 },
                                  radiusMeters: 100 } }) { kind } }" })
    .to_string();
    let both = "application/json, text/event-stream";
    assert_error(
        &app.post_raw(&[("accept", "application/json")], watch.clone()).await,
        200,
        "GRAPHQL_VALIDATION_FAILED",
    );
    assert_error(&app.post_raw(&[("accept", NEW_TYPE)], watch.clone()).await, 400, "GRAPHQL_VALIDATION_FAILED");
    let answer = app.post_raw(&[("accept", both)], hello()).await;
    assert_eq!(answer.data("/__typename"), "Query");
    let request = Request::post("/graphql").header("content-type", "application/json").header("accept", both);
    let events =
        tower::ServiceExt::oneshot(app.router.clone(), request.body(Body::from(watch)).unwrap()).await.unwrap();
    assert_eq!(header_of(events.headers(), "content-type"), "text/event-stream; charset=utf-8");
    // Whoever takes nothing but events gets all answers as such.
    let request =
        Request::post("/graphql").header("content-type", "application/json").header("accept", "text/event-stream");
    let one = app.send(request.body(Body::from(hello())).unwrap()).await;
    assert!(one.body.contains(r#"data: {"data":{"__typename":"Query"}}"#), "{}", one.body);
}

#[tokio::test]
async fn a_body_that_is_packed_is_not_read() {
    let app = TestApp::new().await;
    for encoding in ["gzip", "br", "deflate", "gzip, identity"] {
        assert_error(&app.post_raw(&[("content-encoding", encoding)], hello()).await, 415, "BAD_USER_INPUT");
    }
    assert_eq!(app.post_raw(&[("content-encoding", "identity")], hello()).await.data("/__typename"), "Query");
}

#[tokio::test]
async fn lists_of_operations_are_taken_where_that_is_configured() {
    let app = TestApp::with(Database::new().await, |config| config.http.graphql.max_batch = 3).await;
    let ada = app.person("ada").await;
    let query = |text: &str| json!({ "query": text });
    let token = format!("Bearer {}", ada.token);
    let send = async |items: Vec<serde_json::Value>| {
        app.post_raw(&[("authorization", &token)], json!(items).to_string()).await
    };
    let answer =
        send(vec![query("{ viewer { profile { handle } } }"), query("{ nothing }"), query("{ __typename }")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json[0]["data"]["viewer"]["profile"]["handle"], "ada");
    assert_eq!(answer.json[1]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert!(answer.json[1].get("data").is_none());
    assert_eq!(answer.json[2], json!({ "data": { "__typename": "Query" } }));
    // One after the other: the second sees what the first has done.
    let write = r#"mutation { updateProfile(input: { bio: "new" }) { userErrors { code } } }"#;
    let answer = send(vec![query(write), query("{ viewer { profile { bio } } }")]).await;
    assert_eq!(answer.json[1]["data"]["viewer"]["profile"]["bio"], "new");

    // A key is of one operation, and says nothing of which.
    let headers = [("authorization", token.as_str()), ("idempotency-key", "11111111-1111-4111-8111-111111111111")];
    let post = query(r#"mutation { createPost(input: { body: "x" }) { post { id } } }"#);
    let refused = app.post_raw(&headers, json!([post, post]).to_string()).await;
    assert_error(&refused, 400, "BAD_USER_INPUT");
    assert_eq!(app.database.number("SELECT count(*) FROM posts").await, 0);

    assert_error(&send(vec![]).await, 400, "BAD_USER_INPUT");
    assert_error(&send(vec![query("{ __typename }"); 4]).await, 400, "BAD_USER_INPUT");
    assert_error(&send(vec![query("{ __typename }"), json!(1)]).await, 400, "BAD_USER_INPUT");
    let refused = app.post_raw(&[("authorization", "Bearer x")], json!([query("{ __typename }")]).to_string()).await;
    assert_error(&refused, 401, "UNAUTHENTICATED");
}
