//! Which beacons are in an area, in which order and how far away, compared with a computation of our own.

mod model;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use self::model::{Area, Place};
use crate::support::{Dice, List, TestApp};

/// A beacon as the model knows it.
#[derive(Clone, Copy, Debug)]
struct Row {
    id: Uuid,
    place: Place,
    at: DateTime<Utc>,
    severity: usize,
    vouches: i32,
}

const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

impl Row {
    fn new(place: Place, at: DateTime<Utc>) -> Self {
        Self { id: Uuid::new_v4(), place, at, severity: 1, vouches: 0 }
    }

    /// The place in the order by priority, greatest first.
    fn urgency(&self) -> (bool, usize, i64, Uuid) {
        (self.vouches >= 3, self.severity, self.at.timestamp(), self.id)
    }
}

async fn write(app: &TestApp, rows: &[Row]) {
    let value = |row: &Row| {
        let Row { id, place: Place(latitude, longitude), at, severity, vouches } = row;
        let severity = SEVERITIES[*severity];
        // ST_MakePoint takes the numbers as they are; as text, the last bit of one might be lost.
        let point = format!("ST_SetSRID(ST_MakePoint({longitude}::float8, {latitude}::float8), 4326)");
        format!("('{id}', 'x', true, 'hazard', {point}, '{at}', '{severity}', {vouches})")
    };
    let values: Vec<_> = rows.iter().map(value).collect();
    let columns = "id, body, is_beacon, beacon_type, location, created_at, severity, vouch_count";
    app.database.run(&format!("INSERT INTO posts ({columns}) VALUES {}", values.join(", "))).await;
}

/// 2,000 beacons: all over the Earth, in a city, at both poles and on both sides of the antimeridian; a quarter of them
/// at the place of another one.
fn scattered(now: DateTime<Utc>) -> Vec<Row> {
    let mut dice = Dice::new(7);
    let mut rows: Vec<Row> = Vec::new();
    for n in 0..2_000 {
        let (a, b) = (dice.unit() - 0.5, dice.unit() - 0.5);
        let place = match n % 8 {
            0 | 1 => Place((2.0 * a).asin().to_degrees(), 360.0 * b),
            2 | 3 => Place(44.95 + 0.6 * a, -93.2 + 0.8 * b),
            4 => Place(90.0 - 0.8 * (a + 0.5), 360.0 * b),
            5 => Place(-90.0 + 20.0 * (a + 0.5), 360.0 * b),
            6 => Place(-17.0 + a, if b < 0.0 { -180.0 - b } else { 180.0 - b }),
            _ => rows[dice.below(rows.len())].place,
        };
        // Minutes, so that many share theirs; some differ by a microsecond only.
        let at = now - TimeDelta::minutes(i64::try_from(dice.below(100)).unwrap());
        let mut row = Row::new(place, at - TimeDelta::microseconds(i64::try_from(dice.below(3)).unwrap()));
        row.severity = dice.below(4);
        row.vouches = i32::try_from(dice.below(5)).unwrap();
        rows.push(row);
    }
    rows
}

