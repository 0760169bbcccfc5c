//! What a tile holds: the beacons of its place on the map, with what the API says of them, and nothing else.

use std::{collections::BTreeMap, f64::consts::PI};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Address, Beacon, List, Person, TestApp};

/// Units of the tile's edge that a place is away from the tile's north-western corner, by the formula of the web's maps.
fn units((latitude, longitude): (f64, f64), (zoom, column, row): Address) -> (f64, f64) {
    let size = 2_f64.powi(zoom);
    let phi = latitude.to_radians();
    let x = (longitude + 180.0) / 360.0 * size - f64::from(column);
    let y = (1.0 - (phi.tan() + 1.0 / phi.cos()).ln() / PI) / 2.0 * size - f64::from(row);
    (x * 4_096.0, y * 4_096.0)
}

/// Where a place is in a tile, if it is in it or in its buffer. The map repeats itself to the east and to the west.
fn expected(place: (f64, f64), address: Address) -> Option<(f64, f64)> {
    if place.0.abs() > 85.051_128_78 {
        return None;
    }
    let (x, y) = units(place, address);
    let around = 4_096.0 * 2_f64.powi(address.0);
    let near = [x - around, x, x + around].into_iter().filter(|x| (-64.0..=4_160.0).contains(x));
    // In the tile of the whole world, the buffer would hold what the tile holds.
    let x = if address.0 == 0 { Some(x) } else { near.min_by(f64::total_cmp) };
    x.filter(|_| (-64.0..=4_160.0).contains(&y)).map(|x| (x, y))
}

/// 300 beacons: around the Earth, in a city and on both sides of the antimeridian.
async fn scatter(app: &TestApp) -> BTreeMap<String, (f64, f64)> {
    let mut places = BTreeMap::new();
    let odd = [(90.0, 0.0), (-90.0, 0.0), (85.06, 10.0), (-85.06, 10.0), (85.05, 10.0), (-85.05, 10.0), (0.0, -180.0)];
    let scattered = (0..300_u32).map(|n| {
        let (a, b) = (f64::from(n * 7_919 % 1_000) / 1_000.0, f64::from(n * 104_729 % 997) / 997.0);
        match n % 3 {
            0 => (a * 170.0 - 85.0, b * 360.0 - 180.0),
            1 => (44.9 + a * 0.2, -93.3 + b * 0.2),
            _ => (a * 4.0 - 2.0, if b < 0.5 { 179.0 + b } else { b - 180.5 }),
        }
    });
    for (latitude, longitude) in scattered.chain(odd) {
        let id = app.beacon(Beacon::at(latitude, longitude)).await;
        places.insert(id.to_string(), (latitude, longitude));
    }
    places
}

/// The tiles with the tiles around them, at a zoom, of places of interest.
fn tiles_to_ask() -> Vec<Address> {
    let interesting = [(44.95, -93.2), (0.3, 179.99), (-0.7, -179.99), (85.0, 10.0), (-85.0, 10.0), (20.0, 100.0)];
    let mut tiles = Vec::new();
    for zoom in [0, 1, 2, 3, 5, 9, 12, 17, 22] {
        for place in interesting {
            let (x, y) = units(place, (zoom, 0, 0));
            #[allow(clippy::cast_possible_truncation, reason = "far fewer tiles than i32")]
            let [column, row] = [x, y].map(|units| (units / 4_096.0).floor() as i32);
            tiles.extend([-1, 0, 1].map(|step| (zoom, (column + step).rem_euclid(1 << zoom), row)));
        }
    }
    tiles.sort_unstable();
    tiles.dedup();
    tiles
}

