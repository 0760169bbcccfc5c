//! Beacons of a map, gathered by the cells of its grid.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Answer, Beacon, Person, Plan, TestApp};

async fn ask<'a>(
    app: &TestApp,
    viewer: impl Into<Option<&'a Person>>,
    bounds: [f64; 4],
    zoom: i32,
    filter: Value,
) -> Answer {
    let [south, west, north, east] = bounds;
    let query = "query($bounds: GeoBoundsInput!, $zoom: Int!, $filter: BeaconFilter) {
        beaconClusters(bounds: $bounds, zoom: $zoom, filter: $filter) {
            count center { latitude longitude } maxSeverity beacon { id body } } }";
    let bounds = json!({ "south": south, "west": west, "north": north, "east": east });
    app.ask_with(viewer, query, json!({ "bounds": bounds, "zoom": zoom, "filter": filter })).await
}

/// The row and column of a place in the grid of a zoom, by the formula of the web's maps.
#[allow(clippy::cast_possible_truncation, reason = "kept within the grid")]
fn cell((latitude, longitude): (f64, f64), zoom: i32) -> (i64, i64) {
    let size = 2_f64.powi(zoom + 2);
    let phi = latitude.clamp(-85.051_128_78, 85.051_128_78).to_radians();
    let x = (longitude + 180.0) / 360.0 * size;
    let y = (1.0 - (phi.tan() + 1.0 / phi.cos()).ln() / std::f64::consts::PI) / 2.0 * size;
    let number = |value: f64| value.floor().clamp(0.0, size - 1.0) as i64;
    (number(y), number(x))
}

/// Clusters as `(count, worst severity)` by their cell.
fn by_cell(answer: &Answer, zoom: i32) -> BTreeMap<(i64, i64), (i64, String)> {
    let clusters = answer.data("/beaconClusters");
    let place = |cluster: &Value| {
        let degrees = |name: &str| cluster["center"][name].as_f64().unwrap();
        (degrees("latitude"), degrees("longitude"))
    };
    let clusters = clusters.as_array().unwrap();
    let cells: BTreeMap<_, _> = clusters
        .iter()
        .map(|cluster| {
            let count = cluster["count"].as_i64().unwrap();
            assert_eq!(cluster["beacon"].is_null(), count > 1, "{cluster}");
            (cell(place(cluster), zoom), (count, cluster["maxSeverity"].as_str().unwrap().to_owned()))
        })
        .collect();
    assert_eq!(cells.len(), clusters.len(), "two clusters in one cell");
    cells
}

const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// 300 beacons around the Earth, the poles and the antimeridian.
async fn scatter(app: &TestApp) -> Vec<((f64, f64), usize)> {
    let places: Vec<_> = (0..300_u32)
        .map(|n| {
            let (a, b) = (f64::from(n * 7_919 % 1_000) / 1_000.0, f64::from(n * 104_729 % 997) / 997.0);
            let place = match n % 3 {
                0 => (a * 180.0 - 90.0, b * 360.0 - 180.0),
                1 => (44.9 + a * 0.2, -93.3 + b * 0.2),
                _ => (a * 4.0 - 2.0, if b < 0.5 { 179.0 + b } else { b - 180.5 }),
            };
            (place, (n % 4) as usize)
        })
        .chain([((90.0, 0.0), 0), ((-90.0, 0.0), 1), ((0.0, 180.0), 2), ((0.0, -180.0), 3)])
        .collect();
    for ((latitude, longitude), severity) in &places {
        let severity = SEVERITIES[*severity].to_owned();
        app.beacon(Beacon { severity, ..Beacon::at(*latitude, *longitude) }).await;
    }
    places
}

#[tokio::test]
async fn clusters_are_those_of_the_grid_whatever_the_box() {
    let app = TestApp::new().await;
    let places = scatter(&app).await;
    for zoom in [0, 1, 3, 4, 9, 12, 22] {
        let mut model: BTreeMap<_, (i64, usize)> = BTreeMap::new();
        for (place, severity) in &places {
            // 180 degrees west are stored as 180 degrees east.
            let place = if place.1 <= -180.0 { (place.0, 180.0) } else { *place };
            let cluster = model.entry(cell(place, zoom)).or_default();
            *cluster = (cluster.0 + 1, cluster.1.max(*severity));
        }
        // The whole Earth, a city at two places of the map, a box across the antimeridian, and one that is a point.
        let boxes = [
            [-90.0, -180.0, 90.0, 180.0],
            [44.95, -93.25, 45.05, -93.15],
            [44.97, -93.22, 45.07, -93.12],
            [-1.0, 178.5, 1.5, -178.2],
            [-2.0, -180.0, 2.0, -179.9],
            [0.0, 180.0, 0.0, 180.0],
            [60.0, 10.0, 90.0, 20.0],
            [-90.0, 10.0, -60.0, 20.0],
        ];
        for bounds in boxes {
            let [south, west, north, east] = bounds;
            let ((top, left), (bottom, right)) = (cell((north, west), zoom), cell((south, east), zoom));
            let columns = if west <= east { right - left + 1 } else { (4_i64 << zoom) - left + right + 1 };
            let answer = ask(&app, None, bounds, zoom, Value::Null).await;
            if columns * (bottom - top + 1) > 4_096 {
                assert_eq!(answer.code(), "BAD_USER_INPUT", "{bounds:?} {zoom}");
                continue;
            }
            let is_in = |(row, column): (i64, i64)| {
                let across =
                    if west <= east { left <= column && column <= right } else { left <= column || column <= right };
                top <= row && row <= bottom && across
            };
            let expected: BTreeMap<_, _> = model
                .iter()
                .filter(|(cell, _)| is_in(**cell))
                .map(|(cell, (count, worst))| (*cell, (*count, SEVERITIES[*worst].to_uppercase())))
                .collect();
            assert_eq!(by_cell(&answer, zoom), expected, "{bounds:?} {zoom}");
        }
    }
}

