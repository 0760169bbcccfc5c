//! The plans of the hot statements on a database of some size: each walks the index that was made for it, reads little
//! more than its page, and sorts little more than its page. Looked at is the generic plan, which the server has
//! PostgreSQL keep for all parameters, run with the parameters of the request.

mod live;
mod search;
mod seed;

use serde_json::json;

use crate::support::{List, Person, Plan, TestApp};

/// Rows of a page in these tests.
const PAGE: usize = 20;

/// What is asked of a plan.
struct Expected {
    indexes: &'static [&'static str],
    /// Indexes of which one is enough.
    either: &'static [&'static str],
    /// Rows that one sort may get.
    sorted: u64,
    /// Rows of `posts` (or entries of its indexes) that may be looked at: for the first page, the last, one behind and
    /// one before a row in the middle.
    posts: [u64; 4],
    /// Pages of tables and indexes that may be looked at, for the same four.
    pages: [u64; 4],
}

const fn walks(indexes: &'static [&'static str]) -> Expected {
    Expected { indexes, either: &[], sorted: 2 * PAGE as u64, posts: [5 * PAGE as u64; 4], pages: [1_000; 4] }
}

/// Collects what is wrong with the plans, so that one run shows all of it.
struct Review {
    app: TestApp,
    faults: Vec<String>,
    /// What was seen of all of them, shown when one is wrong.
    seen: Vec<String>,
}

impl Review {
    /// The plan of the last statement of a request; the one before it checks the viewer.
    async fn plan(&mut self, viewer: Option<&Person>, query: &str) -> Plan {
        self.app.forget_statements();
        self.app.ask(viewer, query).await.data("");
        let statements = self.app.statements();
        Plan::of(&self.app.database, statements.last().unwrap()).await
    }

    fn judge(&mut self, name: &str, plan: &Plan, expected: &Expected, allowed: (u64, u64)) {
        let indexes = plan.indexes();
        let sorted = plan.largest_sort();
        let posts = plan.rows_read("posts");
        let (profiles, pages, millis) = (plan.rows_read("profiles"), plan.pages(), plan.millis());
        self.seen.push(format!(
            "{name}: {indexes:?}, sorted {sorted}, posts {posts}, profiles {profiles}, pages {pages}, {millis} ms"
        ));
        let mut faults: Vec<_> = expected
            .indexes
            .iter()
            .filter(|index| !indexes.contains(**index))
            .map(|index| format!("does not use {index}"))
            .collect();
        if !expected.either.is_empty() && !expected.either.iter().any(|index| indexes.contains(*index)) {
            faults.push(format!("uses none of {:?}", expected.either));
        }
        let scans = plan.sequential_scans();
        faults.extend(scans.iter().filter(|table| *table != "blocks").map(|table| format!("scans {table}")));
        if sorted > expected.sorted {
            faults.push(format!("sorts {sorted} rows"));
        }
        if posts > allowed.0 {
            faults.push(format!("looks at {posts} rows of posts"));
        }
        if pages > allowed.1 {
            faults.push(format!("looks at {pages} pages"));
        }
        if !faults.is_empty() {
            self.faults.push(format!("{name} {}\n{}", faults.join(", "), plan.describe()));
        }
    }

    /// The first page of a list, the last, and one behind and one before a row in its middle.
    async fn pages(&mut self, name: &str, viewer: Option<&Person>, list: &List, expected: &Expected) {
        let mut asked = vec![("first", json!({ "first": PAGE })), ("last", json!({ "last": PAGE }))];
        // A row that is far from both ends, as far as the list has such a row.
        let mut cursor = None;
        for _ in 0..3 {
            let page = list.page(&self.app, viewer, json!({ "first": 100, "after": cursor })).await;
            assert!(!page.ids.is_empty(), "{name} is too short");
            cursor = page.cursors.last().cloned();
            if !page.has_next {
                cursor = page.cursors.get(page.cursors.len() / 2).cloned();
                break;
            }
        }
        asked.push(("after", json!({ "first": PAGE, "after": cursor })));
        asked.push(("before", json!({ "last": PAGE, "before": cursor })));
        let allowed = expected.posts.into_iter().zip(expected.pages);
        for ((which, arguments), allowed) in asked.into_iter().zip(allowed) {
            self.app.forget_statements();
            list.page(&self.app, viewer, arguments).await;
            let statements = self.app.statements();
            let plan = Plan::of(&self.app.database, statements.last().unwrap()).await;
            self.judge(&format!("{name}, {which}"), &plan, expected, allowed);
        }
    }
}

