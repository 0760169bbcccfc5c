//! Writing, changing, pinning and deleting posts.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, List, Person, Post, TestApp};

const POST: &str =
    "id body imageUrl videoUrl durationMs visibility tags allowReplies isPinned createdAt editedAt expiresAt
    author { handle } parent { id }";

async fn create(app: &TestApp, me: &Person, input: Value) -> Answer {
    let query = format!(
        "mutation($input: CreatePostInput!) {{ createPost(input: $input) {{
            post {{ {POST} }} postEdge {{ cursor node {{ id }} }} userErrors {{ code message path }} }} }}"
    );
    app.ask_with(me, &query, json!({ "input": input })).await
}

async fn edit(app: &TestApp, me: &Person, input: Value) -> Answer {
    let query = format!(
        "mutation($input: EditPostInput!) {{ editPost(input: $input) {{ post {{ {POST} }} userErrors {{ code message path }} }} }}"
    );
    app.ask_with(me, &query, json!({ "input": input })).await
}

fn id_of(answer: &Answer) -> Uuid {
    answer.data("/createPost/post/id").as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_post_is_answered_as_it_is_read_later() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let created = create(&app, &ada, json!({ "body": "  Hello #World, #world and #Straße \n" })).await;
    let expected = json!({
        "id": id_of(&created), "body": "Hello #World, #world and #Straße", "imageUrl": null, "videoUrl": null,
        "durationMs": 0, "visibility": "PUBLIC", "tags": ["world", "straße"], "allowReplies": true, "isPinned": false,
        "createdAt": "2026-03-01T12:00:00+00:00", "editedAt": null, "expiresAt": null,
        "author": { "handle": "ada" }, "parent": null,
    });
    assert_eq!(created.data("/createPost/post"), expected);
    let read = format!("query($id: ID!) {{ post(id: $id) {{ {POST} }} }}");
    assert_eq!(app.ask_with(None, &read, json!({ "id": id_of(&created) })).await.data("/post"), expected);

    app.advance(TimeDelta::minutes(1));
    let quip = json!({ "videoUrl": "https://v.example/1.mp4", "durationMs": 1500, "visibility": "FOLLOWERS",
                       "allowReplies": false, "expiresInMinutes": 60 });
    let quip = create(&app, &ada, quip).await.data("/createPost/post");
    let seen = ["body", "durationMs", "visibility", "allowReplies", "expiresAt"].map(|field| quip[field].clone());
    let expected = [json!(""), json!(1500), json!("FOLLOWERS"), json!(false), json!("2026-03-01T13:01:00+00:00")];
    assert_eq!(seen, expected);

    // The edge is a place in the viewer's home feed.
    let cursor = &created.data("/createPost/postEdge/cursor");
    let newer = List::home().page(&app, &ada, json!({ "last": 5, "before": cursor })).await;
    assert_eq!(json!(newer.ids), json!([quip["id"]]));
}

#[tokio::test]
async fn a_video_of_unknown_length_reads_as_zero() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.post(&ada, Post { video_url: Some("https://v.example/1.mp4".to_owned()), ..Post::public("old") }).await;
    assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE duration_ms IS NULL").await, 1);
    for feed in ["globalFeed", "homeFeed", "quipFeed"] {
        let answer = app.ask(&ada, &format!("{{ {feed} {{ nodes {{ durationMs body imageUrl }} }} }}")).await;
        let expected = json!([{ "durationMs": 0, "body": "old", "imageUrl": null }]);
        assert_eq!(answer.data(&format!("/{feed}/nodes")), expected);
    }
}

