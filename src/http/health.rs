//! For whoever starts and watches the server.

use axum::extract::State;
use http::{HeaderName, StatusCode, header};

use super::State as AppState;

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The process can serve: the database answers.
pub async fn ready(
    State(state): State<AppState>,
) -> Result<&'static str, (StatusCode, [(HeaderName, &'static str); 1], &'static str)> {
    match state.domain.ready().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(?error, "not ready");
            Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "the database does not answer\n"))
        }
    }
}
