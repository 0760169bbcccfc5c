//! Somebody who wants to know where a beacon was made, and asks all that there is to ask.

use std::f64::consts::PI;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use sojorn::domain::beacon::Point;

use super::{
    sphere::{away, moved, solve},
    world::World,
};

/// Questions in one request.
const AT_ONCE: usize = 20;
const FIELDS: &str = "id author { handle } type severity state body location { latitude longitude } precision
    radiusMeters confidence isPriority isOfficial vouchCount reportCount createdAt expiresAt";

/// What he has learnt.
pub struct Knowledge {
    /// Each question with its answer.
    pub answers: Vec<(String, String)>,
    /// Where the beacon is, by each way of finding it.
    pub found: Vec<(&'static str, Point)>,
}

pub struct Attacker<'a> {
    world: &'a World,
    target: String,
    /// Where everybody sees the beacon: from there he looks for more.
    shown: Point,
    knows: Knowledge,
}

impl<'a> Attacker<'a> {
    /// All that can be learnt of a beacon.
    pub async fn asks(world: &'a World, target: usize) -> Knowledge {
        let (id, shown) = (world.targets[target].to_string(), world.shown[target]);
        let answers = vec![("what its maker was answered".to_owned(), world.answers[target].clone())];
        let mut attacker = Self { world, target: id, shown, knows: Knowledge { answers, found: Vec::new() } };
        attacker.looks_it_up().await;
        // The edge of a circle around him, moved until the beacon is just inside.
        let anchors = [(20.0, 9_000.0), (140.0, 14_000.0), (255.0, 21_000.0)];
        let anchors = anchors.map(|(direction, meters)| away(shown, direction, meters));
        let mut radii = [0.0; 3];
        for (radius, anchor) in radii.iter_mut().zip(anchors) {
            *radius = attacker.search(0.0, 50_000.0, 0.001, |radius| circle(anchor, radius)).await;
        }
        attacker.finds("the radius of circles", solve(anchors, radii));
        attacker.reads_distances(anchors).await;
        attacker.moves_boxes().await;
        attacker.turns_polygons(anchors[0]).await;
        attacker.zooms().await;
        attacker.knows
    }

    fn finds(&mut self, way: &'static str, place: Point) {
        self.knows.found.push((way, place));
    }

    async fn ask(&mut self, query: &str) -> Value {
        let answer = self.world.app.ask(None, query).await;
        answer.data("");
        self.knows.answers.push((query.to_owned(), answer.body));
        answer.json["data"].clone()
    }

    async fn looks_it_up(&mut self) {
        let id = self.target.clone();
        let found = self.ask(&format!("{{ node(id: \"{id}\") {{ ... on Beacon {{ {FIELDS} }} }} }}")).await;
        let place = |name: &str| found["node"]["location"][name].as_f64().unwrap();
        let place = Point { latitude: place("latitude"), longitude: place("longitude") };
        self.finds("what is shown", place);
    }

    /// Whether the beacon is in each of these areas.
    async fn is_in(&mut self, areas: &[String]) -> Vec<bool> {
        let field =
            |(n, area): (usize, &String)| format!("a{n}: beacons(area: {area}) {{ totalCount nodes {{ id }} }}");
        let fields: Vec<_> = areas.iter().enumerate().map(field).collect();
        let answer = self.ask(&format!("{{ {} }}", fields.join(" "))).await;
        let ids = |n: usize| answer[format!("a{n}")]["nodes"].as_array().unwrap().clone();
        (0..areas.len()).map(|n| ids(n).iter().any(|node| node["id"] == self.target.as_str())).collect()
    }

    /// The number at which an area begins to hold the beacon, between one of which it does not and one of which it does.
    async fn search(&mut self, without: f64, with: f64, exact: f64, area: impl Fn(f64) -> String) -> f64 {
        let (mut without, mut with) = (without, with);
        while (with - without).abs() > exact {
            let number = |n: usize| without + (with - without) * step(n + 1) / step(AT_ONCE + 1);
            let numbers: Vec<_> = (0..AT_ONCE).map(number).collect();
            let areas: Vec<_> = numbers.iter().map(|number| area(*number)).collect();
            let is_in = self.is_in(&areas).await;
            let first = is_in.iter().position(|is_in| *is_in).unwrap_or(AT_ONCE);
            assert!(is_in[first..].iter().all(|is_in| *is_in), "an area that grows loses nothing: {areas:?}");
            if let Some(number) = numbers.get(first) {
                with = *number;
            }
            if let Some(number) = first.checked_sub(1).and_then(|before| numbers.get(before)) {
                without = *number;
            }
        }
        with
    }

