//! Hashtags: what was written under a word, as far as one may see it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{List, Person, TestApp};

async fn write(app: &TestApp, me: &Person, body: &str) -> Uuid {
    let query = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } userErrors { code } } }";
    let answer = app.ask_with(me, query, json!({ "input": { "body": body } })).await;
    app.advance(chrono::TimeDelta::seconds(1));
    answer.data("/createPost/post")["id"].as_str().unwrap().parse().unwrap()
}

async fn tag(app: &TestApp, viewer: Option<&Person>, name: &str) -> Value {
    let query = "query($name: String!) { hashtag(name: $name) { name postCount } }";
    app.ask_with(viewer, query, json!({ "name": name })).await.data("/hashtag")
}

#[tokio::test]
async fn a_hashtag_has_what_the_viewer_may_see_under_it() {
    let app = TestApp::new().await;
    let (ada, eve, fan) = (app.person("ada").await, app.private("eve").await, app.person("fan").await);
    app.follow(&fan, &eve, "accepted").await;
    let mut expected = Vec::new();
    for n in 0..5 {
        expected.insert(0, write(&app, &ada, &format!("{n} #Rain, #rain")).await.to_string());
    }
    let hidden = write(&app, &eve, "#rain and #secret").await;
    write(&app, &ada, "#sun").await;
    for name in ["rain", "#RAIN", " Rain "] {
        assert_eq!(tag(&app, None, name).await, json!({ "name": "rain", "postCount": 5 }), "{name}");
    }
    let list = List::of("/hashtag/posts", "hashtag(name: \"rain\") { posts(@page) { @edges } }");
    list.check_in(&app, None, &expected, &[1, 2, 5, 100]).await;
    expected.insert(0, hidden.to_string());
    list.check_in(&app, Some(&fan), &expected, &[1, 4, 100]).await;
    write(&app, &ada, "#İstanbul #हिन्दी").await;
    for (name, stored) in [("İstanbul", "i̇stanbul"), ("i̇stanbul", "i̇stanbul"), ("#हिन्दी", "हिन्दी")]
    {
        assert_eq!(tag(&app, None, name).await, json!({ "name": stored, "postCount": 1 }), "{name}");
    }
    // A word that stands in hidden posts alone is a word that was never written.
    assert_eq!(tag(&app, None, "secret").await, Value::Null);
    assert_eq!(tag(&app, Some(&fan), "secret").await, json!({ "name": "secret", "postCount": 1 }));
    for name in ["nobody", "", "#", "a b", "rain!", "\0", "1", &"x".repeat(10_000), "##rain"] {
        assert_eq!(tag(&app, Some(&fan), name).await, Value::Null, "{name:?}");
    }
}

#[tokio::test]
async fn tags_follow_the_text() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let post = write(&app, &ada, "#one").await;
    let edit = "mutation($id: ID!) { editPost(input: { postId: $id, body: \"#two\" }) { post { tags } } }";
    app.ask_with(&ada, edit, json!({ "id": post })).await.data("/editPost/post");
    assert_eq!(tag(&app, None, "one").await, Value::Null);
    assert_eq!(tag(&app, None, "two").await, json!({ "name": "two", "postCount": 1 }));
    app.to_post(&ada, "deletePost", post).await;
    assert_eq!(tag(&app, None, "two").await, Value::Null);
}
