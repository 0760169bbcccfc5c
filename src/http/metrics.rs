//! `GET /metrics`, for Prometheus: on a listener of its own, so that what is public has no way to it.

use std::sync::Arc;

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::header;

use crate::domain::Domain;

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes of that listener.
pub fn router(domain: Arc<Domain>) -> Router {
    Router::new().route("/metrics", get(text)).with_state(domain)
}

async fn text(State(domain): State<Arc<Domain>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, FORMAT)], domain.metrics_text())
}