    /// What lists say of distances, and what their cursors do: a cursor of such a list begins with the distance.
    async fn reads_distances(&mut self, anchors: [Point; 3]) {
        let (mut shown, mut sealed) = ([0.0; 3], [0.0; 3]);
        for (n, anchor) in anchors.into_iter().enumerate() {
            let area = circle(anchor, 50_000.0);
            for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
                let edges = "edges { cursor distanceMeters node { id } } pageInfo { endCursor } totalCount";
                let list = format!("beacons(area: {area}, orderBy: {order}, first: 100) {{ {edges} }}");
                let answer = self.ask(&format!("{{ {list} }}")).await;
                let edges = answer["beacons"]["edges"].as_array().unwrap().clone();
                let own = edges.iter().position(|edge| edge["node"]["id"] == self.target.as_str()).unwrap();
                let cursor = edges[own]["cursor"].as_str().unwrap();
                if order == "DISTANCE" {
                    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
                    shown[n] = edges[own]["distanceMeters"].as_f64().unwrap();
                    sealed[n] = f64::from_be_bytes(*bytes.first_chunk().unwrap());
                }
                // And who stands before and behind it.
                for (size, end) in [("first", "after"), ("last", "before")] {
                    let page = format!("area: {area}, orderBy: {order}, {size}: 3, {end}: \"{cursor}\"");
                    self.ask(&format!("{{ beacons({page}) {{ nodes {{ id }} }} }}")).await;
                }
            }
        }
        self.finds("the distances that are shown", solve(anchors, shown));
        self.finds("the distances in cursors", solve(anchors, sealed));
    }

    /// The edges of boxes, moved until the beacon is just inside.
    async fn moves_boxes(&mut self) {
        let shown = self.shown;
        // A cell near a pole is many degrees wide.
        let wide = if shown.latitude.abs() > 89.0 { 170.0 } else { 2.0 };
        let (north, south) = ((shown.latitude + 1.0).min(90.0), (shown.latitude - 1.0).max(-90.0));
        let bounds = |south: f64, west: f64, east: f64| {
            let [west, east] = [west, east].map(|by| moved(shown, 0.0, by).longitude);
            format!("{{ bounds: {{ south: {south:?}, west: {west:?}, north: {north:?}, east: {east:?} }} }}")
        };
        let latitude = self.search(north, south, 1e-8, |edge| bounds(edge, -wide, wide)).await;
        let longitude = self.search(wide, -wide, 1e-8, |edge| bounds(south, edge, wide)).await;
        self.finds("the edges of boxes", Point { latitude, ..moved(shown, 0.0, longitude) });
    }

    /// A side of a triangle, turned until the beacon is just inside.
    async fn turns_polygons(&mut self, anchor: Point) {
        let corner = |direction: f64| away(anchor, direction, 60_000.0);
        // The beacon is to the south, and a little to the west.
        let triangle = |direction: f64| {
            let corners = [anchor, corner(110.0), corner(direction)]
                .map(|Point { latitude, longitude }| format!("{{ latitude: {latitude:?}, longitude: {longitude:?} }}"));
            format!("{{ polygon: [{}] }}", corners.join(", "))
        };
        let _ = self.search(120.0, 280.0, 1e-6, triangle).await;
    }

    /// Clusters and tiles at every zoom.
    async fn zooms(&mut self) {
        let Point { latitude, longitude } = self.shown;
        let [south, north] = [latitude - 1e-4, latitude + 1e-4].map(|latitude| latitude.clamp(-90.0, 90.0));
        let bounds = format!("{{ south: {south:?}, west: {longitude:?}, north: {north:?}, east: {longitude:?} }}");
        let cluster = "count maxSeverity center { latitude longitude } beacon { id }";
        let mut alone = None;
        for zooms in [0..12, 12..23] {
            let field = |zoom| format!("z{zoom}: beaconClusters(bounds: {bounds}, zoom: {zoom}) {{ {cluster} }}");
            let fields: Vec<_> = zooms.clone().map(field).collect();
            let answer = self.ask(&format!("{{ {} }}", fields.join(" "))).await;
            let mut clusters = zooms.rev().filter_map(|zoom| answer[format!("z{zoom}")].as_array().cloned()).flatten();
            let found = clusters.find(|cluster| cluster["beacon"]["id"] == self.target.as_str());
            alone = found.or(alone);
        }
        // Around the poles a cell is too large to hold one beacon only.
        if let Some(cluster) = alone {
            let centre = |name: &str| cluster["center"][name].as_f64().unwrap();
            self.finds(
                "the middle of clusters",
                Point { latitude: centre("latitude"), longitude: centre("longitude") },
            );
        }
        let across = (longitude + 180.0) / 360.0;
        let down = (1.0 - latitude.to_radians().tan().asinh() / PI) / 2.0;
        for zoom in 0..=22 {
            let size = f64::from(1 << zoom);
            let [column, row] = [across, down].map(|share| index((share * size).clamp(0.0, size - 1.0)));
            let tile = self.world.app.tile(None, (zoom, column, row)).await;
            self.knows.answers.push((format!("tile {zoom}/{column}/{row}"), format!("{:?}", tile.bytes)));
            let drawn = tile.features().into_iter().find(|feature| feature.id() == self.target);
            if let Some(feature) = drawn.filter(|_| zoom == 22) {
                let [x, y] = [(column, feature.place.0), (row, feature.place.1)]
                    .map(|(tile, unit)| (f64::from(tile) + f64::from(unit) / 4_096.0) / size);
                let latitude = (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
                self.finds("tiles", moved(Point { latitude, longitude: -180.0 }, 0.0, x * 360.0));
            }
        }
    }
}

pub fn circle(Point { latitude, longitude }: Point, radius: f64) -> String {
    let centre = format!("{{ latitude: {latitude:?}, longitude: {longitude:?} }}");
    format!("{{ circle: {{ center: {centre}, radiusMeters: {radius:?} }} }}")
}

fn step(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

#[allow(clippy::cast_possible_truncation, reason = "below 2^22")]
fn index(number: f64) -> i32 {
    number.floor() as i32
}
