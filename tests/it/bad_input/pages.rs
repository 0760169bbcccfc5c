//! Page sizes, and cursors that are not of the list.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{arguments, refused};
use crate::support::{Beacon, Person, Post, TestApp};

/// A list that is paged: how to ask for it, with `ARGS` for the paging arguments, and where it is in the answer.
struct List {
    name: String,
    query: String,
    pointer: &'static str,
}

fn list(name: &str, pointer: &'static str, query: impl Into<String>) -> List {
    List { name: name.to_owned(), query: query.into(), pointer }
}

impl List {
    fn query(&self, arguments: &str) -> String {
        self.query.replace("ARGS", arguments)
    }

    /// The cursors of its first page.
    async fn cursors(&self, app: &TestApp, viewer: &Person) -> Vec<String> {
        app.ask(viewer, &self.query("first: 5")).await.each(&format!("{}/edges", self.pointer), "/cursor")
    }
}

struct Scene {
    app: TestApp,
    ada: Person,
    bob: Person,
    lists: Vec<List>,
}

const EDGES: &str = "{ edges { cursor } pageInfo { hasNextPage } }";

/// Two people who follow each other and several others, with posts, quips, requests and beacons; and every list that
/// there is, two of each kind where a list depends on something.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let ada = app.private("ada").await;
    let bob = app.person("bob").await;
    app.follow(&ada, &bob, "accepted").await;
    app.follow(&bob, &ada, "accepted").await;
    for number in 0..3 {
        let fan = app.person(&format!("fan{number}")).await;
        app.follow(&fan, &ada, "pending").await;
        app.follow(&fan, &bob, "accepted").await;
        app.follow(&bob, &fan, "accepted").await;
        for author in [&ada, &bob] {
            let root = app.post(author, Post::public("a post")).await;
            app.post(author, Post { parent: Some(root), ..Post::public("a reply") }).await;
            let video = Some("https://media.example/v.mp4".to_owned());
            app.post(author, Post { video_url: video, ..Post::public("a quip") }).await;
        }
        app.beacon(Beacon::at(45.0, f64::from(number) / 1_000.0)).await;
    }
    let mut lists = vec![
        list("globalFeed", "/globalFeed", format!("{{ globalFeed(ARGS) {EDGES} }}")),
        list("homeFeed", "/homeFeed", format!("{{ homeFeed(ARGS) {EDGES} }}")),
        list("quipFeed", "/quipFeed", format!("{{ quipFeed(ARGS) {EDGES} }}")),
        list("followRequests", "/viewer/followRequests", format!("{{ viewer {{ followRequests(ARGS) {EDGES} }} }}")),
    ];
    for handle in ["ada", "bob"] {
        let profile = |field: &str| format!(r#"{{ profile(by: {{ handle: "{handle}" }}) {{ {field} {EDGES} }} }}"#);
        for kind in ["ROOTS", "REPLIES", "ALL"] {
            let query = profile(&format!("posts(kind: {kind}, ARGS)"));
            lists.push(list(&format!("{handle}.posts {kind}"), "/profile/posts", query));
        }
        for (field, pointer) in [("followers", "/profile/followers"), ("following", "/profile/following")] {
            lists.push(list(&format!("{handle}.{field}"), pointer, profile(&format!("{field}(ARGS)"))));
        }
    }
    let areas = [
        "circle: { center: { latitude: 45, longitude: 0 }, radiusMeters: 5000 }",
        "circle: { center: { latitude: 45, longitude: 0.001 }, radiusMeters: 5000 }",
        "circle: { center: { latitude: 45, longitude: 0 }, radiusMeters: 5001 }",
        "bounds: { south: 44, west: -1, north: 46, east: 1 }",
        "polygon: [{ latitude: 44, longitude: -1 }, { latitude: 46, longitude: 0 }, { latitude: 44, longitude: 1 }]",
    ];
    for area in areas {
        for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
            let query = format!("{{ beacons(area: {{ {area} }}, orderBy: {order}, ARGS) {EDGES} }}");
            lists.push(list(&format!("beacons {order} {area}"), "/beacons", query));
        }
    }
    for filter in ["types: [HAZARD]", "minSeverity: LOW", "minConfidence: 0.1"] {
        let query = format!("{{ beacons(area: {{ {} }}, filter: {{ {filter} }}, ARGS) {EDGES} }}", areas[0]);
        lists.push(list(&format!("beacons {filter}"), "/beacons", query));
    }
    Scene { app, ada, bob, lists }
}

