//! What is no tile, and who is not let in.

use axum::body::Body;
use http::{Method, Request};

use crate::support::{Beacon, Database, TestApp, header_of, sign};

#[tokio::test]
async fn what_is_no_tile_is_refused() {
    let app = TestApp::new().await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    app.forget_statements();
    let paths = [
        // Beyond the map.
        "0/1/0.mvt",
        "0/0/1.mvt",
        "1/2/0.mvt",
        "1/0/2.mvt",
        "14/16384/0.mvt",
        "14/0/16384.mvt",
        "23/0/0.mvt",
        "22/4194304/0.mvt",
        "22/0/4194304.mvt",
        "30/0/0.mvt",
        "31/0/0.mvt",
        "32/0/0.mvt",
        "33/0/0.mvt",
        "64/0/0.mvt",
        // Below it.
        "-1/0/0.mvt",
        "1/-1/0.mvt",
        "1/0/-1.mvt",
        "-0/0/0.mvt",
        "0/-0/0.mvt",
        "-2147483648/0/0.mvt",
        // No number that an integer holds.
        "2147483647/0/0.mvt",
        "2147483648/0/0.mvt",
        "4294967296/0/0.mvt",
        "18446744073709551616/0/0.mvt",
        "3/99999999999999999999999999999999999999/0.mvt",
        "3/0/99999999999999999999999999999999999999.mvt",
        // No whole number, or not written as one.
        "1.5/0/0.mvt",
        "1/0.5/0.mvt",
        "1/0/0.5.mvt",
        "1e0/0/0.mvt",
        "+1/0/0.mvt",
        "01/0/0.mvt",
        "1/00/0.mvt",
        "0x1/0/0.mvt",
        "NaN/0/0.mvt",
        "a/b/c.mvt",
        "{z}/{x}/{y}.mvt",
        "1/0/0'.mvt",
        "1_0/0/0.mvt",
        // Another extension, or none.
        "0/0/0",
        "0/0/0.pbf",
        "0/0/0.MVT",
        "0/0/0.mvt.gz",
        "0/0/0.mvtx",
        "0/0/.mvt",
        "0/0/0.mvt.mvt",
        "0/0/0@2x.mvt",
        // Too few parts, or too many.
        "0.mvt",
        "0/0.mvt",
        "0/0/0/0.mvt",
        "0/0/0.mvt/",
        "0//0.mvt",
        "//.mvt",
        "/0/0/0.mvt",
        "0/0/0.mvt/0",
        // Encoded: what is a tile, and what is none.
        "%30/0/0.mvt",
        "0%2F0%2F0.mvt",
        "0/0/0%2Emvt",
        "0/0/0.mvt%00",
        "%00/0/0.mvt",
        "0/%00/0.mvt",
        "0/0/0%00.mvt",
        "0/0/%200.mvt",
        "0/0/0.mvt%20",
        "%FF/0/0.mvt",
        "0/0/%C3%28.mvt",
        "%D9%A1/0/0.mvt",
        "0/0/%0A0.mvt",
        "%/0/0.mvt",
        "..%2F0/0/0.mvt",
        "0/../0.mvt",
    ];
    for path in paths {
        let answer = app.get(&format!("/tiles/beacons/{path}")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_USER_INPUT"), "{path}");
        assert!(answer.json.get("data").is_none());
        assert_eq!(header_of(&answer.headers, "etag"), "", "{path}");
        assert_eq!(header_of(&answer.headers, "cache-control"), "no-store", "{path}");
    }
    assert_eq!(app.statements().len(), 0, "what is no tile is asked of nobody");
    for path in ["/tiles", "/tiles/", "/tiles/beacons", "/tiles/people/0/0/0.mvt"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    // The corners of the map, and a query that says nothing.
    for path in ["22/0/0.mvt", "22/4194303/4194303.mvt", "1/1/1.mvt"] {
        assert_eq!(app.get(&format!("/tiles/beacons/{path}")).await.status, 204, "{path}");
    }
    let query = Request::head("/tiles/beacons/0/0/0.mvt?v=2").body(Body::empty()).unwrap();
    assert_eq!(app.send(query).await.status, 200);
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let request = Request::builder().method(method).uri("/tiles/beacons/0/0/0.mvt").body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!((answer.status.as_u16(), header_of(&answer.headers, "allow")), (405, "GET,HEAD"));
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    let expired = serde_json::json!({ "sub": ada.id, "iat": 1, "exp": 2, "jti": "x" });
    let expired = format!("Bearer {}", sign(&expired, crate::support::SECRET));
    for header in ["Bearer x", "Bearer", "", "Basic YTpi", &expired, &format!("Bearer {}x", ada.token)] {
        let tile = app.tile_with(None, (0, 0, 0), &[("authorization", header)]).await;
        let body: serde_json::Value = serde_json::from_slice(&tile.bytes).unwrap();
        assert_eq!(tile.status, 401, "{header}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{header}");
        assert_eq!(header_of(&tile.headers, "www-authenticate"), "Bearer");
        assert_eq!(header_of(&tile.headers, "cache-control"), "no-store");
    }
    app.set_state(&ada, "suspended").await;
    assert_eq!(app.tile(&ada, (0, 0, 0)).await.status, 401);
}

#[tokio::test]
async fn a_database_that_is_away_is_said_so() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.database.drop_now().await;
    for viewer in [None, Some(&ada)] {
        let tile = app.tile(viewer, (0, 0, 0)).await;
        let body: serde_json::Value = serde_json::from_slice(&tile.bytes).unwrap();
        let code = body["errors"][0]["extensions"]["code"].as_str();
        assert_eq!((tile.status.as_u16(), code), (503, Some("UNAVAILABLE")), "{body}");
        assert_eq!(header_of(&tile.headers, "retry-after"), "1");
        assert_eq!(header_of(&tile.headers, "cache-control"), "no-store");
    }
}

#[tokio::test]
async fn tiles_are_charged_to_whoever_asks() {
    let app = TestApp::with(Database::new().await, |config| config.domain.budgets.cost = 50).await;
    let ada = app.person("ada").await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    for viewer in [None, Some(&ada)] {
        let statuses = [(); 3].map(|()| app.tile(viewer, (0, 0, 0)));
        let answers = futures_util::future::join_all(statuses).await;
        let mut statuses: Vec<_> = answers.iter().map(|tile| tile.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 429]);
        let refused = answers.iter().find(|tile| tile.status == 429).unwrap();
        assert_eq!(header_of(&refused.headers, "retry-after"), "60");
    }
}
