//! Replies and threads.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, List, PERSON, Person, Post, TestApp, numbered_sql};

async fn reply(app: &TestApp, me: &Person, parent: impl ToString, body: &str) -> Answer {
    let query = "mutation($input: CreatePostInput!) { createPost(input: $input) {
        post { id parent { id } } userErrors { code message path } } }";
    app.ask_with(me, query, json!({ "input": { "body": body, "parentId": parent.to_string() } })).await
}

fn replies_of(post: Uuid) -> List {
    List::of("/post/replies", &format!("post(id: \"{post}\") {{ replies(@page) {{ @edges }} }}"))
}

#[tokio::test]
async fn a_reply_stands_under_its_parent_oldest_first_and_in_no_feed() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let root = app.post(&ada, Post::public("root")).await;
    let mut expected = Vec::new();
    for n in 0..7 {
        app.advance(TimeDelta::seconds(1));
        let answer = reply(&app, &ben, root, &format!("reply {n}")).await;
        assert_eq!(answer.data("/createPost/post/parent/id"), json!(root));
        expected.push(answer.data("/createPost/post/id").as_str().unwrap().to_owned());
    }
    replies_of(root).check_in(&app, None, &expected, &[1, 3, 7, 100]).await;
    let query = format!("{{ post(id: \"{root}\") {{ replyCount }} globalFeed {{ nodes {{ id }} }} }}");
    assert_eq!(
        app.ask(None, &query).await.data(""),
        json!({ "post": { "replyCount": 7 }, "globalFeed": { "nodes": [{ "id": root }] } })
    );
}

#[tokio::test]
async fn what_may_not_be_replied_to_is_not() {
    let app = TestApp::new().await;
    let (ada, ben, eve) = (app.person("ada").await, app.person("ben").await, app.private("eve").await);
    let closed = app.post(&ada, Post::public("closed")).await;
    app.database.run(&format!("UPDATE posts SET allow_replies = false WHERE id = '{closed}'")).await;
    let hidden = app.post(&eve, Post::public("hidden")).await;
    let mine = app.post(&ada, Post::of("only_me", "mine")).await;
    let gone = app.post(&ada, Post::public("gone")).await;
    app.database.run(&format!("UPDATE posts SET deleted_at = now() WHERE id = '{gone}'")).await;
    let before = app.database.fingerprint().await;
    for (parent, refusal) in [
        (closed.to_string(), "NOT_ALLOWED input.parentId"),
        (hidden.to_string(), "NOT_FOUND input.parentId"),
        (mine.to_string(), "NOT_FOUND input.parentId"),
        (gone.to_string(), "NOT_FOUND input.parentId"),
        (Uuid::new_v4().to_string(), "NOT_FOUND input.parentId"),
        ("1".to_owned(), "INVALID input.parentId"),
    ] {
        assert_eq!(reply(&app, &ben, &parent, "x").await.refusals("createPost"), [refusal], "{parent}");
    }
    assert_eq!(app.database.fingerprint().await, before);
}

/// Replies are counted and listed for each viewer by the rule; whose parent is hidden stands alone.
#[tokio::test]
async fn each_viewer_sees_the_replies_that_are_there_for_that_viewer() {
    let app = TestApp::new().await;
    let (ada, eve, fan) = (app.person("ada").await, app.private("eve").await, app.person("fan").await);
    app.follow(&fan, &eve, "accepted").await;
    let root = app.post(&ada, Post::public("root")).await;
    let of = |visibility: &str| Post { parent: Some(root), ..Post::of(visibility, visibility) };
    let open = app.post(&ada, of("public")).await;
    let followers = app.post(&eve, of("followers")).await;
    app.post(&ada, of("only_me")).await;
    let count = async |viewer: Option<&Person>| {
        let query = format!("{{ post(id: \"{root}\") {{ replyCount replies {{ nodes {{ id }} }} }} }}");
        let post = app.ask(viewer, &query).await.data("/post");
        let nodes = post["replies"]["nodes"].as_array().unwrap();
        assert_eq!(json!(nodes.len()), post["replyCount"]);
        json!(nodes.iter().map(|node| node["id"].clone()).collect::<Vec<_>>())
    };
    assert_eq!(count(None).await, json!([open]));
    assert_eq!(count(Some(&fan)).await.as_array().unwrap().len(), 2);
    assert!(count(Some(&fan)).await.as_array().unwrap().contains(&json!(followers)));
    assert_eq!(count(Some(&ada)).await.as_array().unwrap().len(), 2);

    // The parent goes, the reply stays.
    app.to_post(&ada, "deletePost", root).await;
    let answer = app.ask(None, &format!("{{ post(id: \"{open}\") {{ body parent {{ id }} }} }}")).await;
    assert_eq!(answer.data("/post"), json!({ "body": "public", "parent": null }));
}

/// Three levels of 20 replies: 1 + 20 + 400 + 8,000 posts in one answer, one statement a level and one for the facts.
#[tokio::test]
async fn a_deep_thread_takes_one_statement_a_level() {
    let app = TestApp::new().await;
    let people = app.crowd(20).await;
    let root = app.post(&people[0], Post::public("root")).await;
    let author = numbered_sql(PERSON, "n");
    app.database
        .run(&format!(
            "INSERT INTO posts (author_id, body, parent_id, created_at)
                 SELECT {author}, 'one', '{root}', timestamptz '2026-02-01' + n * interval '1 s' FROM generate_series(0, 19) n;
             INSERT INTO posts (author_id, body, parent_id, created_at)
                 SELECT {author}, 'two', posts.id, timestamptz '2026-02-02' + n * interval '1 s'
                 FROM posts, generate_series(0, 19) n WHERE body = 'one';
             INSERT INTO posts (author_id, body, parent_id, created_at)
                 SELECT {author}, 'three', posts.id, timestamptz '2026-02-03' + n * interval '1 s'
                 FROM posts, generate_series(0, 24) n WHERE body = 'two' AND n < 20;
             ANALYZE posts;"
        ))
        .await;
    app.forget_statements();
    let query = format!(
        "{{ post(id: \"{root}\") {{ body replies(first: 20) {{ nodes {{ body replies(first: 20) {{ nodes {{ body
            replies(first: 20) {{ nodes {{ body author {{ handle }} likeCount replyCount viewerHasLiked viewerHasSaved
            viewerReaction }} pageInfo {{ hasNextPage }} }} }} }} }} }} }} }}"
    );
    let answer = app.ask(&people[1], &query).await;
    let level = |value: &Value| value["replies"]["nodes"].as_array().unwrap().clone();
    let one = level(&answer.data("/post"));
    let two: Vec<_> = one.iter().flat_map(level).collect();
    let three: Vec<_> = two.iter().flat_map(level).collect();
    assert_eq!((one.len(), two.len(), three.len()), (20, 400, 8_000));
    assert!(three.iter().all(|post| post["body"] == "three"));
    // The account, the root, each level, and what the posts of the last one say of themselves.
    assert_eq!(app.statements().len(), 6);
}
