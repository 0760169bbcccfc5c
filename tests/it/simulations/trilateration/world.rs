//! A network whose random bytes and clock are always the same: only the true places differ.

use std::sync::Mutex;

use serde_json::json;
use sojorn::domain::{
    Random,
    beacon::{Point, Precision, cell::stored_point},
};
use uuid::Uuid;

use super::sphere::away;
use crate::support::{Database, Dice, Person, TestApp};

pub struct World {
    pub app: TestApp,
    /// The beacons whose makers are looked for.
    pub targets: Vec<Uuid>,
    /// What their makers were answered.
    pub answers: Vec<String>,
    /// Where everybody sees them.
    pub shown: Vec<Point>,
}

impl World {
    /// Beacons of this precision, made at these places, each among signed ones of the attacker's own.
    pub async fn new(precision: Precision, places: Vec<Point>) -> Self {
        let dice = Mutex::new(Dice::new(1));
        let random = Random::of(move |bytes| {
            let mut dice = dice.lock().unwrap();
            bytes.fill_with(|| dice.next().to_le_bytes()[0]);
        });
        let generous = |config: &mut sojorn::config::Config| config.domain.beacons_per_hour = 1_000;
        let app = TestApp::with_random(Database::new().await, random, generous).await;
        let people = app.crowd(3).await;
        let mut world = Self { app, targets: Vec::new(), answers: Vec::new(), shown: Vec::new() };
        for (n, place) in places.into_iter().enumerate() {
            let shown = stored_point(place, precision);
            let anonymous = precision != Precision::Exact;
            let (id, answer) = world.make(&people[n % 2], place, word(precision), anonymous).await;
            world.targets.push(id);
            world.answers.push(answer);
            world.shown.push(shown);
            for direction in 0..6 {
                let own = away(shown, f64::from(direction) * 61.0, 30.0 + 90.0 * f64::from(direction));
                world.make(&people[2], own, "EXACT", false).await;
            }
        }
        world
    }

    async fn make(&self, maker: &Person, place: Point, precision: &str, anonymous: bool) -> (Uuid, String) {
        let query = "mutation($input: CreateBeaconInput!) { createBeacon(input: $input) {
            beacon { id location { latitude longitude } precision radiusMeters createdAt expiresAt }
            beaconEdge { cursor distanceMeters } manageKey userErrors { code message path } } }";
        let place = json!({ "latitude": place.latitude, "longitude": place.longitude });
        let input = json!({ "body": "mind the gap", "type": "HAZARD", "location": place, "precision": precision,
            "anonymous": anonymous });
        let answer = self.app.ask_with(maker, query, json!({ "input": input })).await;
        assert_eq!(answer.refusals("createBeacon"), [""; 0]);
        (answer.data("/createBeacon/beacon/id").as_str().unwrap().parse().unwrap(), answer.body)
    }

    /// Every row of every table, without what PostgreSQL's own clock and transactions say.
    pub async fn rows(&self) -> String {
        let tables = "SELECT string_agg(table_name, ',' ORDER BY table_name) FROM information_schema.tables
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
              AND table_name NOT IN ('spatial_ref_sys', 'seaql_migrations')";
        let mut text = Vec::new();
        for table in self.app.database.text(tables).await.split(',') {
            let rows = format!(
                "SELECT string_agg((to_jsonb(t) - '{{at,xid}}'::text[])::text, E'\\n' ORDER BY to_jsonb(t)::text)
                 FROM {table} AS t"
            );
            text.push(format!("{table}: {}", self.app.database.text(&rows).await));
        }
        assert!(text.iter().any(|rows| rows.contains(&self.targets[0].to_string())), "the rows show ids");
        text.join("\n")
    }
}

fn word(precision: Precision) -> &'static str {
    match precision {
        Precision::Block => "BLOCK",
        Precision::Neighborhood => "NEIGHBORHOOD",
        Precision::Exact => "EXACT",
    }
}
