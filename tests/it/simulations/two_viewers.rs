//! Many viewers at the same time on one server, each with things that are for that one alone, and all that loads together
//! in use: every answer is the one that its viewer gets when nobody else asks. Between them, requests that are given up.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::support::{Answer, Beacon, Dice, Person, Post, TestApp};

const VIEWERS: usize = 8;
/// Who asks at the same time, and how often each.
const ASKING: u64 = 16;
const TIMES: usize = 100;

/// Everything at once. Each batcher of `graphql/viewer_context.rs` is named where its loads are.
const EVERYTHING: &str = "{
    viewer { id email
        profile { ...P }
        notifications { nodes { id kind actor { handle } post { ...F } } }
        savedPosts { nodes { ...F } } likedPosts { nodes { ...F } } circle { totalCount nodes { ...P } }
        followRequests { totalCount nodes { from { handle } } } }
    globalFeed(first: 30) { nodes { ...F
        author { ...P posts(first: 2, kind: ALL) { nodes { body } } followers(first: 3) { totalCount nodes { ...P } } }
        replies(first: 4) { nodes { ...F parent { id body } } } } pageInfo { endCursor } }
    homeFeed { nodes { ...F author { ...P } } }
    search(query: \"ta\") { nodes { ... on Hashtag { name count: postCount posts(first: 2) { nodes { body } } }
        ... on Post { ...F } ... on Profile { ...P } } }
    beaconClusters(bounds: { south: 44.9999, west: -0.51, north: 45.0001, east: -0.2 }, zoom: 14) { count beacon { id body author { bio } } }
    beacons(area: { circle: { center: { latitude: 45, longitude: 0 }, radiusMeters: 50000 } }) {
        totalCount nodes { body viewerVote author { ...P } } } }
    fragment P on Profile { id handle displayName bio isPrivate viewerFollowStatus followsViewer viewerCanSeePosts
        followerCount followingCount postCount }
    fragment F on Post { id body tags likeCount replyCount viewerHasLiked viewerHasSaved viewerReaction
        reactions { emoji count } }";

/// Each batcher, and where in the answer is what it has loaded.
const LOADED: [(&str, &str); 8] = [
    ("counts", "/globalFeed/nodes/0/author/followerCount"),
    ("posts_by_id", "/viewer/notifications/nodes/0/post/body"),
    ("beacons_by_id", "/beaconClusters/0/beacon/body"),
    ("facts", "/homeFeed/nodes/0/likeCount"),
    ("hashtag_counts", "/search/nodes/0/count"),
    ("replies", "/globalFeed/nodes/0/replies/nodes/0/body"),
    ("posts", "/globalFeed/nodes/0/author/posts/nodes/0/body"),
    ("follows", "/globalFeed/nodes/0/author/followers/nodes/0/handle"),
];

/// The mark of what is for one viewer.
fn mark(viewer: usize) -> String {
    format!("[for {viewer} alone]")
}

/// Viewers, each with a private friend who posts, replies, signs beacons, likes and follows for that viewer alone.
async fn scene() -> (TestApp, Vec<Person>) {
    let app = TestApp::new().await;
    let host = app.person("host").await;
    let (mut viewers, mut friends) = (Vec::new(), Vec::new());
    for n in 0..VIEWERS {
        viewers.push(app.private(&format!("viewer{n}")).await);
        friends.push(app.private(&format!("friend{n}")).await);
        app.follow(&viewers[n], &friends[n], "accepted").await;
        app.follow(&friends[n], &viewers[n], "accepted").await;
        app.follow(&friends[n], &host, "accepted").await;
        app.circle(&viewers[n], &friends[n]).await;
    }
    for (n, viewer) in viewers.iter().enumerate() {
        app.follow(&friends[(n + 1) % VIEWERS], viewer, "pending").await;
    }
    let root = app.post(&host, Post::public("a question to all")).await;
    for round in 0..3_u32 {
        for (n, friend) in friends.iter().enumerate() {
            let text = |what: &str| format!("{what} {round} {}", mark(n));
            let post = app.post(friend, Post::of("followers", &text("tale"))).await;
            app.post(&viewers[n], Post { parent: Some(post), ..Post::public(&text("taken")) }).await;
            app.post(friend, Post { parent: Some(root), ..Post::public(&text("talk")) }).await;
            let author = Some(friend.id);
            let east = -0.5 + f64::from(round) * 0.1 + f64::from(u32::try_from(n).unwrap()) * 0.01;
            let beacon = Beacon { author, body: text("beacon"), ..Beacon::at(45.0, east) };
            app.beacon(Beacon { visibility: "followers".to_owned(), ..beacon }).await;
        }
    }
    for (n, (viewer, friend)) in viewers.iter().zip(&friends).enumerate() {
        let (viewer, friend, mark) = (viewer.id, friend.id, mark(n));
        app.database
            .run(&format!(
                "UPDATE profiles SET bio = 'bio {mark}' WHERE id IN ('{viewer}', '{friend}');
                 INSERT INTO accounts (profile_id, email, password_hash)
                     VALUES ('{viewer}', '{mark}@sojorn.example', '!'), ('{friend}', '{n}@sojorn.example', '!');
                 UPDATE posts SET tags = '{{tag,tag{n}}}' WHERE author_id = '{friend}' AND NOT is_beacon;
                 INSERT INTO post_likes (post_id, profile_id) SELECT id, '{viewer}' FROM posts WHERE author_id = '{friend}';
                 INSERT INTO post_likes (post_id, profile_id) SELECT id, '{friend}' FROM posts WHERE body LIKE '%question%';
                 INSERT INTO post_saves (post_id, profile_id) SELECT id, '{viewer}' FROM posts WHERE author_id = '{friend}';
                 INSERT INTO post_reactions (post_id, profile_id, emoji)
                     SELECT id, '{viewer}', '🔥' FROM posts WHERE author_id = '{friend}';
                 INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
                     SELECT '{viewer}', '{friend}', 'reply', id, '2026-02-01' FROM posts
                     WHERE author_id = '{friend}' AND parent_id IS NOT NULL;"
            ))
            .await;
    }
    (app, viewers)
}

