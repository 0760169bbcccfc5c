//! What is logged of the map: that a tile was asked for, and not which.

use crate::support::{Beacon, Log, TestApp};

#[tokio::test]
async fn which_tile_was_asked_for_is_not_logged() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.beacon(Beacon::at(44.9, -93.2)).await;
    let log = Log::default();
    // Everything that our own code logs, at any level; without times and random ids, which are full of numbers.
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_env_filter("warn,sojorn=trace")
        .without_time()
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let id = [("x-request-id", "r")];
    let seen = app.tile_with(None, (14, 3_950, 5_900), &id).await;
    assert_eq!(seen.features().len(), 1);
    let tag = seen.headers["etag"].to_str().unwrap();
    app.tile_with(None, (14, 3_950, 5_900), &[("x-request-id", "r"), ("if-none-match", tag)]).await;
    app.tile_with(&ada, (14, 3_950, 5_900), &id).await;
    app.tile_with(None, (14, 3_950, 5_901), &id).await;
    app.tile_with(None, (12, 3_950, 59_012), &id).await;
    app.tile_with(None, (14, 3_950, 5_900), &[("x-request-id", "r"), ("authorization", "Bearer x")]).await;
    assert_eq!(app.get("/tiles/beacons/14/3950/5900.pbf?at=3950").await.status, 400);
    assert_eq!(app.get("/tile/beacons/14/3950/5900.mvt").await.status, 404);
    app.database.drop_now().await;
    assert_eq!(app.tile_with(None, (14, 3_950, 5_900), &id).await.status, 503);
    assert_eq!(app.tile_with(&ada, (14, 3_950, 5_900), &id).await.status, 503);

    let log = log.text();
    for status in [200, 304, 204, 400, 401, 404, 503] {
        assert!(log.contains(&format!("status={status}")), "{status} is not logged: {log}");
    }
    assert_eq!(log.matches("path=\"/tiles/beacons/{*tile}\"").count(), log.matches("beacons").count(), "{log}");
    // As a number by itself, and no duration: random ids are made for two of the requests.
    let log: String = log.split_inclusive(' ').filter(|word| !word.starts_with("milliseconds=")).collect();
    let words: Vec<_> = log.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    for trace in ["3950", "5900", "5901", "59012", "14", "12"] {
        assert!(!words.contains(&trace), "{trace} in {log}");
    }
}