#[tokio::test]
async fn what_the_viewer_may_not_see_is_in_no_cluster() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.private("ada").await, app.person("ben").await);
    let map = [44.0, -94.0, 46.0, -92.0];
    let counts = async |viewer: Option<&Person>, filter: Value| -> Vec<String> {
        ask(&app, viewer, map, 5, filter).await.each("/beaconClusters", "/count")
    };
    app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(44.9, -93.2) }).await;
    assert_eq!(counts(None, Value::Null).await, [""; 0]);
    app.beacon(Beacon { kind: "fire".to_owned(), ..Beacon::at(44.9, -93.2) }).await;
    app.beacon(Beacon { state: "resolved".to_owned(), ..Beacon::at(44.9, -93.2) }).await;
    app.beacon(Beacon { reports: 5, ..Beacon::at(44.9, -93.2) }).await;
    app.beacon(Beacon { expires_at: Some(app.now()), ..Beacon::at(44.9, -93.2) }).await;
    assert_eq!(counts(None, Value::Null).await, ["1"]);
    assert_eq!(counts(Some(&ben), Value::Null).await, ["1"]);
    assert_eq!(counts(Some(&ada), Value::Null).await, ["2"]);
    app.follow(&ben, &ada, "accepted").await;
    assert_eq!(counts(Some(&ben), Value::Null).await, ["2"]);
    assert_eq!(counts(Some(&ben), json!({ "types": ["FIRE"] })).await, ["1"]);
    app.block(&ada, &ben).await;
    assert_eq!(counts(Some(&ben), Value::Null).await, ["1"]);
}

#[tokio::test]
async fn a_map_takes_three_statements_with_its_single_beacons() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    scatter(&app).await;
    app.forget_statements();
    let clusters = ask(&app, &ada, [-90.0, -180.0, 90.0, 180.0], 3, Value::Null).await.data("/beaconClusters");
    assert!(clusters.as_array().unwrap().iter().filter(|cluster| !cluster["beacon"].is_null()).count() > 20);
    assert_eq!(app.statements().len(), 3);
}

/// A hundred thousand in view are one statement, along the index, within its time.
#[tokio::test]
async fn a_hundred_thousand_beacons_are_gathered_by_one_statement() {
    let app = TestApp::new().await;
    app.database
        .run(
            "SET sojorn.live = off;
             INSERT INTO posts (body, visibility, is_beacon, severity, created_at, location)
                 SELECT 'one of many', 'public', true, 'low', '2026-03-01',
                     ST_SetSRID(ST_MakePoint(-94 + (n % 317) / 158.0, 44 + (n / 317) / 158.0), 4326)::geography
                 FROM generate_series(1, 100000) AS n;
             ANALYZE posts;",
        )
        .await;
    app.forget_statements();
    let clusters = ask(&app, None, [43.0, -95.0, 47.0, -91.0], 7, Value::Null).await.data("/beaconClusters");
    let counts = clusters.as_array().unwrap().iter().map(|cluster| cluster["count"].as_i64().unwrap());
    assert_eq!(counts.sum::<i64>(), 100_000);
    let statements = app.statements();
    assert_eq!(statements.len(), 1);
    let indexes = Plan::of(&app.database, &statements[0]).await.indexes();
    assert!(indexes.contains("posts_beacons"), "{indexes:?}");
}

#[tokio::test]
async fn a_map_that_is_none_is_refused() {
    let app = TestApp::new().await;
    let world = [-90.0, -180.0, 90.0, 180.0];
    for zoom in [-1, 23, i32::MAX, i32::MIN, 5] {
        let answer = ask(&app, None, world, zoom, Value::Null).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{zoom}");
        assert_eq!(answer.json["errors"][0]["extensions"]["argument"], json!("zoom"));
    }
    for bounds in [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 91.0, 1.0], [0.0, -181.0, 1.0, 1.0]] {
        let answer = ask(&app, None, bounds, 3, Value::Null).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{bounds:?}");
        assert_eq!(answer.json["errors"][0]["extensions"]["argument"], json!("bounds"));
    }
    let answer = ask(&app, None, world, 0, json!({ "minConfidence": 2 })).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
}
