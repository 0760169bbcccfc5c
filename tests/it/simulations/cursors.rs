//! Cursors forged, carried to other lists and other people, and kept until something stands between: each opens its own
//! list for whom it was made, as that person may see it now, or nothing. Every list of the schema takes part.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Answer, Beacon, Database, Dice, Person, Post, Schema, TestApp};

/// A list: where it stands in the schema, how it is asked for with `PAGE` for its arguments, and where it is in the
/// answer.
struct List {
    field: &'static str,
    query: String,
    pointer: &'static str,
}

impl List {
    /// Whether it is of the viewer alone.
    fn is_own(&self) -> bool {
        self.field.starts_with("Viewer.") || self.field == "Query.homeFeed"
    }

    fn ends(&self) -> &'static [&'static str] {
        if self.field == "Query.search" { &["after"] } else { &["after", "before"] }
    }

    async fn ask(&self, app: &TestApp, viewer: &Person, page: &str) -> Answer {
        let answer = app.ask(viewer, &self.query.replace("PAGE", page)).await;
        assert_eq!(answer.status, 200, "{} {page}: {}", self.query, answer.body);
        answer
    }

    /// The rows of a page, each with its cursor; none of a list that there is not for the viewer.
    async fn page(&self, app: &TestApp, viewer: &Person, page: &str) -> Vec<(String, String)> {
        let answer = self.ask(app, viewer, page).await;
        assert_eq!(answer.codes(), [""; 0], "{} {page}: {}", self.query, answer.body);
        let edges = answer.json["data"].pointer(&format!("{}/edges", self.pointer)).cloned().unwrap_or_default();
        let row = |edge: &Value| (edge["node"].to_string(), edge["cursor"].as_str().unwrap().to_owned());
        edges.as_array().map_or(&[][..], Vec::as_slice).iter().map(row).collect()
    }

    async fn must_refuse(&self, app: &TestApp, viewer: &Person, cursor: &str, why: &str) {
        for end in self.ends() {
            let answer = self.ask(app, viewer, &format!("first: 3, {end}: \"{cursor}\"")).await;
            assert_eq!(answer.codes(), ["BAD_CURSOR"], "{why}: {} {end} {cursor}", self.query);
        }
    }
}

struct Scene {
    app: TestApp,
    /// Private; follows everybody.
    ann: Person,
    /// Private as well; follows nobody whom he would have to ask.
    bob: Person,
    /// Private.
    cara: Person,
    dan: Person,
    lists: Vec<List>,
}

/// The lists of a scene, with the people and the post that some of them are of.
fn lists(dan: &Person, cara: &Person, eve: &Person, root: Uuid) -> Vec<List> {
    let id = "edges { cursor node { id } } pageInfo { hasNextPage }";
    let list = |field, pointer, query: String| List { field, pointer, query: format!("{{ {query} }}") };
    let plain = |field: &'static str, pointer| list(field, pointer, format!("{}(PAGE) {{ {id} }}", &pointer[1..]));
    let viewer = |field: &'static str, pointer: &'static str, node: &str| {
        let name = pointer.rsplit('/').next().unwrap();
        list(field, pointer, format!("viewer {{ {name}(PAGE) {{ {} }} }}", id.replace("{ id }", node)))
    };
    let mut lists = vec![
        plain("Query.globalFeed", "/globalFeed"),
        plain("Query.homeFeed", "/homeFeed"),
        plain("Query.quipFeed", "/quipFeed"),
        viewer("Viewer.followRequests", "/viewer/followRequests", "{ from { id } }"),
        viewer("Viewer.notifications", "/viewer/notifications", "{ id }"),
        viewer("Viewer.blockedProfiles", "/viewer/blockedProfiles", "{ id }"),
        viewer("Viewer.circle", "/viewer/circle", "{ id }"),
        viewer("Viewer.savedPosts", "/viewer/savedPosts", "{ id }"),
        viewer("Viewer.likedPosts", "/viewer/likedPosts", "{ id }"),
        list("Post.replies", "/post/replies", format!("post(id: \"{root}\") {{ replies(PAGE) {{ {id} }} }}")),
        list("Hashtag.posts", "/hashtag/posts", format!("hashtag(name: \"tea\") {{ posts(PAGE) {{ {id} }} }}")),
    ];
    let found = "edges { cursor node { ... on Profile { id } ... on Post { id } ... on Hashtag { name } } }";
    for text in ["te", "#tea", "@te"] {
        lists.push(list("Query.search", "/search", format!("search(query: \"{text}\", PAGE) {{ {found} }}")));
    }
    for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
        let area = "{ circle: { center: { latitude: 45, longitude: 0 } } }";
        let query = format!("beacons(area: {area}, orderBy: {order}, PAGE) {{ {id} }}");
        lists.push(list("Query.beacons", "/beacons", query));
    }
    for person in [dan, cara, eve] {
        let by = format!("profile(by: {{ id: \"{}\" }})", person.id);
        for (field, pointer) in
            [("Profile.followers", "/profile/followers"), ("Profile.following", "/profile/following")]
        {
            let name = pointer.rsplit('/').next().unwrap();
            lists.push(list(field, pointer, format!("{by} {{ {name}(PAGE) {{ {id} }} }}")));
        }
        for kind in ["ROOTS", "REPLIES", "ALL"] {
            let query = format!("{by} {{ posts(kind: {kind}, PAGE) {{ {id} }} }}");
            lists.push(list("Profile.posts", "/profile/posts", query));
        }
    }
    lists
}