/// Sends a request over a connection of its own, and does with it what is to be done.
async fn send(address: SocketAddr, viewer: Option<&Person>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = json!({ "query": EVERYTHING }).to_string();
    let token = viewer.map(|viewer| format!("Authorization: Bearer {}\r\n", viewer.token)).unwrap_or_default();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {token}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{text}");
    body.to_owned()
}

/// What each viewer is answered when nobody else asks. It has to be right.
async fn alone(app: &TestApp, viewers: &[Person]) -> Vec<String> {
    let mut answers = Vec::new();
    for (n, viewer) in viewers.iter().map(Some).chain([None]).enumerate() {
        let answer: Answer = app.ask(viewer, EVERYTHING).await;
        let foreign = (0..VIEWERS).filter(|other| *other != n && answer.body.contains(&mark(*other)));
        assert_eq!(foreign.collect::<Vec<_>>(), [0; 0], "{}", answer.body);
        if viewer.is_some() {
            answer.data("");
            assert!(answer.body.matches(&mark(n)).count() > 40, "{}", answer.body);
            for (batcher, pointer) in LOADED {
                let value = answer.data("").pointer(pointer).cloned().unwrap_or_default();
                assert!(!value.is_null() && value != json!(0), "{batcher} has loaded nothing: {}", answer.body);
            }
        }
        answers.push(answer.body);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn viewers_who_ask_at_the_same_time_get_nothing_of_each_other() {
    let (app, viewers) = scene().await;
    let expected = Arc::new(alone(&app, &viewers).await);
    let different: BTreeSet<_> = expected.iter().collect();
    assert_eq!(different.len(), VIEWERS + 1);
    // Fewer connections than requests: they are handed from one viewer to the next all the time.
    let server = app.serve_with(|config| config.database.max_connections = 4).await;
    let (address, viewers, dice) = (server.address, Arc::new(viewers), Dice::new(11));
    let asking = (0..ASKING).map(|part| {
        let (mut dice, viewers, expected) = (dice.part(part), Arc::clone(&viewers), Arc::clone(&expected));
        tokio::spawn(async move {
            let mut compared = 0;
            for _ in 0..TIMES {
                let n = dice.below(VIEWERS + 1);
                let stream = send(address, viewers.get(n)).await;
                if dice.one_in(4) {
                    // Given up, at once or while statements are under way.
                    sleep(Duration::from_micros(u64::try_from(dice.below(40_000)).unwrap())).await;
                    drop(stream);
                    continue;
                }
                let body = answer(stream).await;
                assert_eq!(body, expected[n], "viewer {n}");
                compared += 1;
            }
            compared
        })
    });
    let compared: u32 = join_all(asking).await.into_iter().map(Result::unwrap).sum();
    assert!(compared > 1_000, "{compared}");
    // Nothing that was given up has left anything behind.
    for (n, expected) in expected.iter().enumerate() {
        assert_eq!(answer(send(address, viewers.get(n)).await).await, *expected, "viewer {n}");
    }
}

/// A batcher that comes later has to be in the operation above.
#[test]
fn every_batcher_is_in_use() {
    let source =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/graphql/viewer_context.rs")).unwrap();
    let batcher = |line: &str| Some(line.trim().split_once(": Batcher<")?.0.to_owned());
    let batchers: BTreeSet<_> = source.lines().filter_map(batcher).collect();
    assert_eq!(batchers, LOADED.iter().map(|(batcher, _)| (*batcher).to_owned()).collect());
}