#[tokio::test]
async fn an_edit_keeps_the_earlier_text_and_finds_the_new_tags() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let id = id_of(&create(&app, &ada, json!({ "body": "first #one" })).await);
    let kept = "SELECT string_agg(body, ', ' ORDER BY revised_at) FROM post_revisions";
    app.advance(TimeDelta::minutes(1));
    let edited = edit(&app, &ada, json!({ "postId": id, "body": "second #two" })).await.data("/editPost/post");
    assert_eq!((&edited["body"], &edited["tags"]), (&json!("second #two"), &json!(["two"])));
    assert_eq!(edited["editedAt"], json!("2026-03-01T12:01:00+00:00"));
    assert_eq!(edited["createdAt"], json!("2026-03-01T12:00:00+00:00"));
    assert_eq!(app.database.text(kept).await, "first #one");

    // The same text, and changes of other things, are no edit of the text.
    app.advance(TimeDelta::minutes(1));
    let same = edit(&app, &ada, json!({ "postId": id, "body": " second #two " })).await;
    assert_eq!(same.data("/editPost/post"), edited);
    let narrowed = edit(&app, &ada, json!({ "postId": id, "visibility": "ONLY_ME", "allowReplies": false })).await;
    let narrowed = narrowed.data("/editPost/post");
    assert_eq!((&narrowed["visibility"], &narrowed["allowReplies"]), (&json!("ONLY_ME"), &json!(false)));
    assert_eq!((&narrowed["editedAt"], &narrowed["body"]), (&edited["editedAt"], &edited["body"]));
    assert_eq!(app.database.text(kept).await, "first #one");

    app.advance(TimeDelta::minutes(1));
    edit(&app, &ada, json!({ "postId": id, "body": "third" })).await.data("/editPost/post");
    assert_eq!(app.database.text(kept).await, "first #one, second #two");
    assert_eq!(app.database.text("SELECT cardinality(tags) FROM posts").await, "0");

    // Without words there has to be a picture.
    let empty = edit(&app, &ada, json!({ "postId": id, "body": null })).await;
    assert_eq!(empty.refusals("editPost"), ["INVALID input.body"]);
    let long = edit(&app, &ada, json!({ "postId": id, "body": "x".repeat(5001) })).await;
    assert_eq!(long.refusals("editPost"), ["INVALID input.body"]);
    let picture = id_of(&create(&app, &ada, json!({ "body": "words", "imageUrl": "https://i.example/1.png" })).await);
    let bare = edit(&app, &ada, json!({ "postId": picture, "body": null })).await;
    assert_eq!(bare.data("/editPost/post/body"), json!(""));
}

#[tokio::test]
async fn edits_at_the_same_time_keep_every_earlier_text() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let id = id_of(&create(&app, &ada, json!({ "body": "text 0" })).await);
    // The clock stands still, which must not make them one.
    let edits = (1..=12).map(|n| edit(&app, &ada, json!({ "postId": id, "body": format!("text {n}") })));
    for edited in join_all(edits).await {
        assert_eq!(edited.refusals("editPost"), [""; 0]);
    }
    let texts =
        "SELECT count(DISTINCT body) FROM (SELECT body FROM post_revisions UNION ALL SELECT body FROM posts) AS b";
    assert_eq!(app.database.number("SELECT count(*) FROM post_revisions").await, 12);
    assert_eq!(app.database.number(texts).await, 13);
}

#[tokio::test]
async fn three_posts_can_be_pinned_and_come_first() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(app.post(&ada, Post::public(&format!("post {n}"))).await);
    }
    let reply = app.post(&ada, Post { parent: Some(ids[0]), ..Post::public("reply") }).await;
    assert_eq!(app.to_post(&ada, "pinPost", reply).await.refusals("pinPost"), ["NOT_ALLOWED input.postId"]);
    for n in [1, 4, 0, 4] {
        let pinned = app.to_post(&ada, "pinPost", ids[n]).await;
        assert_eq!(pinned.data("/pinPost/post"), json!({ "id": ids[n], "isPinned": true }));
    }
    let fourth = app.to_post(&ada, "pinPost", ids[5]).await;
    assert_eq!(fourth.refusals("pinPost"), ["LIMIT_REACHED input.postId"]);
    let list = List::of_profile(&ada, "posts", "posts(@page)");
    let order = async || list.page(&app, None, json!({ "first": 10 })).await.ids;
    let expected = |order: [usize; 6]| order.map(|n| ids[n].to_string());
    assert_eq!(order().await, expected([4, 1, 0, 5, 3, 2]));

    for _ in 0..2 {
        let unpinned = app.to_post(&ada, "unpinPost", ids[1]).await;
        assert_eq!(unpinned.data("/unpinPost/post"), json!({ "id": ids[1], "isPinned": false }));
    }
    assert_eq!(order().await, expected([4, 0, 5, 3, 2, 1]));
    // A deleted post takes its pin with it.
    app.to_post(&ada, "deletePost", ids[4]).await.data("/deletePost/deletedId");
    for n in [5, 3] {
        assert_eq!(app.to_post(&ada, "pinPost", ids[n]).await.refusals("pinPost"), [""; 0]);
    }
    // Pins change the own page only.
    let feed = List::global().page(&app, None, json!({ "first": 10 })).await.ids;
    assert_eq!(feed, [5, 3, 2, 1, 0].map(|n| ids[n].to_string()));
}