fn areas(rows: &[Row]) -> Vec<Area> {
    let Place(latitude, longitude) = rows[2].place;
    let ring = |corners: &[(f64, f64)]| Area::Polygon(corners.iter().map(|(a, b)| Place(*a, *b)).collect());
    vec![
        Area::Circle(Place(44.95, -93.2), 50_000.0),
        Area::Circle(Place(44.95, -93.2), 3_000.0),
        Area::Circle(rows[3].place, 0.001),
        Area::Circle(Place(-17.0, 180.0), 50_000.0),
        Area::Circle(Place(-17.0, -179.9), 50_000.0),
        Area::Circle(Place(90.0, 12.0), 50_000.0),
        Area::Circle(Place(89.9, -170.0), 50_000.0),
        Area::Circle(Place(-89.7, 5.0), 50_000.0),
        Area::Circle(Place(0.0, 0.0), 1.0),
        // Boxes: a city, over the antimeridian, that meridian's two sides, both poles, a part of a pole, more than half
        // around, everything, a point, a line, a line between the poles, and none of the beacons.
        Area::Bounds(44.8, -93.4, 45.1, -93.0),
        Area::Bounds(-18.0, 179.0, -16.0, -179.0),
        Area::Bounds(-18.0, 170.0, -16.0, 180.0),
        Area::Bounds(-18.0, -180.0, -16.0, -170.0),
        Area::Bounds(-90.0, 180.0, 90.0, -180.0),
        Area::Bounds(70.0, -180.0, 90.0, 180.0),
        Area::Bounds(-90.0, -180.0, -75.0, 180.0),
        Area::Bounds(60.0, 100.0, 90.0, -100.0),
        Area::Bounds(-90.0, -30.0, -60.0, 30.0),
        Area::Bounds(-60.0, -150.0, 70.0, 150.0),
        Area::Bounds(-60.0, 20.0, 70.0, 10.0),
        Area::Bounds(-90.0, -180.0, 90.0, 180.0),
        Area::Bounds(latitude, longitude, latitude, longitude),
        Area::Bounds(latitude, -180.0, latitude, 180.0),
        Area::Bounds(-90.0, longitude, 90.0, longitude),
        Area::Bounds(0.0, 0.0, 0.0, 0.0),
        ring(&[(44.8, -93.4), (45.1, -93.2), (44.8, -93.0)]),
        ring(&[(44.8, -93.0), (45.1, -93.2), (44.8, -93.4)]),
        ring(&[(45.0, -93.4), (45.1, -93.3), (45.1, -93.1), (45.0, -93.0), (44.9, -93.1), (44.9, -93.3)]),
        ring(&[(-17.4, 179.6), (-17.4, -179.6), (-16.6, -179.6), (-16.6, 179.6)]),
        ring(&[(89.7, 10.0), (89.7, 130.0), (89.7, -110.0)]),
        ring(&[(-80.0, 45.0), (-80.0, 135.0), (-80.0, -135.0), (-80.0, -45.0)]),
    ]
}

#[tokio::test]
async fn areas_hold_what_a_computation_of_our_own_finds() {
    let app = TestApp::new().await;
    let rows = scattered(app.now());
    write(&app, &rows).await;
    let known: HashMap<_, _> = rows.iter().map(|row| (row.id.to_string(), *row)).collect();
    let mut sizes = BTreeSet::new();
    for (n, area) in areas(&rows).iter().enumerate() {
        let inside: Vec<_> = rows.iter().filter(|row| area.holds(row.place)).copied().collect();
        sizes.insert(inside.len());
        by_distance(&app, area, &inside, &known).await;
        let mut newest = inside.clone();
        newest.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
        let mut urgent = inside.clone();
        urgent.sort_by_key(|row| std::cmp::Reverse(row.urgency()));
        for (order, expected) in [("NEWEST", newest), ("PRIORITY", urgent)] {
            let expected: Vec<_> = expected.iter().map(|row| row.id.to_string()).collect();
            let list = List::beacons(&area.literal(), order);
            let size = if expected.len() > 100 { 97 } else { 7 };
            // Each area in one direction, so that it takes half the time.
            let found = match n % 2 {
                0 => list.forward(&app, None, size).await,
                _ => list.backward(&app, None, size).await,
            };
            assert_eq!(found, expected, "{area:?} by {order}");
        }
        let total = app.ask(None, &format!("{{ beacons(area: {}) {{ totalCount }} }}", area.literal())).await;
        assert_eq!(total.data("/beacons/totalCount"), json!(inside.len()), "{area:?}");
    }
    assert!(sizes.len() > 20 && sizes.contains(&0) && sizes.contains(&2_000), "{sizes:?} is little to compare");
}

