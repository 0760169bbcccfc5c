//! What is in the three feeds, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Beacon, Dice, List, PERSON, Person, Post, TestApp, numbered, numbered_sql};

/// The bodies of a feed, in order.
async fn bodies(app: &TestApp, viewer: Option<&Person>, feed: &str) -> Vec<String> {
    let answer = app.ask(viewer, &format!("{{ {feed}(first: 100) {{ nodes {{ body }} }} }}")).await;
    answer.each(&format!("/{feed}/nodes"), "/body")
}

fn video(body: &str) -> Post {
    Post { video_url: Some("https://video.example/v.mp4".to_owned()), ..Post::public(body) }
}

#[tokio::test]
async fn the_global_feed_has_the_root_posts_that_the_viewer_may_see() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.private("ben").await, app.person("cleo").await);
    let first = app.post(&ada, Post::public("first")).await;
    app.post(&cleo, Post { parent: Some(first), ..Post::public("a reply") }).await;
    app.beacon(Beacon { author: Some(ada.id), ..Beacon::at(1.0, 1.0) }).await;
    app.post(&ben, Post::public("by a private person")).await;
    app.post(&ada, Post::of("followers", "for followers")).await;
    app.post(&ada, Post::of("only_me", "for myself")).await;
    app.post(&ada, Post { pinned: true, ..Post::public("pinned") }).await;
    app.post(&cleo, video("a video")).await;
    let gone = app.post(&cleo, Post::public("gone")).await;
    app.database.run(&format!("UPDATE posts SET deleted_at = now() WHERE id = '{gone}'")).await;
    let soon = app.now() + TimeDelta::minutes(5);
    app.post(&cleo, Post { expires_at: Some(soon), ..Post::public("leaves") }).await;

    assert_eq!(bodies(&app, None, "globalFeed").await, ["leaves", "a video", "pinned", "first"]);
    let own = ["leaves", "a video", "pinned", "for myself", "for followers", "first"];
    assert_eq!(bodies(&app, Some(&ada), "globalFeed").await, own);
    assert_eq!(bodies(&app, None, "quipFeed").await, ["a video"]);
    app.advance(TimeDelta::minutes(5));
    assert_eq!(bodies(&app, None, "globalFeed").await, ["a video", "pinned", "first"]);

    app.follow(&cleo, &ben, "pending").await;
    app.follow(&cleo, &ada, "pending").await;
    assert_eq!(bodies(&app, Some(&cleo), "globalFeed").await, ["a video", "pinned", "first"]);
    app.database.run("UPDATE follows SET status = 'accepted'").await;
    let all = ["a video", "pinned", "for followers", "by a private person", "first"];
    assert_eq!(bodies(&app, Some(&cleo), "globalFeed").await, all);
}

#[tokio::test]
async fn the_home_feed_has_those_whom_the_viewer_follows_and_the_viewer() {
    let app = TestApp::new().await;
    let (ada, ben, cleo) = (app.person("ada").await, app.private("ben").await, app.person("cleo").await);
    app.post(&ada, Post::of("only_me", "my own")).await;
    let root = app.post(&ben, Post::public("of ben")).await;
    app.post(&ben, Post { parent: Some(root), ..Post::public("a reply of ben") }).await;
    app.beacon(Beacon { author: Some(cleo.id), ..Beacon::at(1.0, 1.0) }).await;
    app.post(&cleo, video("of cleo")).await;
    app.post(&cleo, Post::of("circle", "for cleo's circle")).await;

    let change = async |verb: &str, me: &Person, other: &Person| {
        let query =
            format!(r#"mutation {{ {verb}(input: {{ profileId: "{}" }}) {{ userErrors {{ code }} }} }}"#, other.id);
        assert_eq!(app.ask(me, &query).await.data(&format!("/{verb}/userErrors")), json!([]));
    };
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["my own"]);
    change("follow", &ada, &ben).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["my own"], "pending opens nothing");
    change("acceptFollowRequest", &ben, &ada).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["of ben", "my own"]);
    change("follow", &ada, &cleo).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["of cleo", "of ben", "my own"]);
    app.circle(&cleo, &ada).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["for cleo's circle", "of cleo", "of ben", "my own"]);
    change("unfollow", &ada, &cleo).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["of ben", "my own"]);
    app.block(&ben, &ada).await;
    assert_eq!(bodies(&app, Some(&ada), "homeFeed").await, ["my own"]);
    assert_eq!(bodies(&app, Some(&ben), "homeFeed").await, ["of ben"], "being followed is not following");

    let signed_out = app.ask(None, "{ homeFeed { nodes { id } } quipFeed { nodes { body } } }").await;
    assert_eq!(signed_out.code(), "UNAUTHENTICATED");
    assert_eq!(signed_out.partial("/homeFeed"), json!(null));
    assert_eq!(signed_out.partial("/quipFeed/nodes"), json!([{ "body": "of cleo" }]));
}

