//! Request ids, and one log line per request. Neither bodies nor headers nor addresses are logged, but the route that an
//! address led to: they hold what people write, who they are and where they are, as the address of a tile of the map.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, Method};
use tower_http::request_id::{MakeRequestId, RequestId};
use tracing::Instrument;
use uuid::Uuid;

use crate::traces;

/// The header that carries the id of a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request an id, unless it comes with one.
#[derive(Clone, Copy)]
pub struct MakeId;

impl MakeRequestId for MakeId {
    #[allow(clippy::disallowed_methods, reason = "the id of a request decides nothing, and has to differ in tests too")]
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::new_v4().to_string()).ok().map(RequestId::new)
    }
}

/// The id of a request, as far as it can be shown.
pub fn id_of(headers: &http::HeaderMap) -> String {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect()
}

/// A method that there is. Anything could be one.
fn method(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        _ => "(other)",
    }
}

/// Runs a request inside a span with its id, and logs how it ended.
pub async fn request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let span = tracing::info_span!(
        "request",
        id = id_of(request.headers()),
        method = %method(request.method()),
        path = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str),
    );
    traces::continue_from(&span, request.headers().get("traceparent").and_then(|parent| parent.to_str().ok()));
    async {
        let response = next.run(request).await;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
        response
    }
    .instrument(span)
    .await
}
