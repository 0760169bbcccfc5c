//! Anonymous beacons are there for everybody alike. What a beacon looks like must not depend on who looks: a
//! difference, be it that of a block, would tell who wrote it.

use serde_json::json;
use uuid::Uuid;

use super::{rule::Author, world::World};

const BEACON: &str = "id author { handle } type severity state body imageUrl location { latitude longitude } precision
                      radiusMeters confidence isPriority isOfficial vouchCount reportCount createdAt expiresAt";
const SOMEWHERE: &str = "{ circle: { center: { latitude: 10, longitude: 10 }, radiusMeters: 5000 } }";

#[tokio::test]
async fn an_anonymous_beacon_is_the_same_for_everybody() {
    let world = World::new().await;
    let creator = &world.authors[&Author::Private];
    let create = format!(
        "mutation {{ createBeacon(input: {{ body: \"Smoke\", type: FIRE, location: {{ latitude: 10, longitude: 10 }} }}) {{
             beacon {{ {BEACON} }} manageKey userErrors {{ code }} }} }}"
    );
    let created = world.app.ask(creator, &create).await.data("/createBeacon");
    let beacon = &created["beacon"];
    assert_eq!((&beacon["author"], &beacon["body"]), (&json!(null), &json!("Smoke")));
    assert!(created["manageKey"].is_string());
    let id: Uuid = beacon["id"].as_str().unwrap().parse().unwrap();

    let document = format!(
        "{{ beacon(id: \"{id}\") {{ {BEACON} }} node(id: \"{id}\") {{ ... on Beacon {{ {BEACON} }} }}
            nodes(ids: [\"{id}\"]) {{ ... on Beacon {{ {BEACON} }} }} post(id: \"{id}\") {{ id }}
            beacons(area: {SOMEWHERE}) {{ nodes {{ {BEACON} }} totalCount }} }}"
    );
    let expected = json!({
        "beacon": beacon, "node": beacon, "nodes": [beacon], "post": null,
        "beacons": { "nodes": [beacon], "totalCount": 1 },
    });
    let manage =
        format!("mutation {{ deleteBeacon(input: {{ beaconId: \"{id}\" }}) {{ userErrors {{ code path }} }} }}");
    let refused = json!([{ "code": "NOT_ALLOWED", "path": ["input", "beaconId"] }]);
    for viewer in world.viewers.iter().filter(|viewer| viewer.is_let_in()) {
        let person = viewer.person.as_ref();
        assert_eq!(world.app.ask(person, &document).await.data(""), expected, "{viewer:?}");
        // Without the key, its creator cannot do more to it than anybody else, signed in or not.
        assert_eq!(world.app.ask(person, &manage).await.data("/deleteBeacon/userErrors"), refused, "{viewer:?}");
        let feeds = "{ globalFeed(first: 100) { nodes { body } } quipFeed(first: 100) { nodes { body } } }";
        let answer = world.app.ask(person, feeds).await;
        assert!(!answer.body.contains("Smoke"), "a beacon is in a feed: {viewer:?}");
    }
}

#[tokio::test]
async fn an_anonymous_beacon_leaves_for_everybody_at_once() {
    let world = World::new().await;
    let changes = [
        ("", true),
        ("expires_at = '2026-03-01 12:00:00.000001+00'", true),
        ("expires_at = '2026-03-01 12:00+00'", false),
        ("deleted_at = '2026-02-01'", false),
        ("status = 'removed'", false),
        ("status = NULL", false),
        ("report_count = 4", true),
        ("report_count = 5, vouch_count = 5", true),
        ("report_count = 5, vouch_count = 4", false),
        ("report_count = 6, vouch_count = 5", false),
    ];
    let mut beacons = Vec::new();
    for (change, is_there) in changes {
        let id = Uuid::new_v4();
        let sql = "INSERT INTO posts (id, author_id, body, visibility, is_beacon, location, created_at) VALUES";
        let row = format!("('{id}', NULL, '{id}', 'public', true, 'SRID=4326;POINT(10 10)', '2026-03-01 10:00+00')");
        world.app.database.run(&format!("{sql} {row}")).await;
        if !change.is_empty() {
            world.app.database.run(&format!("UPDATE posts SET {change} WHERE id = '{id}'")).await;
        }
        beacons.push((id, change, is_there));
    }
    let there = beacons.iter().filter(|(_, _, is_there)| *is_there).count();
    let ids: Vec<_> = beacons.iter().map(|(id, ..)| format!("\"{id}\"")).collect();
    let document = format!(
        "{{ nodes(ids: [{}]) {{ id }} beacons(area: {SOMEWHERE}) {{ nodes {{ id author {{ id }} }} totalCount }} }}",
        ids.join(", ")
    );
    for viewer in world.viewers.iter().filter(|viewer| viewer.is_let_in()) {
        let data = world.app.ask(viewer.person.as_ref(), &document).await.data("");
        for ((id, change, is_there), node) in beacons.iter().zip(data["nodes"].as_array().unwrap()) {
            let single = format!("{{ beacon(id: \"{id}\") {{ id }} }}");
            let single = world.app.ask(viewer.person.as_ref(), &single).await.data("/beacon");
            let listed = data["beacons"]["nodes"].as_array().unwrap();
            let listed = listed.iter().any(|node| node["id"] == json!(id) && node["author"].is_null());
            assert_eq!([!node.is_null(), !single.is_null(), listed], [*is_there; 3], "{change}, {viewer:?}");
        }
        assert_eq!(data["beacons"]["totalCount"], there, "{viewer:?}");
    }
}
