//! While the server stops: what has begun is finished, and whoever asks now is sent to another server. It listens for a
//! moment more, so that nobody meets a connection that is just being closed.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, header};
use tokio::time::timeout;

use super::{State as AppState, graphql};

/// Bytes of a body that are read before it is turned away: closed upon unread ones, a connection loses the answer.
const MAX_UNREAD: usize = 1 << 20;

/// Turns away whoever asks while the server stops.
pub async fn turn_away(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !state.domain.hub().is_draining() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // What cannot be read is turned away all the same.
    let _ = timeout(state.options.body_timeout, to_bytes(Body::new(body), MAX_UNREAD)).await;
    let mut response = graphql::answer::unavailable(&parts.headers);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
