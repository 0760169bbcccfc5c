//! The limits of operations over the wire: each has a code, two sides, and an answer at once.

use std::time::{Duration, Instant};

use serde_json::json;
use sojorn::graphql::Limits;
use tokio::process::Command;

use super::{NEW_TYPE, assert_error};
use crate::support::{Database, Socket, TestApp, node};

/// A document of these fields of posts.
fn of_posts(fields: &str) -> String {
    format!("{{ globalFeed {{ nodes {{ {fields} }} }} }}")
}

fn numbered(n: usize, text: impl Fn(usize) -> String) -> String {
    (0..n).map(text).collect()
}

#[tokio::test]
async fn each_limit_has_a_code_and_two_sides() {
    let app = TestApp::with_usual_limits().await;
    let server = app.serve().await;
    let mut socket = Socket::connect(&server, None).await;
    let aliases = |n| of_posts(&numbered(n, |i| format!("a{i}: __typename ")));
    let directives = |n| of_posts(&"__typename @include(if: true) ".repeat(n));
    let padded = |bytes| format!("{:bytes$}", "{ __typename }");
    // All but the words of the list.
    let tokens = |n: usize| {
        format!("{{ search(query: \"x\", kinds: [{}]) {{ nodes {{ __typename }} }} }}", "POST ".repeat(n - 18))
    };
    let roots = |n| format!("{{ {} }}", "__typename ".repeat(n));
    let roots_in_fragment = |n| format!("{{ ...F }} fragment F on Query {{ {} }}", "__typename ".repeat(n));
    let selections = |n: usize| of_posts(&"__typename ".repeat(n - 2));
    let spread = |n| format!("{} fragment F on Post {{ {} }}", of_posts(&"...F ".repeat(n)), "__typename ".repeat(98));
    let operations = |n| numbered(n, |i| format!("query Q{i} {{ __typename }} "));
    // A feed, a hundred posts, in it a list below each and so many replies; and another feed.
    let cost = |n: usize| {
        format!(
            "{{ globalFeed(first: 100) {{ nodes {{ replies(first: 47) {{ nodes {{ id }} }} }} }}
               a: globalFeed(first: {}) {{ nodes {{ id }} }} }}",
            n - (1 + 100 * (1 + 1 + 47)) - 1
        )
    };
    let levels =
        |n: usize| format!("{{ {}__typename @include(if: true){} }}", "... { ".repeat(n - 1), " }".repeat(n - 1));
    for (good, bad, code) in [
        (padded(20_000), padded(20_001), "QUERY_TOO_LARGE"),
        (tokens(2_000), tokens(2_001), "QUERY_TOO_LARGE"),
        (selections(1_000), selections(1_001), "QUERY_TOO_COMPLEX"),
        (spread(10), spread(11), "QUERY_TOO_COMPLEX"),
        (roots(20), roots(21), "QUERY_TOO_COMPLEX"),
        (roots_in_fragment(20), roots_in_fragment(21), "QUERY_TOO_COMPLEX"),
        (aliases(30), aliases(31), "TOO_MANY_ALIASES"),
        (directives(30), directives(31), "QUERY_TOO_COMPLEX"),
        (operations(10), operations(11), "QUERY_TOO_COMPLEX"),
        (cost(5_000), cost(5_001), "QUERY_TOO_COMPLEX"),
        (levels(32), levels(33), "QUERY_TOO_DEEP"),
    ] {
        let name = good.starts_with("query Q0").then_some("Q0");
        let body = |text: &str| json!({ "query": text, "operationName": name }).to_string();
        let answer = app.post_raw(&[("accept", NEW_TYPE)], body(&good)).await;
        assert_eq!(answer.codes(), Vec::<String>::new(), "{good}: {}", answer.body);
        assert_error(&app.post_raw(&[("accept", NEW_TYPE)], body(&bad)).await, 400, code);
        assert_error(&app.post_raw(&[], body(&bad)).await, 200, code);
        for (query, expected) in [(&good, "next"), (&bad, "error")] {
            let payload = json!({ "query": query, "operationName": name });
            socket.say(&json!({ "type": "subscribe", "id": "x", "payload": payload })).await;
            let heard = socket.hear().await;
            assert_eq!(heard["type"], expected, "{heard}");
            match expected {
                "next" => assert_eq!(socket.hear().await["type"], "complete"),
                _ => assert_eq!(heard["payload"][0]["extensions"]["code"], code, "{heard}"),
            }
        }
    }
    let deep = |n: usize| of_posts(&format!("{}id{}", "parent { ".repeat(n - 3), " }".repeat(n - 3)));
    assert_eq!(app.ask(None, &deep(15)).await.data("/globalFeed/nodes"), json!([]));
    assert_error(&app.ask(None, &deep(16)).await, 200, "QUERY_TOO_DEEP");
}

#[tokio::test]
async fn an_operation_has_a_hundred_variables_at_most() {
    let limits = Limits { directives: 1_000, root_fields: 1_000, ..Limits::USUAL };
    let app = TestApp::with(Database::new().await, |config| config.limits = limits).await;
    let with = |n| {
        let defined = numbered(n, |i| format!("$v{i}: Boolean! "));
        let used = of_posts(&numbered(n, |i| format!("id @skip(if: $v{i}) ")));
        let values: serde_json::Map<_, _> = (0..n).map(|i| (format!("v{i}"), json!(true))).collect();
        json!({ "query": format!("query({defined}) {used}"), "variables": values }).to_string()
    };
    assert_eq!(app.post_raw(&[], with(100)).await.data("/globalFeed/nodes"), json!([]));
    assert_error(&app.post_raw(&[], with(101)).await, 200, "QUERY_TOO_COMPLEX");
}