#[tokio::test]
async fn a_beacon_is_in_its_tile_at_its_place() {
    let app = TestApp::new().await;
    let places = scatter(&app).await;
    let mut seen = 0;
    for address in tiles_to_ask() {
        let features = app.tile(None, address).await.features();
        let model: BTreeMap<_, _> =
            places.iter().filter_map(|(id, place)| Some((id.clone(), expected(*place, address)?))).collect();
        let found: BTreeMap<_, _> = features.iter().map(|feature| (feature.id(), feature.place)).collect();
        assert_eq!(found.len(), features.len(), "a beacon came twice in {address:?}");
        // What is on the very edge of the buffer may be in or out.
        let at_edge = |(x, y): &(f64, f64)| [*x, *y].iter().any(|at| (at + 64.0).abs().min((at - 4_160.0).abs()) < 0.6);
        for (id, place) in &model {
            assert!(found.contains_key(id) || at_edge(place), "{:?} is missing in {address:?}", places[id]);
        }
        for (id, (x, y)) in &found {
            let Some(place) = model.get(id) else { panic!("{:?} is in {address:?}", places[id]) };
            // At 180 degrees the map of the whole world begins and ends.
            let x_off = (f64::from(*x) - place.0).abs();
            let is_off = x_off > 0.51 && (address.0 > 0 || (x_off - 4_096.0).abs() > 0.51);
            assert!(
                !is_off && (f64::from(*y) - place.1).abs() <= 0.51,
                "{:?} is at {x}, {y}, not {place:?}",
                places[id]
            );
        }
        seen += found.len();
    }
    assert!(seen > 2_000, "{seen}");
    // 180 degrees east is 180 degrees west: the first column begins there.
    let id = app.beacon(Beacon::at(0.5, 180.0)).await.to_string();
    for zoom in [0, 1, 8] {
        let features = app.tile(None, (zoom, 0, (1 << zoom) / 2 - i32::from(zoom > 0))).await.features();
        let place = features.into_iter().find(|feature| feature.id() == id).map(|feature| feature.place.0);
        assert_eq!(place, Some(0), "{zoom}");
    }
}

#[tokio::test]
async fn a_tile_holds_what_a_list_of_its_box_holds() {
    let app = TestApp::new().await;
    let places = scatter(&app).await;
    let mut seen = 0;
    for address @ (zoom, column, row) in tiles_to_ask().into_iter().filter(|tile| tile.0 <= 12) {
        let size = 2_f64.powi(zoom);
        let longitude = |column: i32| f64::from(column) / size * 360.0 - 180.0;
        let latitude = |row: i32| (PI * (1.0 - 2.0 * f64::from(row) / size)).sinh().atan().to_degrees();
        let (south, north, west, east) = (latitude(row + 1), latitude(row), longitude(column), longitude(column + 1));
        let area = format!("{{ bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }} }}");
        let list = List::beacons(&area, "PRIORITY").forward(&app, None, 100).await;
        let mut tile = app.tile(None, address).await.ids();
        // Without the buffer. 180 degrees are both ends of the map.
        tile.retain(|id| {
            let (latitude, longitude) = places[id];
            let is_at_end = longitude.abs() >= 180.0 && (west <= -180.0 || east >= 180.0);
            (south..=north).contains(&latitude) && ((west..=east).contains(&longitude) || is_at_end)
        });
        assert_eq!(tile, list, "{address:?}");
        seen += list.len();
    }
    assert!(seen > 1_000, "{seen}");
}

/// What the API says of a beacon, by the names in a tile.
async fn said(app: &TestApp, viewer: Option<&Person>, id: Uuid) -> BTreeMap<String, Value> {
    let query = "query($id: ID!) { beacon(id: $id) { id type severity confidence is_official: isOfficial
        is_priority: isPriority vouches: vouchCount reports: reportCount expires_at: expiresAt } }";
    let mut said = app.ask_with(viewer, query, json!({ "id": id })).await.data("/beacon");
    if let Some(time) = said["expires_at"].as_str() {
        said["expires_at"] = json!(time.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp());
    }
    let said = said.as_object().unwrap().clone();
    // In a tile, what is null is not there.
    said.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

#[tokio::test]
async fn a_tile_says_what_the_api_says() {
    let app = TestApp::new().await;
    let (city, ada) = (app.person("city").await, app.person("ada").await);
    app.database.run("UPDATE profiles SET is_official = true WHERE handle = 'city'").await;
    let later = app.now() + chrono::TimeDelta::milliseconds(3_600_700);
    let words =
        ["safety", "official_presence", "package_theft", "lost_pet", "community", "question", "volcano", "Fire", ""];
    for (n, kind) in (0_i32..).zip(words) {
        app.beacon(Beacon {
            kind: kind.to_owned(),
            severity: ["low", "medium", "high", "critical"][usize::try_from(n).unwrap() % 4].to_owned(),
            author: [None, Some(city.id), Some(ada.id)][usize::try_from(n).unwrap() % 3],
            vouches: n % 5,
            reports: n % 4,
            expires_at: (n % 2 == 0).then_some(later),
            ..Beacon::at(44.9, -93.2)
        })
        .await;
    }
    app.database.run("UPDATE posts SET beacon_type = NULL WHERE beacon_type = ''").await;
    for viewer in [None, Some(&ada)] {
        let features = app.tile(viewer, (3, 1, 2)).await.features();
        assert_eq!(features.len(), words.len());
        for feature in features {
            let id = feature.id().parse().unwrap();
            assert_eq!(feature.properties, said(&app, viewer, id).await);
        }
    }
}