/// A post as the model knows it.
struct Row {
    at: DateTime<Utc>,
    id: Uuid,
    author: u32,
    is_public: bool,
}

/// 330 authors with 0 to 6 posts each. Times are whole minutes of two hours, so most posts share theirs with others,
/// also at the places where pages end.
async fn crowded(app: &TestApp) -> Vec<Row> {
    const AUTHORS: u32 = 330;
    app.crowd(AUTHORS).await;
    // Those of every tenth author are private.
    let private = numbered_sql(PERSON, "n * 10");
    app.database
        .run(&format!(
            "UPDATE profiles SET is_private = true WHERE id IN (SELECT {private} FROM generate_series(1, 40) AS n)"
        ))
        .await;
    let start: DateTime<Utc> = "2026-02-01T00:00:00Z".parse().unwrap();
    let mut dice = Dice::new(42);
    let mut rows = Vec::new();
    for author in 0..AUTHORS {
        for _ in 0..dice.below(7) {
            let at = start + TimeDelta::minutes(i64::try_from(dice.below(120)).unwrap());
            rows.push(Row { at, id: Uuid::new_v4(), author, is_public: dice.below(10) > 0 });
        }
    }
    let value = |row: &Row| {
        let visibility = if row.is_public { "public" } else { "only_me" };
        format!("('{}', '{}', '{}', '{visibility}')", row.id, numbered(PERSON, row.author), row.at)
    };
    let values: Vec<_> = rows.iter().map(value).collect();
    app.database
        .run(&format!("INSERT INTO posts (id, author_id, created_at, visibility) VALUES {}", values.join(", ")))
        .await;
    rows
}

/// With up to 300 people in it, a home feed is put together from each one's posts; with more, it is filtered out of
/// everything. Both have to give what a plain reading of the rule gives.
#[tokio::test]
async fn a_home_feed_is_right_with_few_and_with_many_followees() {
    let app = TestApp::new().await;
    let rows = crowded(&app).await;
    let all: BTreeMap<_, _> = rows.iter().map(|row| (row.id.to_string(), row.author)).collect();
    for followees in [1, 20, 21, 150, 298, 299, 300, 301, 329] {
        let viewer = app.person(&format!("reader_{followees}")).await;
        let person = numbered_sql(PERSON, "n");
        app.database
            .run(&format!(
                "INSERT INTO follows (follower_id, following_id, status)
                 SELECT '{}', {person}, CASE WHEN n = 5 THEN 'pending' ELSE 'accepted' END
                 FROM generate_series(0, {followees} - 1) AS n",
                viewer.id
            ))
            .await;
        let own = app.post(&viewer, Post::public("my own")).await;
        let mut expected: Vec<_> = rows
            .iter()
            .filter(|row| row.author < followees && row.author != 5 && row.is_public)
            .map(|row| (row.at, row.id))
            .collect();
        expected.push((app.now() - TimeDelta::seconds(1), own));
        expected.sort_unstable();
        let expected: Vec<_> = expected.iter().rev().map(|(_, id)| id.to_string()).collect();
        let sizes: &[usize] = if followees == 150 || followees == 301 { &[3, 20, 100] } else { &[20, 100] };
        List::home().check_in(&app, Some(&viewer), &expected, sizes).await;
        let authors: BTreeSet<_> = expected.iter().filter_map(|id| all.get(id)).collect();
        assert!(followees < 20 || authors.len() > usize::try_from(followees).unwrap() / 2, "too few write anything");
    }
}