/// Reads the area by distance, in both directions. Rows whose distances differ by less than a floating point number can
/// tell may come in either order; at the same place, the id decides.
async fn by_distance(app: &TestApp, area: &Area, inside: &[Row], known: &HashMap<String, Row>) {
    let list = List::beacons(&area.literal(), "DISTANCE");
    let size = if inside.len() > 100 { 97 } else { 7 };
    let (mut edges, mut after) = (Vec::new(), json!(null));
    loop {
        let page = list.page(app, None, json!({ "first": size, "after": after })).await;
        after = json!(page.cursors.last());
        edges.extend(page.edges);
        if !page.has_next {
            break;
        }
    }
    let ids: Vec<_> = edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<_> = inside.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids.len(), expected.len(), "{area:?}");
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), expected, "{area:?}");
    let reference = area.reference();
    let mut last: Option<(f64, &Row)> = None;
    for (edge, id) in edges.iter().zip(&ids) {
        let (row, meters) = (&known[id], edge["distanceMeters"].as_f64().unwrap());
        let expected = model::distance(reference, row.place);
        assert!(
            (meters - expected).abs() < 0.01,
            "{row:?} is {expected} m, not {meters}, from {reference:?} of {area:?}"
        );
        if let Some((before, other)) = last {
            assert!(before <= meters, "{other:?} at {before} m before {row:?} at {meters} m");
            assert!(before < meters || other.id < row.id, "{other:?} before {row:?}");
        }
        last = Some((meters, row));
    }
    assert_eq!(list.backward(app, None, size).await, ids, "backward: {area:?}");
}

#[test]
fn the_computation_of_our_own_agrees_with_the_haversine_formula() {
    let mut dice = Dice::new(3);
    for _ in 0..1_000 {
        let mut place = || Place(180.0 * dice.unit() - 90.0, 360.0 * dice.unit() - 180.0);
        let (a, b) = (place(), place());
        let near = Place(a.0 * 0.999_999, a.1 + 0.000_1);
        assert!((model::distance(a, near) - model::haversine(a, near)).abs() < 1e-3);
        let meters = model::distance(a, b);
        assert!(meters > 1.9e7 || (meters - model::haversine(a, b)).abs() < 1e-3);
    }
}

/// Many beacons at the same few places, which lie around the reference point so that several are equally far from it.
#[tokio::test]
async fn ties_are_read_once_in_every_order_and_direction() {
    for Place(latitude, longitude) in [Place(0.0, 0.0), Place(0.0, 10.0), Place(45.0, -93.5), Place(0.0, 180.0)] {
        let app = TestApp::new().await;
        let mut rows = Vec::new();
        for (north, east) in [(0.0, 0.0), (0.0, 0.1), (0.0, -0.1), (0.1, 0.0), (-0.1, 0.0), (0.07, 0.03), (0.07, -0.03)]
        {
            let east: f64 = longitude + east;
            let place = Place(latitude + north, if east > 180.0 { east - 360.0 } else { east });
            rows.extend((0..5).map(|n| Row::new(place, app.now() - TimeDelta::seconds(n % 3))));
        }
        write(&app, &rows).await;
        let area = Area::Circle(Place(latitude, longitude), 20_000.0);
        let mut newest = rows.clone();
        newest.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
        for order in ["NEWEST", "PRIORITY"] {
            let expected: Vec<_> = newest.iter().map(|row| row.id.to_string()).collect();
            List::beacons(&area.literal(), order).check(&app, None, &expected).await;
        }
        let list = List::beacons(&area.literal(), "DISTANCE");
        let page = list.page(&app, None, json!({ "first": 100 })).await;
        let mut expected: Vec<_> = page
            .edges
            .iter()
            .map(|edge| (edge["distanceMeters"].as_f64().unwrap(), edge["node"]["id"].clone()))
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.as_str().cmp(&b.1.as_str())));
        let expected: Vec<_> = expected.iter().map(|(_, id)| id.as_str().unwrap().to_owned()).collect();
        assert_eq!(expected.len(), rows.len());
        list.check(&app, None, &expected).await;
    }
}
