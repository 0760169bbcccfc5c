//! A fault in one request is that request's alone.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, middleware::Next, response::Response};
use futures_util::FutureExt;

use super::graphql::answer;

/// Answers for a request whose handling panics. What happened is in the log.
pub async fn contain(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    // Nothing of the request is used any more.
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a request panicked");
        answer::failed(&headers)
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        middleware,
        routing::get,
    };
    use http::{StatusCode, header};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_the_id_of_the_request() {
        async fn faulty() {
            panic!("nobody thought of this, and it holds a secret")
        }
        let routes = Router::new().route("/", get(faulty)).layer(middleware::from_fn(contain));
        let new = "application/graphql-response+json";
        for accept in ["application/json", new] {
            let request = Request::get("/").header("x-request-id", "here-1").header(header::ACCEPT, accept);
            let response = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(accept));
            let body = to_bytes(response.into_body(), 1_000).await.unwrap();
            let error = json!({
                "message": "something went wrong on our side",
                "extensions": { "code": "INTERNAL_SERVER_ERROR", "requestId": "here-1" }
            });
            assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "errors": [error] }));
        }
    }
}
