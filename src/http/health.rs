//! For whoever starts and watches the server.

use std::{sync::Arc, time::Duration};

use axum::extract::State;
use http::{HeaderName, StatusCode, header};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::State as AppState;

/// How long an answer of the database holds. However many want to know, it is asked so often, and by one at a time.
const FRESH: Duration = Duration::from_millis(250);

/// How long somebody waits for an answer that somebody else is waiting for.
const PATIENCE: Duration = Duration::from_secs(2);

/// When the database has answered last.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<Option<Instant>>>);

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The process can serve: the database answers.
pub async fn ready(
    State(state): State<AppState>,
) -> Result<&'static str, (StatusCode, [(HeaderName, &'static str); 1], &'static str)> {
    let away = (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "the database does not answer\n");
    let Ok(mut answered) = timeout(PATIENCE, state.health.0.lock()).await else { return Err(away) };
    if answered.is_some_and(|at| at.elapsed() < FRESH) {
        return Ok("ready\n");
    }
    match timeout(PATIENCE, state.domain.ready()).await {
        Ok(Ok(())) => {
            *answered = Some(Instant::now());
            Ok("ready\n")
        }
        outcome => {
            tracing::warn!(?outcome, "not ready");
            Err(away)
        }
    }
}