#[tokio::test]
async fn a_page_has_between_1_and_100_items_and_one_beginning() {
    let Scene { app, ada, lists, .. } = scene().await;
    let before = app.database.fingerprint().await;
    for list in &lists {
        for argument in ["first", "last"] {
            for size in ["0", "-1", "101", "2147483647", "-2147483648"] {
                let answer = refused(&app, &ada, &list.query(&format!("{argument}: {size}")), json!({})).await;
                assert_eq!((answer.code().as_str(), arguments(&answer)), ("PAGE_SIZE", vec![argument.to_owned()]));
            }
            // No Int: neither in the document nor in a variable.
            for size in ["2147483648", "-2147483649", "99999999999999999999", "1.5", "1e2", "\"20\"", "true", "[1, 2]"]
            {
                let answer = refused(&app, &ada, &list.query(&format!("{argument}: {size}")), json!({})).await;
                assert!(
                    ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code().as_str()),
                    "{}",
                    answer.body
                );
                let query = format!("query($n: Int) {}", list.query(&format!("{argument}: $n")));
                let value = serde_json::from_str(size).unwrap_or(Value::Null);
                let answer = refused(&app, &ada, &query, json!({ "n": value })).await;
                assert!(
                    ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code().as_str()),
                    "{}",
                    answer.body
                );
            }
            for size in ["1", "100"] {
                app.ask(&ada, &list.query(&format!("{argument}: {size}"))).await.data(list.pointer);
            }
        }
        for both in ["first: 1, last: 1", "first: 20, last: 0", "first: 0, last: 20"] {
            let answer = refused(&app, &ada, &list.query(both), json!({})).await;
            assert_eq!(
                (answer.code().as_str(), arguments(&answer)),
                ("BAD_USER_INPUT", vec!["last".to_owned()]),
                "{}",
                list.name
            );
        }
        app.ask(&ada, &list.query("first: null, last: null, after: null, before: null")).await.data(list.pointer);
    }
    assert_eq!(app.database.fingerprint().await, before);
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_and_no_other() {
    let Scene { app, ada, lists, .. } = scene().await;
    let mut cursors = Vec::new();
    for list in &lists {
        let found = list.cursors(&app, &ada).await;
        assert!(!found.is_empty(), "{} is empty", list.name);
        cursors.push(found[0].clone());
    }
    // That of a new beacon is of no list yet.
    let create = r#"mutation { createBeacon(input: { body: "ice", type: HAZARD, location: { latitude: 45, longitude: 0 } })
        { beaconEdge { cursor } } }"#;
    let new = app.ask(&ada, create).await.data("/createBeacon/beaconEdge/cursor");
    for (index, list) in lists.iter().enumerate() {
        for (other, cursor) in cursors.iter().map(String::as_str).chain(new.as_str()).enumerate() {
            for argument in ["after", "before"] {
                let query = list.query(&format!("{argument}: \"{cursor}\""));
                if other == index {
                    app.ask(&ada, &query).await.data(list.pointer);
                    continue;
                }
                let answer = refused(&app, &ada, &query, json!({})).await;
                let from = lists.get(other).map_or("createBeacon", |list| &list.name);
                assert_eq!(answer.code(), "BAD_CURSOR", "a cursor of {from} in {}", list.name);
                assert_eq!(arguments(&answer), [argument]);
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_of_what_is_somebody_elses_is_none() {
    let Scene { app, ada, bob, lists } = scene().await;
    let carol = app.person("carol").await;
    app.follow(&carol, &bob, "pending").await;
    app.follow(&carol, &ada, "accepted").await;
    app.make_private(&bob).await;
    for name in ["homeFeed", "followRequests"] {
        let list = lists.iter().find(|list| list.name == name).unwrap();
        let theirs = list.cursors(&app, &bob).await;
        for cursor in &theirs {
            app.ask(&bob, &list.query(&format!("after: \"{cursor}\""))).await.data(list.pointer);
            for viewer in [&ada, &carol] {
                let answer = refused(&app, viewer, &list.query(&format!("after: \"{cursor}\"")), json!({})).await;
                assert_eq!(answer.code(), "BAD_CURSOR", "{name}");
            }
        }
        assert!(!theirs.is_empty(), "{name}");
    }
    // What is the same list for everybody has the same cursors for everybody.
    let list = lists.iter().find(|list| list.name == "globalFeed").unwrap();
    let cursor = list.cursors(&app, &bob).await[0].clone();
    app.ask(&carol, &list.query(&format!("after: \"{cursor}\""))).await.data(list.pointer);
    app.ask(None, &list.query(&format!("after: \"{cursor}\""))).await.data(list.pointer);
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_is_none() {
    let Scene { app, ada, lists, .. } = scene().await;
    // One of each shape of key: time, pin and time, distance, priority.
    for name in ["homeFeed", "bob.posts ROOTS", "beacons DISTANCE", "beacons PRIORITY"] {
        let list = lists.iter().find(|list| list.name.starts_with(name)).unwrap();
        let cursor = &list.cursors(&app, &ada).await[1];
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
        let mut forged: Vec<String> =
            ["", " ", "x", "null", "\\u0000", "%00", "' OR 1=1 --", "MQ==", "💥"].map(str::to_owned).to_vec();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            forged.push(BASE64_URL_SAFE_NO_PAD.encode(flipped));
        }
        for length in 0..bytes.len() {
            forged.push(BASE64_URL_SAFE_NO_PAD.encode(&bytes[..length]));
        }
        for end in 1..4 {
            forged.push(cursor[..cursor.len() - end].to_owned());
            forged.push(cursor[end..].to_owned());
        }
        forged.push(BASE64_URL_SAFE_NO_PAD.encode([&bytes[..], &[0]].concat()));
        forged.push(BASE64_URL_SAFE_NO_PAD.encode([&[0], &bytes[..]].concat()));
        forged.push(format!("{cursor}="));
        forged.push(format!(" {cursor}"));
        forged.push(format!("{cursor}{cursor}"));
        forged.push(cursor.to_lowercase());
        forged.push(BASE64_URL_SAFE_NO_PAD.encode(vec![0; bytes.len()]));
        forged.push(BASE64_URL_SAFE_NO_PAD.encode(Uuid::new_v4()));
        forged.push("A".repeat(100_000));
        for cursor in forged {
            let answer = refused(&app, &ada, &list.query(&format!("after: \"{cursor}\"")), json!({})).await;
            assert_eq!(
                (answer.code().as_str(), arguments(&answer)),
                ("BAD_CURSOR", vec!["after".to_owned()]),
                "{name} {cursor}"
            );
        }
        app.ask(&ada, &list.query(&format!("after: \"{cursor}\""))).await.data(list.pointer);
    }
}

#[tokio::test]
async fn a_list_that_is_closed_to_the_viewer_has_the_same_limits() {
    let Scene { app, lists, .. } = scene().await;
    let stranger = app.person("stranger").await;
    for list in lists.iter().filter(|list| list.name.starts_with("ada.")) {
        assert_eq!(
            app.ask(&stranger, &list.query("first: 5")).await.data(&format!("{}/edges", list.pointer)),
            json!([])
        );
        assert_eq!(refused(&app, &stranger, &list.query("first: 101"), json!({})).await.code(), "PAGE_SIZE");
        assert_eq!(refused(&app, &stranger, &list.query("after: \"x\""), json!({})).await.code(), "BAD_CURSOR");
    }
}
