//! For whoever starts and watches the server.

use std::{sync::Arc, time::Duration};

use axum::extract::State;
use http::{HeaderName, StatusCode, header};
use tokio::{sync::Mutex, time::Instant};

use super::State as AppState;

/// How long what was heard of the database holds. However many want to know, it is asked so often.
const FRESH: Duration = Duration::from_millis(250);

/// When the database was asked last, and whether it answered.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<Option<(Instant, bool)>>>);

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The process can serve: the database answers.
pub async fn ready(
    State(state): State<AppState>,
) -> Result<&'static str, (StatusCode, [(HeaderName, &'static str); 1], &'static str)> {
    let mut heard = state.health.0.lock().await;
    let is_ready = match *heard {
        Some((at, is_ready)) if at.elapsed() < FRESH => is_ready,
        _ => {
            let answer = state.domain.ready().await;
            if let Err(error) = &answer {
                tracing::warn!(?error, "not ready");
            }
            *heard = Some((Instant::now(), answer.is_ok()));
            answer.is_ok()
        }
    };
    if is_ready {
        Ok("ready\n")
    } else {
        Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "the database does not answer\n"))
    }
}