#[tokio::test]
async fn pins_at_the_same_time_do_not_pass_the_limit() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(app.post(&ada, Post::public(&format!("post {n}"))).await);
    }
    let answers = join_all(ids.iter().map(|id| app.to_post(&ada, "pinPost", *id))).await;
    assert_eq!(answers.iter().filter(|answer| answer.refusals("pinPost").is_empty()).count(), 3);
    assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE is_pinned").await, 3);
}

#[tokio::test]
async fn who_comes_too_late_for_a_post_is_told_that_it_is_gone() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for n in 0..25 {
        let id = app.post(&ada, Post::public(&format!("post {n}"))).await;
        let change = json!({ "postId": id, "body": "changed" });
        let verbs = ["pinPost", "deletePost", "unpinPost", "deletePost"].map(|verb| app.to_post(&ada, verb, id));
        let (answers, edited) = futures_util::future::join(join_all(verbs), edit(&app, &ada, change)).await;
        let fields = ["pinPost", "deletePost", "unpinPost", "deletePost", "editPost"];
        for (answer, field) in answers.iter().chain([&edited]).zip(fields) {
            let refusals = answer.refusals(field).join(" ");
            assert!(matches!(refusals.as_str(), "" | "NOT_FOUND input.postId"), "{field}: {refusals}");
        }
        assert_eq!(app.database.number("SELECT count(*) FROM posts WHERE is_pinned").await, 0);
    }
}

#[tokio::test]
async fn a_deleted_post_is_gone_for_everybody_and_its_row_stays() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let id = app.post(&ada, Post::public("gone")).await;
    let reply = app.post(&ada, Post { parent: Some(id), ..Post::public("reply") }).await;
    assert_eq!(app.to_post(&ada, "deletePost", id).await.data("/deletePost/deletedId"), json!(id));
    let query = "query($id: ID!, $reply: ID!) { post(id: $id) { id } node(id: $id) { id } globalFeed { nodes { id } }
        homeFeed { nodes { id } } viewer { profile { postCount posts(kind: ALL) { nodes { id } } } }
        reply: post(id: $reply) { parent { id } } }";
    let answer = app.ask_with(&ada, query, json!({ "id": id, "reply": reply })).await;
    let expected = json!({
        "post": null, "node": null, "globalFeed": { "nodes": [] }, "homeFeed": { "nodes": [] },
        "viewer": { "profile": { "postCount": 0, "posts": { "nodes": [{ "id": reply }] } } },
        "reply": { "parent": null },
    });
    assert_eq!(answer.data(""), expected);
    let row = format!("SELECT body || ' ' || (deleted_at = '{}') FROM posts WHERE id = '{id}'", app.now());
    assert_eq!(app.database.text(&row).await, "gone true");
    for verb in ["deletePost", "pinPost", "unpinPost"] {
        assert_eq!(app.to_post(&ada, verb, id).await.refusals(verb), ["NOT_FOUND input.postId"], "{verb}");
    }
    assert_eq!(
        edit(&app, &ada, json!({ "postId": id, "body": "x" })).await.refusals("editPost"),
        ["NOT_FOUND input.postId"]
    );
}

#[tokio::test]
async fn only_the_author_changes_a_post() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let seen = app.post(&ada, Post::public("seen")).await;
    let hidden = app.post(&ada, Post::of("only_me", "hidden")).await;
    let beacon =
        app.beacon(crate::support::Beacon { author: Some(ada.id), ..crate::support::Beacon::at(1.0, 1.0) }).await;
    let before = app.database.fingerprint().await;
    for verb in ["deletePost", "pinPost", "unpinPost"] {
        assert_eq!(app.to_post(&ben, verb, seen).await.refusals(verb), ["NOT_ALLOWED input.postId"], "{verb}");
        let unknown = app.to_post(&ben, verb, Uuid::new_v4()).await;
        assert_eq!(unknown.refusals(verb), ["NOT_FOUND input.postId"], "{verb}");
        assert_eq!(app.to_post(&ben, verb, hidden).await.body, unknown.body, "{verb}");
        assert_eq!(app.to_post(&ada, verb, beacon).await.body, unknown.body, "{verb}: a beacon is no post");
        assert_eq!(app.to_post(None, verb, seen).await.code(), "UNAUTHENTICATED", "{verb}");
    }
    let change = async |id: Uuid| edit(&app, &ben, json!({ "postId": id, "body": "changed" })).await;
    assert_eq!(change(seen).await.refusals("editPost"), ["NOT_ALLOWED input.postId"]);
    assert_eq!(change(hidden).await.refusals("editPost"), ["NOT_FOUND input.postId"]);
    assert_eq!(change(hidden).await.body, change(Uuid::new_v4()).await.body);
    assert_eq!(app.database.fingerprint().await, before);
}
