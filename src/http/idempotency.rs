//! The header `Idempotency-Key`, by which a client may repeat a request that makes something.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode};

use super::graphql::{Parameters, answer::bad_request};
use crate::domain::once::RequestKey;

/// The header.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a request, if it has one. The draft puts it into quotation marks; many clients do not.
pub fn key(headers: &HeaderMap, parameters: &Parameters) -> Result<Option<RequestKey>, Response> {
    let mut given = headers.get_all(&KEY).iter();
    let Some(header) = given.next() else { return Ok(None) };
    let key = header.to_str().ok().filter(|_| given.next().is_none()).map(str::trim).map(|key| {
        let quoted = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
        quoted.unwrap_or(key)
    });
    let key = key.filter(|key| !key.contains(['"', '\\'])).and_then(|key| RequestKey::new(key, &parameters.whole()));
    key.map(Some).ok_or_else(|| {
        let message = "Idempotency-Key is one value of 16 to 200 visible ASCII characters, as a random UUID";
        bad_request(headers, StatusCode::BAD_REQUEST, message)
    })
}
