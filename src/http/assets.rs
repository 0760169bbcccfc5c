//! Files of the pages that the server serves itself. They are part of the binary, so the pages work without internet and
//! cannot drift from the server that they came with.

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::entity_tag;

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
        let tag = entity_tag::of(&asset.bytes);
        let policy = policy.clone();
        router.route(path, get(|headers: HeaderMap| async move { respond(asset, policy, tag, &headers) }))
    })
}

/// The asset, or word that the browser's copy is still right. Names carry no version, so a copy is
/// asked about each time: the page of one release never runs with the script of another.
fn respond(asset: Asset, policy: HeaderValue, tag: String, request: &HeaderMap) -> Response {
    let fresh = entity_tag::is_known(request, &tag);
    let headers = [(CACHE_CONTROL, "no-cache"), (REFERRER_POLICY, "no-referrer"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    let own = ([(CONTENT_SECURITY_POLICY, policy)], [(ETAG, tag)]);
    if fresh {
        return (StatusCode::NOT_MODIFIED, headers, own.0, own.1).into_response();
    }
    (headers, own.0, own.1, [(CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
}
