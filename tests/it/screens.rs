//! The documents of `examples/screens`: each builds a screen of a client with one request. Asked of a real network, and
//! each takes as many statements as its head says, whatever the page, and is within the limits. (The search takes fewer where it finds less.)
//!
//! Gowalla is not part of the repository, see tests/it/gowalla.rs; so the demo network is asked as well.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::TimeDelta;
use serde_json::{Value, json};
use sojorn::domain::{Clock, seed::demo};

use crate::support::{Person, TestApp, data_folder, import};

/// What a screen is asked with, and the lists that must not be empty.
fn cases(viewer: &Person, star: &Person, post: &str) -> BTreeMap<&'static str, (Value, Vec<&'static str>)> {
    BTreeMap::from([
        ("shell", (json!({}), vec![])),
        ("feed", (json!({}), vec!["/homeFeed/nodes"])),
        (
            "thread",
            (json!({ "id": post }), vec!["/post/replies/nodes", "/post/replies/nodes/0/replies/nodes/0/replies/nodes"]),
        ),
        ("profile", (json!({ "handle": viewer.handle }), vec!["/profile/posts/nodes"])),
        ("followers", (json!({ "handle": star.handle }), vec!["/profile/followers/edges"])),
        ("follow-requests", (json!({}), vec!["/viewer/followRequests/nodes"])),
        ("notifications", (json!({}), vec!["/viewer/notifications/nodes"])),
        ("search", (json!({ "query": "quokka" }), vec!["/search/nodes"])),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_one_request_with_as_many_statements_as_it_says() {
    let Some(folder) = data_folder("gowalla-nyc") else { return };
    let app = TestApp::with_usual_limits().await;
    import(&app, &folder).await;
    every_screen(&app, 50).await;
}

/// The same of the network that is always there.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_one_request_of_the_demo_network_too() {
    let app = TestApp::with_usual_limits().await;
    demo::run(&app.database.patient().await, &Clock::system()).await.unwrap();
    // Whoever is asked is private there, and who replies need not be a follower.
    app.database.run("UPDATE profiles SET is_private = false").await;
    every_screen(&app, 0).await;
}

/// Asks for each screen as somebody who has written more than so many posts.
async fn every_screen(app: &TestApp, posts: usize) {
    let person = async |sql: &str| {
        let id = app.database.text(sql).await;
        let handle = app.database.text(&format!("SELECT handle FROM profiles WHERE id = '{id}'")).await;
        let id = id.parse().unwrap();
        Person { id, handle, token: app.token(id) }
    };
    // Whom most ask to follow of those who post, and whom most follow, of those whom everybody may see.
    let viewer = person(&format!(
        "SELECT following_id::text FROM follows WHERE status = 'pending' AND follower_id <> following_id
             AND following_id IN (SELECT author_id FROM posts GROUP BY 1 HAVING count(*) > {posts})
         GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ))
    .await;
    let star = person(
        "SELECT following_id::text FROM follows JOIN profiles ON profiles.id = following_id
         WHERE status = 'accepted' AND NOT is_private GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    )
    .await;
    let post = conversation(app, &viewer, &star).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/screens");
    let mut cases = cases(&viewer, &star, &post);
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let document = fs::read_to_string(&file).unwrap();
        let mut most = 0;
        let (mut variables, lists) = cases.remove(name.as_str()).unwrap_or_else(|| panic!("no case for {name}"));
        for first in [1, 7, 20] {
            variables["first"] = json!(first);
            app.forget_statements();
            let answer = app.ask_with(&viewer, &document, variables.clone()).await;
            let spent = app.statements();
            for list in &lists {
                let rows = answer.data(list).as_array().unwrap().len();
                assert!((1..=first.max(5)).contains(&rows), "{name}: {rows} at {list}");
            }
            let sent: Vec<_> =
                spent.iter().map(|statement| statement.sql.get(..300).unwrap_or(&statement.sql)).collect();
            most = most.max(spent.len());
            assert!(
                document.contains(&format!("\n# {} statements.\n", spent.len())) || document.contains("\n# At most "),
                "{name} took {} statements with {first} rows:\n{}",
                spent.len(),
                sent.join("\n")
            );
        }
        assert!(document.contains(&format!(" {most} statements.\n")), "{name} took up to {most} statements");
    }
    assert!(cases.is_empty(), "without a document: {:?}", cases.keys());
}

/// Somebody is called what the search looks for. Others reply to the viewer's posts, and to one another, like and mention. Answers a post in the middle of it.
async fn conversation(app: &TestApp, viewer: &Person, star: &Person) -> String {
    let newest = "SELECT id::text FROM posts WHERE is_beacon IS FALSE AND deleted_at IS NULL AND visibility = 'public'";
    let root =
        app.database.text(&format!("{newest} AND author_id = '{}' ORDER BY created_at DESC LIMIT 1", star.id)).await;
    app.database.run(&format!("UPDATE profiles SET display_name = 'Quokka' WHERE id = '{}'", star.id)).await;
    let post = reply(app, viewer, &root, "a reply with a #quokka").await;
    let mut level = vec![post.clone()];
    for depth in 0..3 {
        let mut next = Vec::new();
        for parent in &level {
            for n in 0..3 {
                let writer = if n % 2 == 0 { star } else { viewer };
                next.push(reply(app, writer, parent, &format!("level {depth} for @{}", viewer.handle)).await);
            }
        }
        level = next;
    }
    for post in &level {
        app.to_post(star, "likePost", post.parse().unwrap()).await.data("");
    }
    post
}

async fn reply(app: &TestApp, writer: &Person, parent: &str, body: &str) -> String {
    let query =
        "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } userErrors { message } } }";
    let input = json!({ "body": body, "parentId": parent });
    let answer = app.ask_with(writer, query, json!({ "input": input })).await;
    app.advance(TimeDelta::milliseconds(100));
    answer.data("/createPost/post/id").as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}
