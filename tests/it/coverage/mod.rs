//! Every root field has a case for who is signed out and one for a stranger, on one scene that is full of secrets. The
//! root fields are those of the schema: a new one fails here until it has its cases, and the cases ask for every field
//! that their answers can have.

mod cases;
mod everything;
mod live;
mod scene;

use std::collections::BTreeSet;

use serde_json::Value;

use self::{
    cases::{CASES, Case, Outcome},
    everything::Types,
    scene::Scene,
};
use crate::support::{Answer, Person};

#[tokio::test]
async fn every_root_field_has_its_cases() {
    let types = Types::of_the_schema().await;
    let fields: BTreeSet<_> = types.root_fields().into_iter().collect();
    let cases: BTreeSet<_> = CASES.iter().map(|case| (case.root.to_owned(), case.field.to_owned())).collect();
    let missing: Vec<_> = fields.difference(&cases).collect();
    assert!(missing.is_empty(), "no signed-out and no stranger case in tests/it/coverage/cases.rs: {missing:?}");
    let unknown: Vec<_> = cases.difference(&fields).collect();
    assert!(unknown.is_empty(), "cases of root fields that there are not: {unknown:?}");
    assert!(fields.len() >= 29, "only {} root fields were found", fields.len());
}

#[tokio::test]
async fn who_is_signed_out_and_who_is_a_stranger_gets_what_is_theirs() {
    let (types, scene) = (Types::of_the_schema().await, Scene::new().await);
    let before = scene.app.database.fingerprint().await;
    let mut faults = Vec::new();
    for case in CASES.iter().filter(|case| case.root != "Subscription") {
        for (viewer, outcome) in [(None, &case.signed_out), (Some(&scene.stranger), &case.stranger)] {
            let who = if viewer.is_none() { "signed out" } else { "stranger" };
            let document = scene.fill(&case.document(&types));
            let answer = scene.app.ask(viewer, &document).await;
            let name = format!("{} ({who}): {}", case.field, case.input);
            faults.extend(
                differs(&scene, &answer, outcome).map(|fault| format!("{name}\n    {fault}\n    {}", answer.body)),
            );
            faults.extend(Scene::secrets_in(&answer.body, viewer).map(|secret| format!("{name}\n    tells {secret}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // A door that is closed leaves no trace.
    assert_eq!(before, scene.app.database.fingerprint().await);
}

/// The secrets are there to be told: those whom they are for are told them, by the same questions.
#[tokio::test]
async fn the_secrets_are_no_secrets_to_those_whom_they_are_for() {
    let (types, scene) = (Types::of_the_schema().await, Scene::new().await);
    let told = async |viewer: &Person| {
        let mut told = BTreeSet::new();
        for case in CASES.iter().filter(|case| case.root == "Query") {
            let answer = scene.app.ask(viewer, &scene.fill(&case.document(&types))).await;
            told.extend(Scene::secrets_in(&answer.body, Some(&scene.stranger)));
        }
        told
    };
    let follower = told(&scene.follower).await;
    let expected = ["bio", "cover", "followers post", "public post", "reply", "signed beacon", "video", "website"];
    for secret in expected {
        assert!(follower.contains(&format!("hush {secret}")), "{secret} is not among {follower:?}");
    }
    assert!(!follower.contains("hush only me"), "{follower:?}");
    let owner = told(&scene.owner).await;
    for secret in ["e-mail", "only me", "circle post", "identity key", "earlier text"] {
        assert!(owner.contains(&format!("hush {secret}")), "{secret} is not among {owner:?}");
    }
    // And these are nobody's to see, their owner's included.
    for secret in ["password", "key hash", "token hash"] {
        assert!(!owner.contains(&format!("hush {secret}")), "{secret} is told");
    }
}

/// What is wrong with the answer, if anything.
fn differs(scene: &Scene, answer: &Answer, outcome: &Outcome) -> Option<String> {
    let field = answer.json.pointer("/data/f").cloned().unwrap_or_default();
    let refusals = || {
        let errors = field["userErrors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let is_met = match outcome {
        Outcome::Null => field.is_null() && answer.codes().is_empty() && answer.json["data"].get("f").is_some(),
        Outcome::Unauthenticated => field.is_null() && answer.codes() == ["UNAUTHENTICATED"],
        Outcome::Refused(code) => {
            let nothing = field.as_object().is_some_and(|payload| {
                payload.iter().all(|(name, value)| name == "userErrors" || name == "__typename" || value.is_null())
            });
            answer.codes().is_empty() && refusals() == [*code] && nothing
        }
        Outcome::Holds(expected) => {
            let expected: Value = serde_json::from_str(&scene.fill(expected)).unwrap();
            answer.codes().is_empty() && holds(&field, &expected)
        }
    };
    (!is_met).then(|| format!("expected {outcome:?}"))
}

/// Whether everything that is expected is there. Lists have to be equal in length.
fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| actual.get(name).is_some_and(|actual| holds(actual, expected)))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(actual, expected)| holds(actual, expected))
        }
        _ => actual == expected,
    }
}

impl Case {
    /// The operation: the field as `f`, with every field of its answer.
    fn document(&self, types: &Types) -> String {
        let operation = self.root.to_lowercase();
        let arguments = if self.input.is_empty() { String::new() } else { format!("({})", self.input) };
        let selection = types.everything_of(self.root, self.field);
        format!("{operation} {{ f: {}{arguments} {selection} }}", self.field)
    }
}
