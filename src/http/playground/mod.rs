//! The playground at `GET /`: `GraphiQL`, with examples and a field for the access token.
//!
//! Its files are part of the binary, so it works without internet and cannot drift from the
//! server it came with. They are built from `playground/` by `script/playground` and committed,
//! so that building the server needs no Node.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};

use super::entity_tag;

/// What the page may do: run its own script, wear its own style, speak to this server. It holds an
/// access token, so nothing that comes into it by an answer or a pasted query may load code or
/// carry the token elsewhere.
///
/// There is no `'unsafe-inline'`, for styles either: `CodeMirror` and React set styles through the
/// DOM, which does not count as inline, and the one library that wrote `<style>` elements is
/// replaced in the build. `data:` is for the icons in `GraphiQL`'s style sheet. Subscriptions come
/// as server-sent events, so `connect-src` names no WebSocket.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

static ASSETS: [Asset; 5] = [
    Asset { path: "/", content_type: "text/html; charset=utf-8", bytes: include_bytes!("assets/index.html") },
    Asset {
        path: "/playground/app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/app.js"),
    },
    Asset {
        path: "/playground/app.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("assets/app.css"),
    },
    Asset {
        path: "/playground/favicon.svg",
        content_type: "image/svg+xml; charset=utf-8",
        bytes: include_bytes!("assets/favicon.svg"),
    },
    Asset {
        path: "/playground/licenses.txt",
        content_type: "text/plain; charset=utf-8",
        bytes: include_bytes!("assets/licenses.txt"),
    },
];

/// The page and its files. They need no state, so the router fits any.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.iter().fold(Router::new(), |router, asset| {
        let tag = entity_tag::of(asset.bytes);
        let handler = move |headers: HeaderMap| async move { respond(asset, tag, &headers) };
        router.route(asset.path, get(handler))
    })
}

/// The asset, or word that the browser's copy is still right. Names carry no version, so a copy is
/// asked about each time: the page of one release never runs with the script of another.
fn respond(asset: &Asset, tag: String, request: &HeaderMap) -> Response {
    let fresh = entity_tag::is_known(request, &tag);
    let headers = [
        (CACHE_CONTROL, "no-cache".to_owned()),
        (CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (ETAG, tag),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if fresh {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content_type = [(CONTENT_TYPE, asset.content_type)];
    (headers, content_type, asset.bytes).into_response()
}
