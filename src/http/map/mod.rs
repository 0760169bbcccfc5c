//! The map at `GET /map`: beacons and their clusters, with votes, sign-in and making one.
//!
//! Its files are built from `map/` by `script/map` and committed, so that building the server needs no Node. They are
//! the same for everybody; what the operator sets comes in `/map/settings.json`.

use axum::Router;
use http::HeaderValue;
use serde_json::json;
use url::Url;

use super::assets::{self, Asset, HTML, JSON, SCRIPT, STYLE, SVG, TEXT};

/// A tile server: where the pictures of the ground come from.
#[derive(Clone, Debug)]
pub struct Tiles {
    template: String,
    origin: String,
    attribution: String,
}

impl Tiles {
    /// Tiles at these addresses, with `{z}`, `{x}` and `{y}` in them, and whom they are owed to; none if it is no such
    /// address. Other placeholders are not known: `{s}` would stand for several origins.
    #[must_use]
    pub fn new(template: &str, attribution: &str) -> Option<Self> {
        let is_complete = ["{z}", "{x}", "{y}"].iter().all(|part| template.matches(part).count() == 1);
        let url = Url::parse(template).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
        let origin = url.origin().ascii_serialization();
        // The origin goes into the policy as it is. A host may hold signs that would end it there.
        let is_plain = origin.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:/[]".contains(c));
        let fits = is_complete && is_plain && template.matches('{').count() == 3 && url.password().is_none();
        fits.then(|| Self { template: template.to_owned(), origin, attribution: attribution.to_owned() })
    }
}

const BUILT: [Asset; 5] = [
    Asset::built("/map", HTML, include_bytes!("assets/index.html")),
    Asset::built("/map/app.js", SCRIPT, include_bytes!("assets/app.js")),
    Asset::built("/map/app.css", STYLE, include_bytes!("assets/app.css")),
    Asset::built("/map/favicon.svg", SVG, include_bytes!("assets/favicon.svg")),
    Asset::built("/map/licenses.txt", TEXT, include_bytes!("assets/licenses.txt")),
];

/// The page and its files. Without tiles the page draws a ground of its own.
pub fn routes<S: Clone + Send + Sync + 'static>(tiles: Option<&Tiles>) -> Router<S> {
    let settings = Asset::made("/map/settings.json", JSON, settings(tiles));
    assets::routes(BUILT.into_iter().chain([settings]), &policy(tiles))
}

/// What the page may do, which is what the playground may: it holds tokens too. It loads pictures from the tile server,
/// if there is one, and nothing else from there.
fn policy(tiles: Option<&Tiles>) -> HeaderValue {
    let origin = tiles.map(|tiles| format!(" {}", tiles.origin)).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self'{origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    // Never needed, since an origin is plain; but if it were, the page would rather do nothing than anything.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn settings(tiles: Option<&Tiles>) -> String {
    let settings = tiles.map(|tiles| json!({ "template": tiles.template, "attribution": tiles.attribution }));
    json!({ "tiles": settings }).to_string()
}
