//! What an adopted database answers: awkward rows open nothing, and no answer breaks on them.

use serde_json::{Value, json};

use super::{adopt, adopted, id, legacy, person, shared_example};
use crate::support::{Database, Person, TestApp};

const PROFILE: &str = "id handle displayName avatarUrl isPrivate isOfficial viewerFollowStatus followsViewer
    viewerCanSeePosts bio website followerCount followingCount postCount createdAt
    followers(first: 100) { totalCount nodes { id handle } edges { cursor since } }
    following(first: 100) { totalCount nodes { id handle } edges { cursor since } }";
const POST: &str = "id body imageUrl videoUrl durationMs visibility tags createdAt author { id handle isOfficial }";
const BEACON: &str = "id body type severity state precision location { latitude longitude } radiusMeters confidence
    createdAt author { handle }";

/// Asks for everything that there is, in every order, and fails on any error.
async fn ask_everything(app: &TestApp, viewer: Option<&Person>) {
    let posts = format!("posts(kind: ALL) {{ nodes {{ {POST} }} }}");
    let mut fields = vec![
        format!("globalFeed(first: 100) {{ nodes {{ {POST} }} }}"),
        format!("quipFeed(first: 100) {{ nodes {{ {POST} }} }}"),
        format!("globalFeed(last: 100) {{ nodes {{ author {{ {PROFILE} {posts} }} }} }}"),
    ];
    if viewer.is_some() {
        fields.push(format!("homeFeed(first: 100) {{ nodes {{ {POST} }} }}"));
        fields.push(format!("viewer {{ email profile {{ {PROFILE} {posts} }} }}"));
        fields.push(format!("viewer {{ followRequests {{ totalCount nodes {{ from {{ {PROFILE} }} }} }} }}"));
    }
    for area in [
        "circle: { center: { latitude: 44.9778, longitude: -93.265 }, radiusMeters: 50000 }",
        "circle: { center: { latitude: 0, longitude: 0 }, radiusMeters: 50000 }",
        "bounds: { south: -90, west: -180, north: 90, east: 180 }",
        "polygon: [{ latitude: 44, longitude: -94 }, { latitude: 46, longitude: -93 }, { latitude: 44, longitude: -92 }]",
    ] {
        for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
            for end in ["first", "last"] {
                let list = format!("beacons(area: {{ {area} }}, orderBy: {order}, {end}: 100)");
                fields.push(format!("{list} {{ totalCount nodes {{ {BEACON} }} edges {{ distanceMeters }} }}"));
            }
        }
    }
    let ids: Vec<_> = (0..=0x10).chain(0x99..=0x99).chain(0x100..=0x115).chain(0x200..=0x210).map(id).collect();
    // What may be null in one and not in another has no shape of its own.
    let of_profile = PROFILE.replace("createdAt", "joinedAt: createdAt");
    let of_beacon = BEACON.replace("author", "maker: author");
    let any = format!("... on Profile {{ {of_profile} }} ... on Post {{ {POST} }} ... on Beacon {{ {of_beacon} }}");
    fields.push(format!("nodes(ids: {}) {{ id {any} }}", json!(ids)));
    for id in &ids {
        fields.push(format!(r#"profile(by: {{ id: "{id}" }}) {{ {PROFILE} }}"#));
        fields.push(format!(r#"post(id: "{id}") {{ {POST} }} beacon(id: "{id}") {{ {BEACON} }}"#));
    }
    let long = "x".repeat(250);
    for handle in ["ada", "bob", "BOB", "city", "", "Old Style!", "old style!", "ÉRIC", "éric", "admin", &long] {
        fields.push(format!(r#"profile(by: {{ handle: "{handle}" }}) {{ {PROFILE} {posts} }}"#));
    }
    let of_hashtag = "name posts: postCount";
    let any = format!("... on Profile {{ {of_profile} }} ... on Post {{ {POST} }} ... on Hashtag {{ {of_hashtag} }}");
    for query in ["a", "@b", "old style", "two", "admin city", "long", "éri", "word", &long[..100]] {
        fields.push(format!("search(query: \"{query}\", first: 100) {{ nodes {{ {any} }} }}"));
    }
    for field in fields {
        let answer = app.ask(viewer, &format!("{{ {field} }}")).await;
        assert_eq!(answer.status, 200);
        answer.data("");
    }
}

/// The bodies of the posts that a viewer finds in a feed.
async fn feed(app: &TestApp, viewer: Option<&Person>, feed: &str) -> Vec<String> {
    let answer = app.ask(viewer, &format!("{{ {feed}(first: 100) {{ nodes {{ body author {{ handle }} }} }} }}")).await;
    let bodies = answer.each(&format!("/{feed}/nodes"), "/body");
    bodies.into_iter().map(|body| body.chars().take(20).collect::<String>().trim().to_owned()).collect()
}

async fn beacons(app: &TestApp, viewer: Option<&Person>) -> Vec<String> {
    let area = "circle: { center: { latitude: 44.9778, longitude: -93.265 }, radiusMeters: 50000 }";
    let answer = app.ask(viewer, &format!("{{ beacons(area: {{ {area} }}) {{ totalCount nodes {{ body }} }} }}")).await;
    let bodies = answer.each("/beacons/nodes", "/body");
    assert_eq!(answer.data("/beacons/totalCount"), bodies.len());
    bodies
}

async fn profile(app: &TestApp, viewer: Option<&Person>, handle: &str) -> Value {
    let query = format!("query($h: String!) {{ profile(by: {{ handle: $h }}) {{ {PROFILE} }} }}");
    app.ask_with(viewer, &query, json!({ "h": handle })).await.data("/profile")
}

#[tokio::test]
async fn no_answer_breaks_whoever_asks() {
    let app = adopted().await;
    ask_everything(&app, None).await;
    for n in [1, 2, 3, 4, 6, 7, 8, 9, 0xa] {
        ask_everything(&app, Some(&person(&app, n))).await;
    }
}

#[tokio::test]
async fn awkward_posts_open_nothing() {
    let app = adopted().await;
    let (ada, older, eric) = (person(&app, 1), person(&app, 2), person(&app, 9));
    let public = ["a post with a place", "", "hello", "long long long long"];
    assert_eq!(feed(&app, None, "globalFeed").await, public);
    let own = ["a post with a place", "", "no word", "loud word", "strange word", "hello", "long long long long"];
    assert_eq!(feed(&app, Some(&ada), "globalFeed").await, own);
    let home: Vec<_> = own.iter().copied().filter(|body| !body.is_empty()).collect();
    assert_eq!(feed(&app, Some(&ada), "homeFeed").await, home);
    assert_eq!(
        feed(&app, Some(&older), "homeFeed").await,
        ["a post with a place", "for followers", "hello", "long long long long"]
    );
    assert_eq!(feed(&app, Some(&eric), "homeFeed").await, ["of a private profile"]);

    for viewer in [None, Some(&ada)] {
        for hidden in [0x102, 0x106, 0x107, 0x108, 0x109, 0x10a, 0x10b, 0x10c, 0x10d, 0x111, 0x112] {
            let query = format!(
                r#"{{ post(id: "{0}") {{ id }} beacon(id: "{0}") {{ id }} node(id: "{0}") {{ id }} }}"#,
                id(hidden)
            );
            assert_eq!(
                app.ask(viewer, &query).await.data(""),
                json!({ "post": null, "beacon": null, "node": null }),
                "{hidden:x}"
            );
        }
    }
    // What holds an address that is none shows none.
    let query =
        format!(r#"{{ post(id: "{}") {{ imageUrl videoUrl body author {{ handle avatarUrl }} }} }}"#, id(0x10e));
    let author = json!({ "handle": "Old Style!", "avatarUrl": null });
    assert_eq!(
        app.ask(None, &query).await.data("/post"),
        json!({ "imageUrl": null, "videoUrl": null, "body": "", "author": author })
    );
    // The owner sees what is his, as only his.
    for mine in [0x103, 0x104, 0x105] {
        let query = format!(r#"{{ post(id: "{}") {{ visibility }} }}"#, id(mine));
        assert_eq!(app.ask(&ada, &query).await.data("/post/visibility"), "ONLY_ME");
        assert_eq!(app.ask(&older, &query).await.data("/post"), Value::Null);
    }
}

#[tokio::test]
async fn awkward_beacons_open_nothing() {
    let app = adopted().await;
    let (ada, older) = (person(&app, 1), person(&app, 2));
    assert_eq!(beacons(&app, None).await, ["ice on the bridge", ""]);
    assert_eq!(beacons(&app, Some(&ada)).await, ["ice on the bridge", "", "strange beacon"]);
    assert_eq!(beacons(&app, Some(&older)).await, ["ice on the bridge", "", "of a private profile"]);
    let query = format!(r#"{{ beacon(id: "{}") {{ type state author {{ id }} createdAt }} }}"#, id(0x203));
    let expected = json!({ "type": "COMMUNITY", "state": "ACTIVE", "author": { "id": id(1) }, "createdAt": "1970-01-01T00:00:00+00:00" });
    assert_eq!(app.ask(None, &query).await.data("/beacon"), expected);
    // Nobody knows whom 0x202 was for.
    for hidden in [0x202, 0x204, 0x205, 0x206, 0x207, 0x208, 0x209] {
        let query = format!(r#"{{ beacon(id: "{0}") {{ id }} node(id: "{0}") {{ id }} }}"#, id(hidden));
        assert_eq!(app.ask(None, &query).await.data(""), json!({ "beacon": null, "node": null }), "{hidden:x}");
    }
}

#[tokio::test]
async fn awkward_profiles_and_follows_open_nothing() {
    let app = adopted().await;
    let (ada, older, younger, city, eric) =
        (person(&app, 1), person(&app, 2), person(&app, 3), person(&app, 4), person(&app, 9));
    // In any case, the older of the two.
    for handle in ["bob", "Bob", "BOB"] {
        assert_eq!(profile(&app, Some(&ada), handle).await["id"], json!(id(2)), "{handle}");
    }
    let bob = profile(&app, Some(&ada), "bob").await;
    assert_eq!(
        (&bob["viewerFollowStatus"], &bob["viewerCanSeePosts"], &bob["followerCount"]),
        (&json!("PENDING"), &json!(false), &Value::Null)
    );
    assert_eq!(bob["followsViewer"], true);
    // NULL counts as private, and neither NULL nor 'blocked' is a follow.
    let seen = profile(&app, Some(&ada), "city").await;
    assert_eq!(
        (&seen["isPrivate"], &seen["isOfficial"], &seen["viewerFollowStatus"]),
        (&json!(true), &json!(true), &json!("NONE"))
    );
    assert_eq!(
        (&seen["viewerCanSeePosts"], &seen["followsViewer"], &seen["createdAt"]),
        (&json!(false), &json!(false), &Value::Null)
    );
    // Nor is a word that only looks like one.
    for viewer in [&ada, &younger] {
        let seen = profile(&app, Some(viewer), "éric").await;
        assert_eq!((&seen["viewerFollowStatus"], &seen["viewerCanSeePosts"]), (&json!("NONE"), &json!(false)));
    }
    let own = profile(&app, Some(&eric), "éric").await;
    assert_eq!((&own["followerCount"], &own["followers"]["totalCount"]), (&json!(0), &json!(0)));
    // Of ada's rows, those of people who exist count: bob follows her, and she follows nobody.
    for viewer in [None, Some(&ada), Some(&city)] {
        let seen = profile(&app, viewer, "ADA").await;
        assert_eq!((&seen["followerCount"], &seen["followers"]["totalCount"]), (&json!(1), &json!(1)));
        assert_eq!(seen["followers"]["nodes"], json!([{ "id": id(2), "handle": "Bob" }]));
        assert_eq!((&seen["followingCount"], &seen["following"]["nodes"]), (&json!(0), &json!([])));
        assert_eq!(seen["postCount"], if viewer.is_some_and(|viewer| viewer.id == ada.id) { 6 } else { 3 });
    }
    // Asking oneself is no request of anybody else.
    let requests = app.ask(&older, "{ viewer { followRequests { nodes { from { handle } } } } }").await;
    let from = requests.each("/viewer/followRequests/nodes", "/from/handle");
    assert!(from.contains(&"ada".to_owned()), "{from:?}");
    // Without a handle there is nobody: not for others, and not for himself.
    for viewer in [None, Some(&ada)] {
        let query = format!(r#"{{ profile(by: {{ id: "{0}" }}) {{ id }} node(id: "{0}") {{ id }} }}"#, id(5));
        assert_eq!(app.ask(viewer, &query).await.data(""), json!({ "profile": null, "node": null }));
    }
    let nobody = app.ask(&person(&app, 5), "{ viewer { profile { id } } globalFeed { nodes { body } } }").await;
    assert!(nobody.status == 401 || nobody.codes() == ["UNAUTHENTICATED"], "{}", nobody.body);
}

#[tokio::test]
async fn the_shared_example_answers() {
    let Some(sql) = shared_example() else {
        eprintln!("skipped: there is no existing/sojorn.sql in SOJORN_DATA");
        return;
    };
    let database = Database::blank().await;
    database.run(&sql).await;
    adopt(&database).await;
    let app = TestApp::on(database).await;
    let (ada, bob) = (person(&app, 1), person(&app, 2));
    for viewer in [None, Some(&ada), Some(&bob), Some(&person(&app, 3))] {
        ask_everything(&app, viewer).await;
    }
    assert_eq!(feed(&app, None, "globalFeed").await, ["hello"]);
    let mut own = feed(&app, Some(&ada), "globalFeed").await;
    own.sort();
    assert_eq!(own, ["hello", "strange word"]);
    for handle in ["bob", "BOB"] {
        assert_eq!(profile(&app, None, handle).await["displayName"], "Bob");
    }
    assert_eq!(profile(&app, Some(&ada), "bob").await["viewerFollowStatus"], "PENDING");
    assert_eq!(profile(&app, None, "ada").await["followerCount"], 1);
    assert_eq!(profile(&app, None, "ada").await["followingCount"], 0);
    assert_eq!(beacons(&app, None).await, ["ice on the bridge"]);
    // Bob sees what he wrote for his followers, with its length.
    let query = format!(r#"{{ post(id: "{}") {{ durationMs visibility }} }}"#, id(0x12));
    assert_eq!(app.ask(&bob, &query).await.data("/post/durationMs"), 1500);
    assert_eq!(app.ask(&ada, &query).await.data("/post"), Value::Null);
}

#[tokio::test]
async fn columns_that_were_there_before_ours_may_hold_nothing() {
    let database = legacy().await;
    database
        .run(
            "ALTER TABLE profiles ADD COLUMN state text;
             UPDATE profiles SET state = 'active' WHERE handle <> 'city';
             ALTER TABLE posts ADD COLUMN allow_replies boolean, ADD COLUMN is_pinned boolean,
                 ALTER COLUMN tags DROP DEFAULT, ADD COLUMN edited_at timestamptz, ADD COLUMN severity text, ADD COLUMN beacon_state text,
                 ADD COLUMN precision_level text, ADD COLUMN radius_meters int, ADD COLUMN vouch_count int,
                 ADD COLUMN report_count int;
             UPDATE posts SET tags = NULL;
             UPDATE posts SET tags = '{NULL,one}', edited_at = 'infinity' WHERE NOT is_beacon AND body LIKE '%e%';",
        )
        .await;
    adopt(&database).await;
    let app = TestApp::on(database).await;
    ask_everything(&app, None).await;
    ask_everything(&app, Some(&person(&app, 1))).await;
    assert!(profile(&app, None, "city").await.is_null(), "a state that nobody knows hides");
    assert!(!beacons(&app, None).await.is_empty());
}

/// Names and texts that are longer than an index or a list of words can hold, and those that are missing.
#[tokio::test]
async fn awkward_names_and_texts_are_found_like_others() {
    let database = legacy().await;
    let many =
        |from: u32, to: u32| format!("(SELECT string_agg(md5(n::text), ' ') FROM generate_series({from}, {to}) AS n)");
    database
        .run(&format!(
            "UPDATE profiles SET display_name = {} WHERE handle = 'admin';
             UPDATE posts SET body = {} WHERE body = 'hello';",
            many(1, 400),
            many(1, 60_000)
        ))
        .await;
    adopt(&database).await;
    let app = TestApp::on(database).await;
    let ada = person(&app, 1);
    let found = async |viewer: Option<&Person>, query: &str| {
        let node = "... on Profile { id } ... on Post { id } ... on Hashtag { name }";
        let query = format!("{{ search(query: \"{query}\") {{ nodes {{ {node} }} }} }}");
        let answer = app.ask(viewer, &query).await.data("/search/nodes");
        let text = |node: &Value| node["id"].as_str().or(node["name"].as_str()).unwrap().to_owned();
        answer.as_array().unwrap().iter().map(text).collect::<Vec<_>>()
    };
    let ids = |ids: &[u32]| ids.iter().map(|n| id(*n).to_string()).collect::<Vec<_>>();
    // Handles that differ by case only stand side by side.
    assert_eq!(found(None, "bob").await, ids(&[2, 3]));
    assert_eq!(found(None, "éri").await, ids(&[9]));
    assert_eq!(found(None, "@OLD style").await, ids(&[7]));
    assert_eq!(found(None, "two").await, ids(&[9]));
    assert_eq!(found(None, &"X".repeat(100)).await, ids(&[8]));
    // A name and a text are found by how they begin.
    let first = "c4ca4238a0b923820dcc509a6f75849b";
    assert_eq!(found(None, first).await, ids(&[0xa, 0x101]));
    assert_eq!(found(None, &format!("#{first}")).await, ids(&[0x101]));
    // Nobody is found who cannot be addressed, and nothing that means nothing.
    assert_eq!(found(None, "nobody").await, Vec::<String>::new());
    assert_eq!(found(None, "word").await, Vec::<String>::new());
    assert_eq!(found(Some(&ada), "word").await, ids(&[0x105, 0x104, 0x103]));
}
