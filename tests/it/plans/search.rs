//! The plans of searches: each way walks its index, and one that is not needed is not begun.

use serde_json::{Value, json};

use super::{Expected, PAGE, Review, walks};
use crate::support::{Person, Plan};

/// The indexes of the five ways; posts have two.
const WAYS: [&str; 6] = [
    "profiles_handle_beginning",
    "post_tags_pkey",
    "profiles_name_beginning",
    "profiles_alike",
    "posts_newest",
    "posts_words",
];

struct Case {
    query: &'static str,
    kinds: Value,
    /// The indexes that it looks into, of those of [`WAYS`].
    ways: &'static [&'static str],
    /// The same for a page behind the first.
    behind: &'static [&'static str],
    /// Rows that one sort may get.
    sorted: u64,
    /// Rows of `posts` that it may look at.
    posts: u64,
}

pub async fn searches(review: &mut Review, reader: &Person) {
    let profile = || json!(["PROFILE"]);
    let post = || json!(["POST"]);
    let handles = &WAYS[..1];
    let tags = &WAYS[1..2];
    let names = &["profiles_handle_beginning", "profiles_name_beginning"];
    let alike = &["profiles_handle_beginning", "profiles_name_beginning", "profiles_alike"];
    let newest = &["posts_newest"];
    let words = &["posts_newest", "posts_words"];
    let case = |query, kinds, ways, behind, sorted, posts| Case { query, kinds, ways, behind, sorted, posts };
    let cases = [
        // What fills the page ends the search.
        case("person_1", Value::Null, handles, handles, 40, 0),
        case("#rai", Value::Null, tags, tags, 40, 200),
        case("name 1", profile(), names, &names[1..], 40, 0),
        case("777", profile(), alike, &alike[2..], 400, 0),
        // In every post: the newest are enough.
        case("post", post(), newest, newest, 40, 200),
        // In every thousandth: those that have it, after a look at the newest.
        case("rare", post(), words, words, 400, 1_500),
        // In none.
        case("absent", post(), words, words, 40, 1_100),
    ];
    for case in &cases {
        for viewer in [None, Some(reader)] {
            // The first page, and one behind it.
            let mut after = Value::Null;
            for which in ["first", "after"] {
                let (next, plan) = ask(review, viewer, case, &after).await;
                let name = format!("search {} {which}", case.query);
                let expected = Expected { sorted: case.sorted, ..walks(&[]) };
                review.judge(&name, &plan, &expected, (case.posts, 1_500));
                let used = plan.indexes();
                let used: Vec<_> = WAYS.into_iter().filter(|way| used.contains(*way)).collect();
                // What comes before a cursor is not looked for again.
                let ways = if which == "after" { case.behind } else { case.ways };
                if used != ways {
                    review.faults.push(format!("{name} goes {used:?}, not {ways:?}\n{}", plan.describe()));
                }
                after = next;
            }
        }
    }
}

/// The end of a page, and how what is on it was found.
async fn ask(review: &mut Review, viewer: Option<&Person>, case: &Case, after: &Value) -> (Value, Plan) {
    let query = "query($query: String!, $kinds: [SearchKind!], $first: Int, $after: String) {
        search(query: $query, kinds: $kinds, first: $first, after: $after) { pageInfo { hasNextPage endCursor } } }";
    let variables = json!({ "query": case.query, "kinds": case.kinds, "first": PAGE, "after": after });
    review.app.forget_statements();
    let info = review.app.ask_with(viewer, query, variables).await.data("/search/pageInfo");
    let statements = review.app.statements();
    let statement = statements.iter().find(|statement| statement.sql.contains("wanted AS MATERIALIZED")).unwrap();
    (info["endCursor"].clone(), Plan::of(&review.app.database, statement).await)
}
