//! The playground: every file that it needs comes from the server itself, under a strict policy.

use axum::body::Body;
use http::Request;

use crate::support::{Answer, Database, TestApp, header_of};

/// The values of `src` and `href` in a page.
fn references(page: &str) -> Vec<String> {
    let mut references = Vec::new();
    for attribute in [" src=\"", " href=\""] {
        for (at, _) in page.match_indices(attribute) {
            let rest = &page[at + attribute.len()..];
            references.push(rest[..rest.find('"').unwrap()].to_owned());
        }
    }
    references
}

fn policy(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let policy = header_of(&answer.headers, "content-security-policy");
    let words = |directive: &str| directive.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    policy.split(';').map(words).map(|words| (words[0].clone(), words[1..].to_vec())).collect()
}

#[tokio::test]
async fn the_page_and_all_its_files_are_served() {
    let app = TestApp::with_usual_limits().await;
    let page = app.get("/").await;
    assert_eq!(page.status, 200);
    assert!(header_of(&page.headers, "content-type").starts_with("text/html"));
    let references = references(&page.body);
    assert!(references.len() >= 3, "{references:?}");
    for reference in references {
        assert!(reference.starts_with("/playground/"), "{reference}");
        let file = app.get(&reference).await;
        assert_eq!(file.status, 200, "{reference}");
        assert!(!file.body.is_empty());
        let kind = match reference.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript",
            "css" => "text/css",
            "svg" => "image/svg+xml",
            other => panic!("{other}"),
        };
        assert!(header_of(&file.headers, "content-type").starts_with(kind), "{reference}");
        assert_eq!(header_of(&file.headers, "x-content-type-options"), "nosniff");
        // A copy that is still right is not sent again.
        let tag = header_of(&file.headers, "etag");
        let again = Request::get(&reference).header("if-none-match", tag).body(Body::empty()).unwrap();
        let again = app.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{reference}");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own() {
    let app = TestApp::with_usual_limits().await;
    let page = app.get("/").await;
    assert!(!page.body.contains("://") && !page.body.contains("=\"//"), "{}", page.body);
    assert!(!page.body.contains("<style") && !page.body.contains(" style=") && !page.body.contains(" on"));
    for (at, _) in page.body.match_indices("<script") {
        assert!(page.body[at..].starts_with("<script src=\""), "an inline script would be refused by the policy");
    }
    // A style sheet fetches what it names.
    let css = app.get("/playground/app.css").await.body;
    for (at, _) in css.match_indices("url(") {
        let target = css[at + 4..].trim_start_matches(['"', '\'']);
        assert!(
            target.starts_with("data:") || target.starts_with("/playground/") || target.starts_with('#'),
            "{}",
            &css[at..at + 60]
        );
    }
    assert!(!css.contains("@import"));
}

#[tokio::test]
async fn the_policy_is_strict() {
    let app = TestApp::with_usual_limits().await;
    for path in ["/", "/playground/app.js", "/playground/app.css", "/playground/favicon.svg"] {
        let policy = policy(&app.get(path).await);
        let sources = |name: &str| {
            let found = policy.iter().find(|(directive, _)| directive == name);
            found.unwrap_or_else(|| panic!("{path} says nothing about {name}")).1.join(" ")
        };
        for directive in ["default-src", "base-uri", "form-action", "frame-ancestors"] {
            assert_eq!(sources(directive), "'none'", "{path} {directive}");
        }
        for directive in ["script-src", "style-src", "connect-src"] {
            assert_eq!(sources(directive), "'self'", "{path} {directive}");
        }
        for (directive, sources) in &policy {
            for source in sources {
                assert!(["'none'", "'self'", "data:"].contains(&source.as_str()), "{path} {directive} {source}");
                assert!(source != "data:" || directive == "img-src", "{path} {directive}");
            }
        }
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let app = TestApp::with(Database::new().await, |config| config.http.playground = false).await;
    for path in ["/", "/playground/app.js"] {
        assert_eq!(app.get(path).await.status, 404);
    }
    assert_eq!(app.ask(None, "{ __typename }").await.data("/__typename"), "Query");
}
