//! Coordinates that are no place, and areas that are none.

use serde_json::json;

use super::{arguments, refused};
use crate::support::TestApp;

const IN: &str = "query($area: BeaconArea!) { beacons(area: $area) { nodes { id } totalCount } }";
const CREATE: &str = "mutation($input: CreateBeaconInput!) {
    createBeacon(input: $input) { beacon { id } userErrors { code path } } }";

/// Numbers that are no latitude and no longitude.
const NO_PLACES: [(f64, f64); 9] = [
    (90.1, 0.0),
    (-90.1, 0.0),
    (90.000_000_1, 0.0),
    (95.0, 0.0),
    (0.0, 180.1),
    (0.0, -180.1),
    (0.0, 360.0),
    (1e308, 0.0),
    (0.0, -1e308),
];

#[tokio::test]
async fn a_place_is_within_90_and_180_degrees() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    for (latitude, longitude) in NO_PLACES {
        let place = json!({ "latitude": latitude, "longitude": longitude });
        let input = json!({ "body": "ice", "type": "HAZARD", "location": place });
        let answer = refused(&app, &ada, CREATE, json!({ "input": input })).await;
        assert_eq!((answer.code().as_str(), arguments(&answer)), ("BAD_USER_INPUT", vec!["input.location".to_owned()]));

        let answer = refused(&app, None, IN, json!({ "area": { "circle": { "center": place } } })).await;
        assert_eq!(
            (answer.code().as_str(), arguments(&answer)),
            ("BAD_USER_INPUT", vec!["area.circle.center".to_owned()])
        );

        let corners = json!([{ "latitude": 1, "longitude": 1 }, { "latitude": 2, "longitude": 1 }, place]);
        let answer = refused(&app, None, IN, json!({ "area": { "polygon": corners } })).await;
        assert_eq!((answer.code().as_str(), arguments(&answer)), ("BAD_USER_INPUT", vec!["area.polygon".to_owned()]));

        for bounds in [
            json!({ "south": latitude, "west": longitude, "north": 1, "east": 1 }),
            json!({ "south": -1, "west": -1, "north": latitude, "east": longitude }),
        ] {
            let answer = refused(&app, None, IN, json!({ "area": { "bounds": bounds } })).await;
            assert_eq!(
                (answer.code().as_str(), arguments(&answer)),
                ("BAD_USER_INPUT", vec!["area.bounds".to_owned()])
            );
        }
    }
    assert_eq!(app.database.fingerprint().await, before);
    for (latitude, longitude) in [(90.0, 180.0), (-90.0, -180.0), (0.0, 0.0), (-0.0, -0.0), (1e-300, 5e-324)] {
        let center = json!({ "latitude": latitude, "longitude": longitude });
        let answer = app.ask_with(None, IN, json!({ "area": { "circle": { "center": center } } })).await;
        assert_eq!(answer.data("/beacons/nodes"), json!([]));
    }
}