#[tokio::test]
async fn what_has_left_the_map_is_in_no_tile() {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let here = || Beacon::at(44.9, -93.2);
    app.beacon(Beacon { state: "resolved".to_owned(), ..here() }).await;
    app.beacon(Beacon { state: "false_alarm".to_owned(), ..here() }).await;
    app.beacon(Beacon { reports: 5, ..here() }).await;
    let signed = app.beacon(Beacon { author: Some(ada.id), ..here() }).await;
    let leaving = app.beacon(Beacon { expires_at: Some(app.now() + chrono::TimeDelta::minutes(1)), ..here() }).await;
    assert_eq!(app.tile(None, (3, 1, 2)).await.ids(), [leaving.to_string()]);
    assert_eq!(app.tile(&ada, (3, 1, 2)).await.ids(), [leaving.to_string(), signed.to_string()]);
    app.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(app.tile(None, (3, 1, 2)).await.ids(), [""; 0]);
}

#[tokio::test]
async fn nobody_is_named_in_a_tile() {
    let app = TestApp::new().await;
    let (zoe, ben) = (app.person("zoe_the_maker").await, app.person("ben").await);
    for (author, body) in [(Some(zoe.id), "a signed text"), (None, "a text of nobody")] {
        app.beacon(Beacon { author, body: body.to_owned(), ..Beacon::at(44.9, -93.2) }).await;
    }
    app.database
        .run(
            "UPDATE posts SET manage_key_hash = decode(repeat('4b', 32), 'hex'), image_url = 'https://image.example/1';
             UPDATE profiles SET display_name = 'A display name', avatar_url = 'https://avatar.example/1';
             INSERT INTO beacon_votes (beacon_id, profile_id, vote) SELECT posts.id, profiles.id, 'vouch'
                 FROM posts, profiles WHERE handle = 'ben'",
        )
        .await;
    let tile = app.tile(&zoe, (14, 3_950, 5_900)).await;
    assert_eq!(tile.features().len(), 2, "{tile:?}");
    for viewer in [None, Some(&zoe), Some(&ben)] {
        let tile = app.tile(viewer, (14, 3_950, 5_900)).await;
        let names = ["id", "type", "severity", "confidence", "is_official", "is_priority", "vouches", "reports"];
        for feature in tile.features() {
            let said: Vec<_> = feature.properties.keys().map(String::as_str).collect();
            assert!(said.iter().all(|name| names.contains(name)) && said.len() == names.len(), "{said:?}");
        }
        // As text and as bytes: a uuid, a hash.
        let text = String::from_utf8_lossy(&tile.bytes).to_lowercase();
        for trace in [&zoe.id.to_string(), &ben.id.to_string(), "zoe", "ben", "display", "text", "example", "kkkk"] {
            assert!(!text.contains(trace), "{trace}");
        }
        for id in [zoe.id, ben.id] {
            assert!(!tile.bytes.windows(16).any(|bytes| bytes == id.as_bytes()));
        }
    }
    // A block takes away what is signed, and is no test of who made the other one.
    app.block(&zoe, &ben).await;
    assert_eq!(app.tile(&ben, (14, 3_950, 5_900)).await.features().len(), 1);
    assert_eq!(app.tile(None, (14, 3_950, 5_900)).await.features().len(), 2);
}

#[tokio::test]
async fn a_tile_holds_the_most_urgent_five_thousand() {
    let app = TestApp::new().await;
    // Many are equally urgent, also at the end of what fits.
    app.database
        .run(
            "INSERT INTO posts (id, body, is_beacon, beacon_type, severity, vouch_count, location, created_at)
             SELECT gen_random_uuid(), 'b', true, 'hazard',
                    (ARRAY['low', 'medium', 'high', 'critical'])[1 + n % 4], n % 7,
                    ST_MakePoint(-93.2 + n * 1e-5, 44.9)::geography, timestamptz '2026-03-01' + n / 100 * interval '1 s'
             FROM generate_series(0, 6999) AS n",
        )
        .await;
    let order = "SELECT string_agg(id::text, ',' ORDER BY priority_key DESC, created_at DESC, id DESC) FROM posts";
    let order = app.database.text(order).await;
    let expected: Vec<_> = order.split(',').take(5_000).collect();
    for address in [(0, 0, 0), (6, 15, 23)] {
        let tile = app.tile(None, address).await;
        assert_eq!(tile.ids(), expected, "{address:?}");
        assert_eq!(app.tile(None, address).await.bytes, tile.bytes, "{address:?}");
        println!("{} kB", tile.bytes.len() / 1_000);
    }
}