#[tokio::test]
async fn hot_statements_walk_their_indexes() {
    let app = TestApp::new().await;
    seed::run(&app).await;
    let reader = seed::reader(&app);
    let busy = seed::busy_reader(&app);
    let star = seed::star(&app);
    let mut review = Review { app, faults: Vec::new(), seen: Vec::new() };

    feeds(&mut review, &reader, &busy).await;
    profiles(&mut review, &reader, &star).await;
    beacons(&mut review, &reader).await;
    marks_and_replies(&mut review, &reader).await;
    look_ups(&mut review, &reader).await;
    search::searches(&mut review, &reader).await;
    live::deliveries(&mut review, &reader).await;
    export(&mut review, &reader).await;
    // Last, since it takes away.
    purge(&mut review, &star).await;
    assert!(review.faults.is_empty(), "{}\n\n{}", review.seen.join("\n"), review.faults.join("\n\n"));
}

async fn feeds(review: &mut Review, reader: &Person, busy: &Person) {
    for viewer in [None, Some(reader)] {
        let signed = if viewer.is_some() { "signed in" } else { "signed out" };
        review.pages(&format!("globalFeed {signed}"), viewer, &List::global(), &walks(&["posts_feed"])).await;
        review.pages(&format!("quipFeed {signed}"), viewer, &List::quips(), &walks(&["posts_quips"])).await;
    }
    // Sixty probes for the heads, then the posts of the twenty best.
    let few = Expected { indexes: &["posts_by_author"], either: &[], sorted: 100, posts: [400; 4], pages: [4_000; 4] };
    review.pages("homeFeed of 60", Some(reader), &List::home(), &few).await;
    // Two thousand of twenty thousand: every tenth post is theirs.
    let many = Expected { indexes: &["posts_feed"], either: &[], sorted: 40, posts: [400; 4], pages: [4_000; 4] };
    review.pages("homeFeed of 2000", Some(busy), &List::home(), &many).await;
}

async fn profiles(review: &mut Review, reader: &Person, star: &Person) {
    let posts = List::of_profile(star, "posts", "posts(@page)");
    let followers = List::of_profile(star, "followers", "followers(@page)");
    let following = List::of_profile(star, "following", "following(@page)");
    for viewer in [None, Some(reader)] {
        review.pages("profile.posts", viewer, &posts, &walks(&["posts_profile"])).await;
        review.pages("profile.followers", viewer, &followers, &walks(&["follows_followers"])).await;
        review.pages("profile.following", viewer, &following, &walks(&["follows_following"])).await;
    }
}

async fn marks_and_replies(review: &mut Review, reader: &Person) {
    let most =
        "SELECT parent_id::text FROM posts WHERE parent_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1";
    let parent = review.app.database.text(most).await;
    let replies = List::of("/post/replies", &format!("post(id: \"{parent}\") {{ replies(@page) {{ @edges }} }}"));
    for viewer in [None, Some(reader)] {
        review.pages("replies", viewer, &replies, &walks(&["posts_parent"])).await;
    }
    let tagged = List::of("/hashtag/posts", "hashtag(name: \"rain\") { posts(@page) { @edges } }");
    for viewer in [None, Some(reader)] {
        review.pages("hashtag.posts", viewer, &tagged, &walks(&["post_tags_pkey"])).await;
    }
    let saved = List::of("/viewer/savedPosts", "viewer { savedPosts(@page) { @edges } }");
    review.pages("savedPosts", Some(reader), &saved, &walks(&["post_saves_of"])).await;
    let told = List::of("/viewer/notifications", "viewer { notifications(@page) { @edges } }");
    review.pages("notifications", Some(reader), &told, &walks(&["notifications_of"])).await;
}

