//! Files of the pages that the server serves itself. They are part of the binary, so the pages work without internet and
//! cannot drift from the server that they came with.

use std::fmt::Write as _;

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

/// A file of a page.
#[derive(Clone)]
pub struct Asset {
    path: &'static str,
    content_type: &'static str,
    bytes: Bytes,
}

impl Asset {
    /// A file that is what it was when the server was built. What it holds is known by its name.
    pub const fn built(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, content_type, bytes: Bytes::from_static(bytes) }
    }

    /// A file that is made when the server starts.
    pub fn made(path: &'static str, content_type: &'static str, text: String) -> Self {
        Self { path, content_type, bytes: text.into() }
    }
}

/// What a page's files are.
pub const HTML: &str = "text/html; charset=utf-8";
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
pub const STYLE: &str = "text/css; charset=utf-8";
pub const SVG: &str = "image/svg+xml; charset=utf-8";
pub const TEXT: &str = "text/plain; charset=utf-8";
pub const JSON: &str = "application/json";

/// A page and its files, under this Content-Security-Policy. They need no state, so the router fits any.
pub fn routes<S>(assets: impl IntoIterator<Item = Asset>, policy: &HeaderValue) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    assets.into_iter().fold(Router::new(), |router, asset| {
        let path = asset.path;
        let tag = entity_tag(&asset.bytes);
        let policy = policy.clone();
        router.route(path, get(|headers: HeaderMap| async move { respond(asset, policy, tag, &headers) }))
    })
}

/// The asset, or word that the browser's copy is still right. Names carry no version, so a copy is
/// asked about each time: the page of one release never runs with the script of another.
fn respond(asset: Asset, policy: HeaderValue, tag: String, request: &HeaderMap) -> Response {
    let fresh = is_fresh(request, &tag);
    let headers = [(CACHE_CONTROL, "no-cache"), (REFERRER_POLICY, "no-referrer"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    let own = ([(CONTENT_SECURITY_POLICY, policy)], [(ETAG, tag)]);
    if fresh {
        return (StatusCode::NOT_MODIFIED, headers, own.0, own.1).into_response();
    }
    (headers, own.0, own.1, [(CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
}

/// Whether the request names the tag among those it has. By weak comparison, as RFC 9110 asks for
/// here: a proxy that compresses may have made the tag weak.
fn is_fresh(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// A strong entity tag: half of the content's SHA-256, more than enough to tell two builds apart.
fn entity_tag(bytes: &[u8]) -> String {
    let mut tag = String::from('"');
    for byte in Sha256::digest(bytes).iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}