impl Scene {
    /// People of whose doings every list holds some, Dan's among them everywhere.
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (ann, bob, cara) = (app.private("ann").await, app.private("bob").await, app.private("cara").await);
        let (dan, eve) = (app.person("tea_dan").await, app.person("tea_eve").await);
        let root = app.post(&eve, Post::public("tea for all")).await;
        let mut people = vec![app.person("tea_fan").await, dan.clone(), eve.clone(), cara.clone()];
        people.push(app.person("tea_friend").await);
        for (n, author) in people.iter().cycle().take(15).enumerate() {
            let video = Some("https://media.example/v.mp4".to_owned());
            app.post(author, Post { video_url: video, ..Post::public("a cup of tea") }).await;
            app.post(author, Post { parent: Some(root), ..Post::public("some tea, too") }).await;
            let east = f64::from(u32::try_from(n).unwrap()) / 1_000.0;
            app.beacon(Beacon { author: Some(author.id), ..Beacon::at(45.0, east) }).await;
        }
        let listed = people.iter().map(|person| format!("'{}'", person.id)).collect::<Vec<_>>().join(", ");
        let foes: Vec<_> = (0..4).map(|n| format!("foe{n}")).collect();
        for foe in &foes {
            app.person(foe).await;
        }
        let pairs = |when: &str| format!("FROM profiles AS a, profiles AS b WHERE a.id <> b.id AND {when}");
        let (later, among) = ("now() + row_number() OVER () * interval '1 s'", format!("IN ({listed})"));
        let viewers = format!("IN ('{}', '{}')", ann.id, bob.id);
        app.database
            .run(&format!(
                "UPDATE posts SET tags = '{{tea,teatime}}' WHERE body LIKE '%tea%';
                 INSERT INTO follows (follower_id, following_id, status, created_at)
                 SELECT a.id, b.id, 'accepted', {later} {};
                 INSERT INTO follows (follower_id, following_id, status, created_at)
                 SELECT a.id, b.id, CASE WHEN a.handle IN ('tea_fan', 'cara', 'tea_dan') THEN 'pending' ELSE 'accepted' END, {later} {};
                 INSERT INTO follows (follower_id, following_id, status, created_at)
                 SELECT a.id, b.id, 'accepted', {later} {};
                 INSERT INTO circle_members (owner_id, member_id, created_at)
                 SELECT following_id, follower_id, {later} FROM follows
                 WHERE following_id {viewers} AND status = 'accepted';
                 INSERT INTO blocks (blocker_id, blocked_id, created_at)
                 SELECT a.id, b.id, {later} {};
                 INSERT INTO post_likes (post_id, profile_id, created_at)
                 SELECT posts.id, profiles.id, {later} FROM posts, profiles WHERE profiles.id {viewers} AND NOT is_beacon;
                 INSERT INTO post_saves (post_id, profile_id, created_at)
                 SELECT posts.id, profiles.id, {later} FROM posts, profiles WHERE profiles.id {viewers} AND NOT is_beacon;
                 INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
                 SELECT b.id, a.id, CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = a.id AND following_id = b.id
                     AND status = 'accepted') THEN 'follow' ELSE 'follow_request' END, {later} {};",
                pairs(&format!("a.id {among} AND b.id {among}")),
                pairs(&format!("a.id {among} AND b.id {viewers}")),
                pairs(&format!("a.id {viewers} AND b.id {among} AND (a.handle = 'ann' OR b.handle <> 'cara')")),
                pairs(&format!("a.id {viewers} AND b.handle LIKE 'foe%'")),
                pairs(&format!("a.id {among} AND b.id {viewers}")),
            ))
            .await;
        let lists = lists(&dan, &cara, &eve, root);
        Self { app, ann, bob, cara, dan, lists }
    }
}

