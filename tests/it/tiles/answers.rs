//! How a tile is answered: who may keep it, for how long, and what it costs.

use axum::body::Body;
use http::Request;

use crate::support::{Beacon, Database, TestApp, Tile, header_of};

const HERE: (i32, i32, i32) = (14, 3_950, 5_900);
const NOWHERE: (i32, i32, i32) = (14, 0, 0);

fn vary(tile: &Tile) -> String {
    let all = tile.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
    all.collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn assert_kept(tile: &Tile, status: u16, caching: &str, has_tag: bool) {
    assert_eq!(tile.status, status);
    assert_eq!(header_of(&tile.headers, "cache-control"), caching);
    assert!(vary(tile).contains("authorization"), "{}", vary(tile));
    assert_eq!(header_of(&tile.headers, "etag").is_empty(), !has_tag);
    assert_eq!(tile.bytes.is_empty(), status != 200);
}

#[tokio::test]
async fn the_map_of_everybody_may_be_kept_and_that_of_a_person_not() {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let here = || Beacon::at(44.9, -93.2);
    app.beacon(here()).await;
    let (public, private) = ("public, max-age=15", "private, no-store");
    let tile = app.tile(None, HERE).await;
    assert_kept(&tile, 200, public, true);
    assert_kept(&app.tile(None, NOWHERE).await, 204, public, false);
    assert_kept(&app.tile(&ada, HERE).await, 200, private, false);
    assert_kept(&app.tile(&ada, NOWHERE).await, 204, private, false);

    let tag = header_of(&tile.headers, "etag");
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag} is no strong tag");
    for known in [tag, &format!("\"other\", {tag}"), &format!("W/{tag}"), "*"] {
        let again = app.tile_with(None, HERE, &[("if-none-match", known)]).await;
        assert_kept(&again, 304, public, true);
        assert_eq!(header_of(&again.headers, "etag"), tag);
        // A person's map is sent whole, also to whoever kept that of everybody.
        assert_kept(&app.tile_with(&ada, HERE, &[("if-none-match", known)]).await, 200, private, false);
    }
    for other in ["\"other\"", tag.trim_matches('"'), ""] {
        assert_kept(&app.tile_with(None, HERE, &[("if-none-match", other)]).await, 200, public, true);
    }
    // What one person sees more changes nothing for everybody; what everybody sees does.
    app.beacon(Beacon { author: Some(ada.id), ..here() }).await;
    assert_eq!(app.tile(&ada, HERE).await.features().len(), 2);
    assert_eq!(app.tile_with(None, HERE, &[("if-none-match", tag)]).await.status, 304);
    app.beacon(here()).await;
    let changed = app.tile_with(None, HERE, &[("if-none-match", tag)]).await;
    assert_eq!((changed.status.as_u16(), changed.features().len()), (200, 2));

    let head = Request::head("/tiles/beacons/14/3950/5900.mvt").body(Body::empty()).unwrap();
    let head = app.send(head).await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    assert_eq!(header_of(&head.headers, "etag"), header_of(&changed.headers, "etag"));
}

#[tokio::test]
async fn scripts_of_other_origins_see_the_tag() {
    let origin = "https://app.sojorn.example";
    let app =
        TestApp::with(Database::new().await, |config| config.http.cors_origins = vec![origin.parse().unwrap()]).await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    let tile = app.tile_with(None, HERE, &[("origin", origin)]).await;
    assert_eq!(header_of(&tile.headers, "access-control-allow-origin"), origin);
    assert!(header_of(&tile.headers, "access-control-expose-headers").contains("etag"));
    assert!(vary(&tile).contains("origin") && vary(&tile).contains("authorization"), "{}", vary(&tile));
    assert_eq!(tile.features().len(), 1);
}
