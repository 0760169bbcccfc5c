//! Bad input: each case with its documented code, and nothing left behind.

mod ids;
mod pages;
mod places;
mod searches;
mod texts;

use serde_json::Value;

use crate::support::{Answer, Person, TestApp};

/// The codes that errors may have, as documented.
const CODES: [&str; 6] = [
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "UNAUTHENTICATED",
    "PAGE_SIZE",
    "BAD_CURSOR",
];

/// Asks what has to be refused as a whole or in a field: never 5xx, always a documented code.
async fn refused<'a>(app: &TestApp, viewer: impl Into<Option<&'a Person>>, query: &str, variables: Value) -> Answer {
    let answer = app.ask_with(viewer, query, variables.clone()).await;
    assert_eq!(answer.status, 200, "{query} {variables}: {}", answer.body);
    let codes = answer.codes();
    assert!(!codes.is_empty(), "{query} {variables}: {}", answer.body);
    assert!(codes.iter().all(|code| CODES.contains(&code.as_str())), "{query} {variables}: {}", answer.body);
    answer
}

/// The arguments that the errors name.
fn arguments(answer: &Answer) -> Vec<String> {
    let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["argument"].as_str().unwrap_or("(none)").to_owned()).collect()
}