#[tokio::test]
async fn every_list_of_the_schema_takes_part() {
    let schema = Schema::read().await;
    let connections = schema.types().filter(|of| of.kind == "OBJECT").flat_map(|of| {
        let fields = of.fields.iter().filter(|field| field.of.name().ends_with("Connection"));
        fields.map(move |field| format!("{}.{}", of.name, field.name))
    });
    let Scene { app, ann, lists, .. } = Scene::new().await;
    let tried: BTreeSet<_> = lists.iter().map(|list| list.field.to_owned()).collect();
    assert_eq!(tried, connections.collect());
    for list in &lists {
        let rows = list.page(&app, &ann, "first: 100").await;
        assert!(rows.len() >= 2, "{} has {} rows", list.query, rows.len());
    }
}

#[tokio::test]
async fn a_forged_cursor_opens_nothing_in_any_list() {
    let Scene { app, ann, lists, .. } = Scene::new().await;
    let mut dice = Dice::new(3);
    for list in &lists {
        let rows = list.page(&app, &ann, "first: 100").await;
        let (_, cursor) = dice.pick(&rows);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
        let mut forged = Vec::new();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << dice.below(8);
            forged.push(changed);
            forged.push(bytes[..at].to_vec());
            forged.push(bytes[at + 1..].to_vec());
        }
        for _ in 0..8 {
            let more: Vec<_> = (0..=dice.below(20)).map(|_| dice.next().to_le_bytes()[0]).collect();
            forged.push([&bytes[..], &more].concat());
            forged.push([&more[..], &bytes].concat());
            // The key of one row under the seal of another.
            let other = BASE64_URL_SAFE_NO_PAD.decode(&dice.pick(&rows).1).unwrap();
            let mixed = [&bytes[..bytes.len() - 12], &other[other.len() - 12..]].concat();
            if mixed != bytes {
                forged.push(mixed);
            }
        }
        for bytes in forged {
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(bytes);
            list.must_refuse(&app, &ann, &cursor, "forged").await;
        }
    }
}

#[tokio::test]
async fn a_cursor_of_one_list_opens_no_other() {
    let Scene { app, ann, lists, .. } = Scene::new().await;
    let mut cursors = Vec::new();
    for list in &lists {
        cursors.push(list.page(&app, &ann, "first: 1").await[0].1.clone());
    }
    for (n, list) in lists.iter().enumerate() {
        for (m, cursor) in cursors.iter().enumerate().filter(|(m, _)| *m != n) {
            list.must_refuse(&app, &ann, cursor, &lists[m].query).await;
        }
        list.page(&app, &ann, &format!("first: 1, after: \"{}\"", cursors[n])).await;
    }
}