#[tokio::test]
async fn what_is_no_number_is_no_coordinate() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let before = app.database.fingerprint().await;
    for value in [json!("1"), json!("NaN"), json!("Infinity"), json!(true), json!([1]), json!({}), json!(null)] {
        let place = json!({ "latitude": value, "longitude": 1 });
        let input = json!({ "body": "ice", "type": "HAZARD", "location": place });
        let codes = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"];
        let answer = refused(&app, &ada, CREATE, json!({ "input": input })).await;
        assert!(codes.contains(&answer.code().as_str()), "{value}: {}", answer.body);
        let answer = refused(&app, None, IN, json!({ "area": { "circle": { "center": place } } })).await;
        assert!(codes.contains(&answer.code().as_str()), "{value}: {}", answer.body);
    }
    // In the document. No number of GraphQL's is infinite or none, and what is too great for a float is none either.
    for number in
        ["NaN", "Infinity", "-Infinity", "nan", "1e999", "-1e999", "1e400", "0x1", "1.", ".5", "01", "1_000", "--1"]
    {
        let area = format!("circle: {{ center: {{ latitude: {number}, longitude: 1 }} }}");
        let answer =
            refused(&app, None, &format!("{{ beacons(area: {{ {area} }}) {{ nodes {{ id }} }} }}"), json!({})).await;
        let codes = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"];
        assert!(codes.contains(&answer.code().as_str()), "{number}: {}", answer.body);
        let input = format!("body: \"ice\", type: HAZARD, location: {{ latitude: 1, longitude: {number} }}");
        let create = format!("mutation {{ createBeacon(input: {{ {input} }}) {{ beacon {{ id }} }} }}");
        let answer = refused(&app, &ada, &create, json!({})).await;
        assert!(codes.contains(&answer.code().as_str()), "{number}: {}", answer.body);
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn a_radius_is_more_than_0_and_at_most_50_kilometres() {
    let app = TestApp::new().await;
    let circle = |radius: f64| {
        let center = json!({ "latitude": 45, "longitude": -93 });
        json!({ "area": { "circle": { "center": center, "radiusMeters": radius } } })
    };
    for radius in [0.0, -0.0, -1.0, -1e-300, 50_000.000_1, 50_001.0, 1e308] {
        let answer = refused(&app, None, IN, circle(radius)).await;
        assert_eq!(
            (answer.code().as_str(), arguments(&answer)),
            ("BAD_USER_INPUT", vec!["area.circle.radiusMeters".to_owned()]),
            "{radius}"
        );
    }
    for radius in [5e-324, 1.0, 50_000.0] {
        assert_eq!(app.ask_with(None, IN, circle(radius)).await.data("/beacons/totalCount"), 0);
    }
    for radius in [json!(null), json!("1"), json!(true)] {
        let area = json!({ "circle": { "center": { "latitude": 45, "longitude": -93 }, "radiusMeters": radius } });
        refused(&app, None, IN, json!({ "area": area })).await;
    }
}

#[tokio::test]
async fn a_polygon_has_between_3_and_100_corners_that_differ() {
    let app = TestApp::new().await;
    let corners = |points: &[(f64, f64)]| {
        let corners: Vec<_> = points.iter().map(|(y, x)| json!({ "latitude": y, "longitude": x })).collect();
        json!({ "area": { "polygon": corners } })
    };
    let ring = |n: u32| -> Vec<(f64, f64)> {
        (0..n)
            .map(|i| f64::from(i) / f64::from(n) * std::f64::consts::TAU)
            .map(|turn| (45.0 + turn.sin(), -93.0 + turn.cos()))
            .collect()
    };
    for bad in [
        vec![],
        vec![(45.0, -93.0)],
        vec![(45.0, -93.0), (46.0, -93.0)],
        vec![(45.0, -93.0), (46.0, -93.0), (45.0, -93.0)],
        vec![(45.0, -93.0), (45.0, -93.0), (46.0, -93.0), (46.0, -93.0)],
        vec![(45.0, -93.0); 3],
        vec![(45.0, -93.0); 100],
        vec![(45.0, -93.0); 101],
        ring(101),
        ring(10_000),
        // Half the Earth: which half would be the question.
        vec![(0.0, 0.0), (0.0, 120.0), (0.0, -120.0)],
        vec![(0.0, 0.0), (0.0, 180.0), (90.0, 0.0)],
    ] {
        let answer = refused(&app, None, IN, corners(&bad)).await;
        assert_eq!(
            (answer.code().as_str(), arguments(&answer)),
            ("BAD_USER_INPUT", vec!["area.polygon".to_owned()]),
            "{} corners",
            bad.len()
        );
    }
    for good in [ring(3), ring(100), [ring(5), vec![ring(5)[0]]].concat()] {
        assert_eq!(app.ask_with(None, IN, corners(&good)).await.data("/beacons/totalCount"), 0);
    }
    // All on a line, crossing itself, at a pole: odd, but no reason to fall over.
    for odd in [
        vec![(45.0, -93.0), (46.0, -93.0), (47.0, -93.0)],
        vec![(0.0, 0.0), (0.0, 1.0), (0.0, 2.0)],
        vec![(45.0, -93.0), (46.0, -92.0), (46.0, -93.0), (45.0, -92.0)],
        vec![(89.0, 0.0), (89.0, 120.0), (89.0, -120.0)],
        vec![(90.0, 0.0), (90.0, 90.0), (90.0, -90.0)],
        vec![(-17.0, 179.0), (-17.0, -179.0), (-18.0, 180.0)],
        vec![(-17.0, 180.0), (-17.0, -180.0), (-18.0, 179.0)],
    ] {
        assert_eq!(app.ask_with(None, IN, corners(&odd)).await.data("/beacons/totalCount"), 0, "{odd:?}");
    }
    let nulls = json!({ "area": { "polygon": [null, null, null] } });
    refused(&app, None, IN, nulls).await;
}

#[tokio::test]
async fn the_south_of_a_box_is_not_north_of_its_north() {
    let app = TestApp::new().await;
    let bounds = |south: f64, west: f64, north: f64, east: f64| {
        let edges = json!({ "south": south, "west": west, "north": north, "east": east });
        json!({ "area": { "bounds": edges } })
    };
    for (south, north) in [(1.0, 0.0), (90.0, -90.0), (45.000_001, 45.0)] {
        let answer = refused(&app, None, IN, bounds(south, 0.0, north, 1.0)).await;
        assert_eq!((answer.code().as_str(), arguments(&answer)), ("BAD_USER_INPUT", vec!["area.bounds".to_owned()]));
    }
    for (south, west, north, east) in [
        (45.0, -93.0, 45.0, -93.0),
        (-90.0, -180.0, 90.0, 180.0),
        (-90.0, 180.0, 90.0, -180.0),
        (-90.0, 0.0, -90.0, 0.0),
        (90.0, 0.0, 90.0, 0.0),
        (-18.0, 179.0, -16.0, -179.0),
    ] {
        let answer = app.ask_with(None, IN, bounds(south, west, north, east)).await;
        assert_eq!(answer.data("/beacons/totalCount"), 0);
    }
}

#[tokio::test]
async fn an_area_is_one_thing_and_a_confidence_is_between_0_and_1() {
    let app = TestApp::new().await;
    let circle = json!({ "center": { "latitude": 45, "longitude": -93 } });
    let bounds = json!({ "south": 0, "west": 0, "north": 1, "east": 1 });
    for area in [
        json!({}),
        json!({ "circle": null }),
        json!({ "circle": circle, "bounds": bounds }),
        json!({ "circle": circle, "polygon": null }),
    ] {
        let answer = refused(&app, None, IN, json!({ "area": area })).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{area}");
    }
    let filtered = "query($least: Float) { beacons(
        area: { circle: { center: { latitude: 1, longitude: 1 } } }, filter: { minConfidence: $least }
    ) { nodes { id } } }";
    for least in [-0.1, 1.1, 1e308] {
        let answer = refused(&app, None, filtered, json!({ "least": least })).await;
        assert_eq!(
            (answer.code().as_str(), arguments(&answer)),
            ("BAD_USER_INPUT", vec!["filter.minConfidence".to_owned()])
        );
    }
    for least in [json!(0), json!(1), json!(null)] {
        app.ask_with(None, filtered, json!({ "least": least })).await.data("/beacons");
    }
}