async fn beacons(review: &mut Review, reader: &Person) {
    // All that the box holds are counted, and no others.
    let map = "bounds: { south: 44.9, west: -93.25, north: 45.0, east: -93.15 }, zoom: 15";
    let plan = review.plan(Some(reader), &format!("{{ beaconClusters({map}) {{ count }} }}")).await;
    let expected = Expected { sorted: 60_000, ..walks(&["posts_beacons"]) };
    review.judge("beaconClusters", &plan, &expected, (60_000, 600_000));
    tiles(review, reader).await;
    let areas = [
        ("circle", "{ circle: { center: { latitude: 44.95, longitude: -93.2 }, radiusMeters: 20000 } }"),
        ("bounds", "{ bounds: { south: 44.8, west: -93.4, north: 45.1, east: -93.0 } }"),
        ("world", "{ bounds: { south: -90, west: -180, north: 90, east: 180 } }"),
        (
            "polygon",
            "{ polygon: [{ latitude: 44.8, longitude: -93.4 }, { latitude: 45.1, longitude: -93.2 },
            { latitude: 44.8, longitude: -93.0 }] }",
        ),
    ];
    for (shape, area) in areas {
        for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
            let (posts, pages) = match (order, shape) {
                // The index cannot leave out what is nearer than a cursor: a page behind it reads past that. Backward,
                // it cannot tell what is farthest: it measures through the Earth, where all that is near here is
                // equally far from the other side, and so it looks at everything up to the cursor. From the middle of
                // the world, all of this world is so far away that this is true in both directions.
                ("DISTANCE", "world") => ([100, 100, 600, 100_000], [100_000; 4]),
                ("DISTANCE", _) => ([100, 10_000, 600, 1_000], [1_000, 100_000, 1_000, 1_000]),
                _ => ([100; 4], [1_000; 4]),
            };
            let expected = Expected { indexes: &["posts_beacons"], either: &[], sorted: 100, posts, pages };
            let list = List::beacons(area, order);
            review.pages(&format!("beacons in {shape} by {order}"), Some(reader), &list, &expected).await;
            if shape == "circle" {
                review.pages(&format!("beacons in {shape} by {order}, signed out"), None, &list, &expected).await;
            }
        }
    }
}

/// Of a tile that holds more than is shown, the most urgent ones are read, and a few more that are not for the viewer.
/// What is on the map elsewhere is passed over by the index, but where a quarter of the world is asked for: no cap holds
/// that and leaves anything out.
async fn tiles(review: &mut Review, reader: &Person) {
    let tiles = [
        ("of the world", (0, 0, 0), (6_000, 20_000)),
        ("of a quarter of the world", (1, 0, 0), (6_000, 20_000)),
        ("of a city", (10, 246, 368), (10_000, 20_000)),
        ("of a street", (16, 15_801, 23_587), (5_000, 12_000)),
        ("of the sea", (8, 10, 140), (0, 100)),
        ("of an empty quarter of the world", (1, 1, 1), (60_000, 20_000)),
    ];
    for viewer in [None, Some(reader)] {
        for (name, tile, allowed) in tiles {
            review.app.forget_statements();
            let found = review.app.tile(viewer, tile).await.features().len();
            let statements = review.app.statements();
            let plan = Plan::of(&review.app.database, statements.last().unwrap()).await;
            let expected = Expected { sorted: 5_500, ..walks(&["posts_beacons"]) };
            review.judge(&format!("tile {name}, {found} beacons"), &plan, &expected, allowed);
        }
    }
}

/// An export reads what is the viewer's and looks up what that is about.
async fn export(review: &mut Review, reader: &Person) {
    let plan = review.plan(Some(reader), "{ exportMyData }").await;
    let indexes = &["posts_author", "posts_pkey", "profiles_pkey", "follows_followers"];
    // Three thousand saved posts and four thousand mentions, which were told as well, each with its author's
    // leave.
    let expected = Expected { sorted: 5_000, ..walks(indexes) };
    review.judge("exportMyData", &plan, &expected, (16_000, 160_000));
}

/// Removing somebody who has much of everything walks indexes alone.
async fn purge(review: &mut Review, star: &Person) {
    let due =
        format!("UPDATE profiles SET state = 'pending_deletion', delete_after = '2026-01-01' WHERE id = '{}'", star.id);
    review.app.database.run(&due).await;
    review.app.forget_statements();
    assert_eq!(review.app.domain.purge().await.unwrap().removed, 1);
    let statements = review.app.statements();
    assert!(statements.len() > 18, "{} statements", statements.len());
    // Only two people have saved anything, one of them nearly all: to go through it is right.
    for statement in statements.iter().filter(|statement| !statement.sql.contains("post_saves")) {
        // Run again there is nothing left to remove but what has not been swept yet, and the plan is the same.
        let plan = Plan::of(&review.app.database, statement).await;
        review.judge(&format!("purge: {}", statement.sql), &plan, &walks(&[]), (0, 20_000));
    }
}

