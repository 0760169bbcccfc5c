//! What cannot be looked for, and cursors that are of another search.

use serde_json::{Value, json};

use super::{arguments, refused};
use crate::support::{Post, TestApp};

const SEARCH: &str = "query($query: String!, $kinds: [SearchKind!], $first: Int, $after: String) {
    search(query: $query, kinds: $kinds, first: $first, after: $after) { edges { cursor } } }";

async fn cursors(app: &TestApp, variables: Value) -> Vec<String> {
    app.ask_with(None, SEARCH, variables).await.each("/search/edges", "/cursor")
}

#[tokio::test]
async fn a_query_has_1_to_100_characters_and_kinds_are_some() {
    let app = TestApp::new().await;
    let too_long = [101, 1_000, 30_000].map(|length| "x".repeat(length));
    let bad = ["", " ", "\n\t\u{3000}", "\0", "a\0b", "#\0"].map(str::to_owned);
    for query in bad.iter().chain(&too_long).chain(&["é".repeat(101), "🦀".repeat(101)]) {
        let answer = refused(&app, None, SEARCH, json!({ "query": query })).await;
        assert_eq!(
            (answer.code().as_str(), arguments(&answer)),
            ("BAD_USER_INPUT", vec!["query".to_owned()]),
            "{query:?}"
        );
    }
    let answer = refused(&app, None, SEARCH, json!({ "query": "x", "kinds": [] })).await;
    assert_eq!((answer.code().as_str(), arguments(&answer)), ("BAD_USER_INPUT", vec!["kinds".to_owned()]));
    for kinds in [json!(["BEACON"]), json!([null]), json!([1]), json!("everything")] {
        refused(&app, None, SEARCH, json!({ "query": "x", "kinds": kinds })).await;
    }
    for query in ["x".repeat(100), format!("  {}  ", "🦀".repeat(100))] {
        assert_eq!(cursors(&app, json!({ "query": query })).await, Vec::<String>::new());
    }
    for size in [0, -1, 101] {
        let answer = refused(&app, None, SEARCH, json!({ "query": "x", "first": size })).await;
        assert_eq!((answer.code().as_str(), arguments(&answer)), ("PAGE_SIZE", vec!["first".to_owned()]));
    }
}

#[tokio::test]
async fn a_cursor_opens_its_own_search_and_no_other() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    app.person("ada_b").await;
    app.person("x_ada").await;
    app.post(&ada, Post::public("ada")).await;
    app.database
        .run("UPDATE posts SET tags = '{adam}'; UPDATE profiles SET display_name = 'ada x' WHERE handle = 'x_ada'")
        .await;
    let search = json!({ "query": "ada" });
    let own = cursors(&app, search.clone()).await;
    assert_eq!(own.len(), 5);
    for (at, cursor) in own.iter().enumerate() {
        let rest = cursors(&app, json!({ "query": " ada ", "after": cursor })).await;
        assert_eq!(rest, own[at + 1..]);
        for other in [
            json!({ "query": "ad" }),
            json!({ "query": "ada_b" }),
            json!({ "query": "@ada" }),
            json!({ "query": "#ada" }),
            json!({ "query": "ada", "kinds": ["PROFILE", "POST"] }),
        ] {
            let mut variables = other.clone();
            variables["after"] = json!(cursor);
            let answer = refused(&app, None, SEARCH, variables).await;
            assert_eq!(
                (answer.code().as_str(), arguments(&answer)),
                ("BAD_CURSOR", vec!["after".to_owned()]),
                "{other}"
            );
        }
        let mut forged = cursor.clone();
        forged.replace_range(0..1, if cursor.starts_with('A') { "B" } else { "A" });
        for cursor in [forged, String::new(), "x".to_owned(), format!("{cursor}A"), cursor[1..].to_owned()] {
            let answer = refused(&app, None, SEARCH, json!({ "query": "ada", "after": cursor })).await;
            assert_eq!(answer.code(), "BAD_CURSOR");
        }
    }
    let feed = app.ask(None, "{ globalFeed { edges { cursor } } }").await.each("/globalFeed/edges", "/cursor");
    assert_eq!(refused(&app, None, SEARCH, json!({ "query": "ada", "after": feed[0] })).await.code(), "BAD_CURSOR");
    let query = format!("{{ globalFeed(after: \"{}\") {{ edges {{ cursor }} }} }}", own[4]);
    assert_eq!(refused(&app, None, &query, json!({})).await.code(), "BAD_CURSOR");
    // The same things, asked for in other words, are the same list.
    let all = json!({ "query": "ada", "kinds": ["HASHTAG", "POST", "PROFILE"], "after": own[0] });
    assert_eq!(cursors(&app, all).await, own[1..]);
}