/// Each field that a variable stands in has a copy of its value.
#[tokio::test]
async fn no_more_comes_in_variables_than_may_be_written() {
    let app = TestApp::with_usual_limits().await;
    let field = |at: usize| format!("a{at}: search(query: $q, kinds: $kinds) {{ nodes {{ __typename }} }} ");
    let query = format!("query($q: String!, $kinds: [SearchKind!]) {{ {} }}", numbered(20, field));
    let ask = async |text: usize, kinds: usize| {
        let variables = json!({ "q": "x".repeat(text), "kinds": vec!["POST"; kinds] });
        app.post_raw(&[], json!({ "query": query, "variables": variables }).to_string()).await
    };
    // The text, the list, and what is in it.
    assert_eq!(ask(1, 1_998).await.codes(), Vec::<String>::new());
    for too_many in [1_999, 120_000] {
        assert_error(&ask(1, too_many).await, 200, "QUERY_TOO_LARGE");
    }
    assert!(ask(32_768, 1).await.codes().iter().all(|code| code == "BAD_USER_INPUT"));
    assert_error(&ask(32_769, 1).await, 200, "QUERY_TOO_LARGE");
}

fn time_to_parse(document: &str) -> Duration {
    let started = Instant::now();
    async_graphql::parser::parse_query(document).unwrap();
    started.elapsed()
}

/// What keeps other servers busy for minutes, or ends them.
#[tokio::test]
async fn what_is_too_much_is_refused_at_once() {
    let doubling = |n: usize| {
        let fragments: String =
            (0..n).map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1)).collect();
        format!("{{ ...F0 }} {fragments} fragment F{n} on Query {{ __typename }}")
    };
    let levels = format!("{}__typename{}", "{ a ".repeat(50_000), "}".repeat(50_000));
    let ring: String = (0..50).map(|i| format!("fragment F{i} on Query {{ ...F{} }} ", (i + 1) % 50)).collect();
    let aliases: String = (0..20_000).map(|i| format!("a{i}: __typename ")).collect();
    // Of each object that something may be, what the interface has, and that it has not.
    let each = "... on Post { a } ... on Profile { a } ... on Beacon { a } ... on Viewer { a } ... on Node { a";
    let objects = format!("{{ node(id: 1) {{ {} {} }} }}", format!("{each} {{ ").repeat(13), "} } ".repeat(13));
    let cases = [
        (doubling(25), "QUERY_TOO_COMPLEX"),
        (objects.replace("{  }", "{ id }"), "GRAPHQL_VALIDATION_FAILED"),
        (format!("{{ {aliases} }}"), "TOO_MANY_ALIASES"),
        (levels, "QUERY_TOO_DEEP"),
        (format!("{{ ...F0 }} {ring}"), "GRAPHQL_VALIDATION_FAILED"),
    ];
    let large = cases[2].0.clone();
    // Once as the limits are, and once as if documents could be as large as anybody likes.
    let endless = Limits { bytes: usize::MAX, tokens: usize::MAX, ..Limits::USUAL };
    for (limits, is_usual) in [(Limits::USUAL, true), (endless, false)] {
        let app = TestApp::with(Database::new().await, |config| config.limits = limits).await;
        for (document, code) in &cases {
            let code = if is_usual && document.len() > 20_000 { "QUERY_TOO_LARGE" } else { *code };
            let body = json!({ "query": document }).to_string();
            let times = [(); 3].map(|()| body.clone());
            let mut fastest = Duration::MAX;
            for body in times {
                let started = Instant::now();
                let answer = app.post_raw(&[], body).await;
                assert_eq!(answer.codes().first().map(String::as_str), Some(code), "{}", answer.body);
                assert!(answer.json.get("data").is_none(), "{}", answer.body);
                fastest = fastest.min(started.elapsed());
            }
            // The parser of a debug build reads 300 kB in more than that; it is the library's, and linear.
            let parsing = if is_usual { Duration::ZERO } else { time_to_parse(&large) };
            assert!(fastest < Duration::from_millis(50) + 2 * parsing, "{code} took {fastest:?}, parsing {parsing:?}");
        }
    }
}

#[tokio::test]
async fn the_schema_can_be_asked_for_within_the_limits_but_not_around_in_rings() {
    let app = TestApp::with_usual_limits().await;
    // The whole of it, as code generators ask.
    let all = "{ oneOf: true, specifiedByUrl: true, inputValueDeprecation: true, schemaDescription: true,
                 directiveIsRepeatable: true }";
    let print = format!("process.stdout.write(require('graphql').getIntrospectionQuery({all}))");
    let node = Command::new("node").args(["-e", &print]).current_dir(node("tests/clients")).output().await.unwrap();
    let standard = String::from_utf8(node.stdout).unwrap();
    assert_eq!(app.ask(None, &standard).await.data("/__schema/queryType/name"), "Query", "{standard}");
    let around = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_error(&app.ask(None, around).await, 200, "QUERY_TOO_DEEP");
}

#[tokio::test]
async fn an_answer_has_ten_errors_at_most() {
    let app = TestApp::with_usual_limits().await;
    let failing = numbered(15, |i| format!("a{i}: post(id: \"none\") {{ id }} "));
    let unknown = numbered(15, |i| format!("nothing{i} "));
    for (fields, code) in [(failing, "BAD_USER_INPUT"), (unknown, "GRAPHQL_VALIDATION_FAILED")] {
        let answer = app.ask(None, &format!("{{ {fields} }}")).await;
        assert_eq!(answer.codes(), [code; 10], "{}", answer.body);
    }
}