/// What is counted for everybody costs a few probes more when the viewer has blocked many, or when many have left a mark:
/// never each of those for each of these.
#[tokio::test]
async fn marks_across_blocks_are_looked_up_from_the_smaller_side() {
    let app = TestApp::new().await;
    seed::marks_and_blocks(&app).await;
    let query = "{ globalFeed(first: 100) { nodes { id likeCount reactions { emoji count } } } }";
    let facts = async |viewer: &Person| {
        app.forget_statements();
        let answer = app.ask(viewer, query).await;
        let plan = Plan::of(&app.database, app.statements().last().unwrap()).await;
        let read = ["post_likes", "post_reactions"].map(|table| plan.rows_read(table));
        (answer.data("/globalFeed/nodes"), plan, read)
    };
    // The newest post has 30,000 likes and reactions, of everybody; the others have 20 each, half of them of people
    // whom `many` has blocked. `one` has blocked a single one of those who like everything.
    let (nodes, plan, read) = facts(&seed::blocks_many(&app)).await;
    let counts = |likes: u32| json!([{ "emoji": "👍", "count": likes }]);
    for (at, node) in nodes.as_array().unwrap().iter().enumerate() {
        let expected = if at == 0 { 25_000 } else { 10 };
        assert_eq!((&node["likeCount"], &node["reactions"]), (&json!(expected), &counts(expected)), "post {at}");
    }
    // Those of 99 posts, and 5,000 probes of the popular one.
    assert!(read.iter().all(|rows| *rows <= 99 * 20 + 5_000), "{read:?}\n{}", plan.describe());
    assert!(plan.pages() < 60_000, "{} pages\n{}", plan.pages(), plan.describe());
    let many = plan.millis();
    let (nodes, plan, read) = facts(&seed::blocks_one(&app)).await;
    for (at, node) in nodes.as_array().unwrap().iter().enumerate() {
        let expected = if at == 0 { 29_999 } else { 19 };
        assert_eq!((&node["likeCount"], &node["reactions"]), (&json!(expected), &counts(expected)), "post {at}");
    }
    assert!(read.iter().all(|rows| *rows <= 100), "{read:?}\n{}", plan.describe());
    assert!(plan.pages() < 3_000, "{} pages\n{}", plan.pages(), plan.describe());
    println!("5,000 blocks: {many} ms, one block: {} ms", plan.millis());
}

async fn look_ups(review: &mut Review, reader: &Person) {
    let by_handle = r#"{ profile(by: { handle: "Person_77" }) { handle } }"#;
    let plan = review.plan(Some(reader), by_handle).await;
    review.judge("profile by handle", &plan, &walks(&["profiles_handle_lower"]), (0, 20));

    review.app.forget_statements();
    review.app.ask(reader, "{ viewer { id } }").await.data("");
    let statements = review.app.statements();
    assert_eq!(statements.len(), 1);
    let plan = Plan::of(&review.app.database, &statements[0]).await;
    review.judge("the check of the viewer", &plan, &walks(&["profiles_pkey"]), (0, 20));

    let star = seed::star(&review.app);
    for count in ["followerCount", "followingCount", "postCount"] {
        let query = format!(r#"{{ profile(by: {{ id: "{}" }}) {{ {count} }} }}"#, star.id);
        let plan = review.plan(Some(reader), &query).await;
        // A count reads what it counts, and no more.
        let index = match count {
            "followerCount" => &["follows_followers"],
            "followingCount" => &["follows_following"],
            _ => &["posts_by_author"],
        };
        let expected = Expected { either: index, sorted: 0, ..walks(&[]) };
        review.judge(count, &plan, &expected, (9_000, 100_000));
    }
    let ids = json!([star.id, seed::post(5), seed::beacon(5)]);
    review.app.forget_statements();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Post { parent { id } } } }";
    review.app.ask_with(reader, query, json!({ "ids": ids })).await.data("");
    for statement in review.app.statements() {
        let plan = Plan::of(&review.app.database, &statement).await;
        let expected = Expected { either: &["posts_pkey", "profiles_pkey"], ..walks(&[]) };
        review.judge("nodes", &plan, &expected, (3, 100));
    }
}
