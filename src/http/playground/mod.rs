//! The playground at `GET /`: `GraphiQL`, with examples and a field for the access token.
//!
//! Its files are built from `playground/` by `script/playground` and committed, so that building the server needs no
//! Node.

use axum::Router;
use http::HeaderValue;

use super::assets::{self, Asset, HTML, SCRIPT, STYLE, SVG, TEXT};

/// What the page may do: run its own script, wear its own style, speak to this server. It holds an
/// access token, so nothing that comes into it by an answer or a pasted query may load code or
/// carry the token elsewhere.
///
/// There is no `'unsafe-inline'`, for styles either: `CodeMirror` and React set styles through the
/// DOM, which does not count as inline, and the one library that wrote `<style>` elements is
/// replaced in the build. `data:` is for the icons in `GraphiQL`'s style sheet. Subscriptions come
/// as server-sent events, so `connect-src` names no WebSocket.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const ASSETS: [Asset; 5] = [
    Asset::built("/", HTML, include_bytes!("assets/index.html")),
    Asset::built("/playground/app.js", SCRIPT, include_bytes!("assets/app.js")),
    Asset::built("/playground/app.css", STYLE, include_bytes!("assets/app.css")),
    Asset::built("/playground/favicon.svg", SVG, include_bytes!("assets/favicon.svg")),
    Asset::built("/playground/licenses.txt", TEXT, include_bytes!("assets/licenses.txt")),
];

/// The page and its files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    assets::routes(ASSETS, &POLICY)
}