#[tokio::test]
async fn a_cursor_of_one_person_opens_what_another_sees_anyway_or_nothing() {
    let Scene { app, ann, bob, lists, .. } = Scene::new().await;
    for list in &lists {
        for (owner, thief) in [(&ann, &bob), (&bob, &ann)] {
            let sees: BTreeSet<_> = list.page(&app, thief, "first: 100").await.into_iter().map(|row| row.0).collect();
            for (_, cursor) in list.page(&app, owner, "first: 100").await {
                if list.is_own() {
                    list.must_refuse(&app, thief, &cursor, &owner.handle).await;
                    continue;
                }
                for end in list.ends() {
                    let page = list.page(&app, thief, &format!("first: 100, {end}: \"{cursor}\"")).await;
                    let all: BTreeSet<_> = page.into_iter().map(|row| row.0).collect();
                    assert!(all.is_subset(&sees), "{}: {:?}", list.query, all.difference(&sees));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_installation_opens_nothing() {
    let Scene { app, ann, lists, .. } = Scene::new().await;
    let other =
        |config: &mut sojorn::config::Config| "another secret, of 32 characters".clone_into(&mut config.domain.secret);
    let elsewhere = TestApp::with(Database::new().await, other).await;
    let list = &lists[0];
    let stranger = elsewhere.person("stranger").await;
    let session = elsewhere.sign_up("newcomer").await;
    let newcomer = Person { token: session.access, ..stranger };
    elsewhere.post(&newcomer, Post::public("a text")).await;
    let theirs = list.page(&elsewhere, &newcomer, "first: 1").await[0].1.clone();
    list.must_refuse(&app, &ann, &theirs, "of another secret").await;
    let ours = list.page(&app, &ann, "first: 1").await[0].1.clone();
    list.must_refuse(&elsewhere, &newcomer, &ours, "of another secret").await;
}

/// What comes between the cursor and its use.
#[derive(Clone, Copy, Debug)]
enum Between {
    DanBlocks,
    AnnBlocks,
    AnnUnfollows,
    DanIsSuspended,
    PostsGoPrivate,
    DanDeletes,
}

impl Scene {
    async fn happens(&self, between: Between) {
        let Self { app, ann, dan, cara, .. } = self;
        match between {
            Between::DanBlocks => drop(app.must(dan, "block", ann).await),
            Between::AnnBlocks => drop(app.must(ann, "block", dan).await),
            Between::AnnUnfollows => {
                app.must(ann, "unfollow", cara).await;
                app.must(ann, "unfollow", dan).await;
            }
            Between::DanIsSuspended => app.set_state(dan, "suspended").await,
            Between::PostsGoPrivate => app.database.run("UPDATE posts SET visibility = 'only_me'").await,
            Between::DanDeletes => {
                let all = format!("UPDATE posts SET deleted_at = now() WHERE author_id = '{}'", dan.id);
                app.database.run(&all).await;
            }
        }
    }
}

async fn replayed(between: Between) {
    let scene = Scene::new().await;
    let Scene { app, ann, lists, .. } = &scene;
    let mut kept = Vec::new();
    for list in lists {
        kept.push(list.page(app, ann, "first: 100").await);
    }
    scene.happens(between).await;
    let mut changed = BTreeSet::new();
    for (list, old) in lists.iter().zip(&kept) {
        let now: Vec<_> = list.page(app, ann, "first: 100").await.into_iter().map(|row| row.0).collect();
        let was: BTreeSet<_> = old.iter().map(|row| &row.0).collect();
        if now.len() < old.len() {
            changed.insert(list.field);
        }
        for (at, (_, cursor)) in old.iter().enumerate() {
            for end in list.ends() {
                let page = list.page(app, ann, &format!("first: 100, {end}: \"{cursor}\"")).await;
                let page: Vec<_> = page.into_iter().map(|row| row.0).collect();
                assert!(page.iter().all(|row| now.contains(row)), "{between:?}: {} tells more", list.query);
                let side = if *end == "after" { &old[at + 1..] } else { &old[..at] };
                let expected: Vec<_> = side.iter().map(|row| &row.0).filter(|row| now.contains(row)).collect();
                let known: Vec<_> = page.iter().filter(|row| was.contains(row)).collect();
                assert_eq!(known, expected, "{between:?}: {} {end} row {at}", list.query);
            }
        }
    }
    assert!(changed.len() >= 5, "{between:?} changes {changed:?}");
}

#[tokio::test]
async fn a_cursor_used_behind_a_block_shows_what_is_left() {
    replayed(Between::DanBlocks).await;
    replayed(Between::AnnBlocks).await;
}

#[tokio::test]
async fn a_cursor_used_behind_an_unfollow_shows_what_is_left() {
    replayed(Between::AnnUnfollows).await;
}

#[tokio::test]
async fn a_cursor_used_behind_a_suspension_shows_what_is_left() {
    replayed(Between::DanIsSuspended).await;
}

#[tokio::test]
async fn a_cursor_used_when_posts_are_gone_shows_what_is_left() {
    replayed(Between::PostsGoPrivate).await;
    replayed(Between::DanDeletes).await;
}
