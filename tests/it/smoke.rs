//! The walk of a first visitor: sign up, post, find it in the feed.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_visitor_signs_up_posts_and_is_read() {
    let app = TestApp::new().await;
    let session = app
        .ask(
            None,
            r#"mutation {
                signUp(input: { email: "ada@sojorn.example", password: "correct horse", handle: "Ada" }) {
                    session { accessToken viewer { email profile { handle viewerIsOwner } } }
                    userErrors { code }
                }
            }"#,
        )
        .await;
    assert_eq!(session.data("/signUp/userErrors"), json!([]));
    let viewer = json!({ "email": "ada@sojorn.example", "profile": { "handle": "ada", "viewerIsOwner": true } });
    assert_eq!(session.data("/signUp/session/viewer"), viewer);

    let token = session.data("/signUp/session/accessToken");
    let create = r#"mutation { createPost(input: { body: "Hello #World" }) { post { id tags } userErrors { code } } }"#;
    let created = app.ask_by_token(token.as_str(), create, json!({})).await;
    assert_eq!(created.data("/createPost/post/tags"), json!(["world"]));

    let feed = app.ask(None, "{ globalFeed { nodes { body author { handle displayName } } } }").await;
    let post = json!({ "body": "Hello #World", "author": { "handle": "ada", "displayName": "ada" } });
    assert_eq!(feed.data("/globalFeed/nodes"), json!([post]));
}
