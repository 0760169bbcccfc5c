//! `GET /tiles/beacons/{zoom}/{x}/{y}.mvt`: the map of beacons as vector tiles, for those who draw maps and know no
//! GraphQL.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{
    State as AppState,
    client::address_of,
    entity_tag,
    graphql::{
        admission,
        answer::{failed, refusal},
        too_often,
    },
    negotiation::MediaType,
};
use crate::{domain::Error, policy::Viewer};

/// Everything in the folder, so that what is no tile is refused as such.
pub const ROUTE: &str = "/tiles/beacons/{*tile}";
const FOLDER: &str = "/tiles/beacons/";

/// What everybody may see, anybody may keep, for a moment: a beacon that has ended is not to be on maps for long.
const SIGNED_OUT: HeaderValue = HeaderValue::from_static("public, max-age=15");
/// What one person may see is for that person, now.
const SIGNED_IN: HeaderValue = HeaderValue::from_static("private, no-store");

/// What a tile costs of the budget of whoever asks: as much as a page of beacons.
const COST: u64 = 20;

/// Answers a tile.
pub async fn beacons(State(state): State<AppState>, request: Request) -> Response {
    let (Parts { uri, headers, extensions, .. }, _) = request.into_parts();
    let Some(tile) = address(uri.path()) else {
        let message = "a tile is at /tiles/beacons/{zoom}/{x}/{y}.mvt";
        return refusal(MediaType::Json, StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    };
    let address = address_of(&extensions);
    let viewer = match admission(&state, &headers, address).await {
        Ok(admission) => admission.viewer,
        Err(rejection) => return rejection,
    };
    if let Err(overspent) = state.domain.charge(viewer, address, COST) {
        return too_often(&state, &headers, overspent);
    }
    match state.domain.beacon_tile(viewer, tile).await {
        Ok(bytes) => answer(viewer, bytes, &headers),
        Err(error) => failure(&error, &headers),
    }
}

/// Zoom, column and row in a path. It is read as it was sent and each tile has one address: no sign, no leading zero,
/// nothing that is percent-encoded.
pub(crate) fn address(path: &str) -> Option<(i32, i32, i32)> {
    let mut numbers = path.strip_prefix(FOLDER)?.strip_suffix(".mvt")?.split('/').map(|text| {
        let number = text.parse::<i32>().ok()?;
        (number.to_string() == text).then_some(number)
    });
    let tile = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(tile)
}

fn answer(viewer: Viewer, bytes: Vec<u8>, request: &HeaderMap) -> Response {
    let is_public = viewer == Viewer::SIGNED_OUT;
    let caching = if is_public { SIGNED_OUT } else { SIGNED_IN };
    let headers = [(header::CACHE_CONTROL, caching), (header::VARY, HeaderValue::from_static("authorization"))];
    if bytes.is_empty() {
        return (StatusCode::NO_CONTENT, headers).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile")];
    if !is_public {
        return (headers, content_type, bytes).into_response();
    }
    let tag = entity_tag::of(&bytes);
    let is_known = entity_tag::is_known(request, &tag);
    let tag = [(header::ETAG, tag)];
    if is_known {
        (StatusCode::NOT_MODIFIED, headers, tag).into_response()
    } else {
        (headers, content_type, tag, bytes).into_response()
    }
}

/// What went wrong on our side is logged here, once; the client gets none of it.
fn failure(error: &Error, headers: &HeaderMap) -> Response {
    let (status, code) = match error {
        Error::Unavailable(cause) => {
            tracing::warn!(%cause, "the database is not available");
            (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
        }
        Error::Timeout(cause) => {
            tracing::warn!(%cause, "a tile took too long");
            (StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT")
        }
        Error::Internal(cause) => {
            tracing::error!(%cause, "a fault of ours");
            return failed(headers);
        }
        _ => (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"),
    };
    let mut response = refusal(MediaType::Json, status, code, &error.to_string());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
