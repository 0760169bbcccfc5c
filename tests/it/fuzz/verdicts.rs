//! Documents that somebody careless wrote: few keys for many fields, fragments about anything, variables in any place.
//! Whether they are good, graphql-js says, and the server has to say the same.

use std::process::Stdio;

use serde_json::json;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::support::{Dice, Field, Ref, Schema, TestApp, Type, node};

const DOCUMENTS: usize = 2_000;
/// Few, so that fields meet; some are names of fields as well.
const KEYS: &[&str] = &["a", "b", "id", "body"];
/// What is declared of the variables, as it should be and as it should not.
const VARIABLES: &[(&str, &str, &str)] =
    &[("$n", "Int", "ID"), ("$yes", "Boolean!", "Boolean"), ("$no", "Boolean = false", "String"), ("$id", "ID!", "ID")];

struct Writer<'a> {
    schema: &'a Schema,
    dice: &'a mut Dice,
    /// Fragments by their names and what they are about, from those within others to those around them.
    fragments: Vec<(String, String, String)>,
    begun: usize,
    /// Selections that may still be written.
    left: usize,
}

impl<'a> Writer<'a> {
    fn document(&mut self) -> String {
        let operations = if self.dice.one_in(6) { 2 } else { 1 };
        let mut text = String::new();
        for name in ["A", "B"].into_iter().take(operations) {
            let set = self.set(self.schema.of("Query"), 4);
            let all = set.clone() + &self.fragments.iter().map(|(.., body)| body.as_str()).collect::<String>();
            let mut declared = Vec::new();
            for (variable, good, bad) in VARIABLES {
                if all.contains(variable) != self.dice.one_in(150) {
                    let ty = if self.dice.one_in(100) { bad } else { good };
                    declared.push(format!("{variable}: {ty}"));
                }
            }
            let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
            text += &format!("query {name}{declared} {{ {set} }} ");
        }
        for (name, on, body) in self.fragments.drain(..) {
            text += &format!("fragment {name} on {on} {{ {body} }} ");
        }
        text
    }

    fn set(&mut self, of: &Type, depth: usize) -> String {
        let count = 1 + self.dice.below(4);
        (0..count).map(|_| self.item(of, depth)).collect::<Vec<_>>().join(" ")
    }

    fn item(&mut self, of: &Type, depth: usize) -> String {
        if self.left == 0 {
            return "__typename".to_owned();
        }
        self.left -= 1;
        match self.dice.below(14) {
            0 => format!("...{} {{ {} }}", self.directive(), self.set(of, depth)),
            1 => {
                let on = self.about(of);
                format!("... on {}{} {{ {} }}", on.name, self.directive(), self.set(on, depth))
            }
            3 if of.name != "Query" => self.spread(of, depth),
            4 => format!("{}__typename{}", self.key(), self.directive()),
            // Of what it may be, more can be asked.
            _ if of.fields.is_empty() || (of.objects.len() > 1 && !self.dice.one_in(3)) => {
                let on = self.about(of);
                format!("... on {} {{ {} }}", on.name, self.set(on, depth))
            }
            _ => self.field(of, depth),
        }
    }

    /// A type that a fragment may be about there; now and then one that it may not.
    fn about(&mut self, of: &Type) -> &'a Type {
        let schema = self.schema;
        let names: Vec<_> = schema.types().filter(|other| !other.objects.is_empty()).collect();
        let meet = |other: &&&Type| other.objects.iter().any(|object| of.objects.contains(object));
        let fitting: Vec<_> = names.iter().filter(meet).copied().collect();
        let from = if self.dice.one_in(300) { names } else { fitting };
        from[self.dice.below(from.len())]
    }

    fn spread(&mut self, of: &Type, depth: usize) -> String {
        let known = self.fragments.iter().filter(|(_, on, _)| *on == of.name).map(|(name, ..)| name.clone());
        let known: Vec<_> = known.collect();
        let name = if !known.is_empty() && self.dice.one_in(2) {
            self.dice.pick(&known).clone()
        } else if self.begun < 6 {
            self.begun += 1;
            let (name, on) = (format!("F{}", self.begun), self.about(of));
            let body = self.set(on, depth.saturating_sub(1));
            self.fragments.push((name.clone(), on.name.clone(), body));
            name
        } else {
            return "__typename".to_owned();
        };
        format!("...{name}{}", self.directive())
    }

    fn field(&mut self, of: &Type, depth: usize) -> String {
        let fits = |field: &&Field| depth > 0 || self.schema.of(field.of.name()).is_leaf();
        let fields: Vec<_> = of.fields.iter().filter(fits).filter(|field| can_be_asked_for(field)).collect();
        if fields.is_empty() {
            return "__typename".to_owned();
        }
        let field = *self.dice.pick(&fields);
        let below = self.schema.of(field.of.name());
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let value = match argument.name.as_str() {
                "first" if self.dice.one_in(60) => "5000000000",
                "first" if self.dice.one_in(3) => *self.dice.pick(&["1", "2", "$n", "null"]),
                "kind" if self.dice.one_in(10) => "\"ALL\"",
                "kind" | "dryRun" if self.dice.one_in(2) => {
                    if argument.name == "kind" {
                        "ROOTS"
                    } else {
                        "false"
                    }
                }
                "id" if !argument.is_optional() => *self.dice.pick(&["\"x\"", "\"y\"", "$id", "1"]),
                "ids" => "[\"x\"]",
                "query" => "\"x\"",
                _ => continue,
            };
            arguments.push(format!("{}: {value}", argument.name));
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let has_set = below.is_leaf() == self.dice.one_in(600);
        let set = match has_set {
            true if below.is_leaf() => " { id }".to_owned(),
            true => format!(" {{ {} }}", self.set(below, depth.saturating_sub(1))),
            false => String::new(),
        };
        let name = if self.dice.one_in(600) { "nothing" } else { &field.name };
        format!("{}{name}{arguments}{}{set}", self.key(), self.directive())
    }

    fn key(&mut self) -> String {
        if self.dice.one_in(14) { format!("{}: ", self.dice.pick(KEYS)) } else { String::new() }
    }

    fn directive(&mut self) -> String {
        if !self.dice.one_in(10) {
            return String::new();
        }
        let condition = *self.dice.pick(&["$yes", "$no", "true", "false"]);
        format!(" @{}(if: {condition})", self.dice.pick(&["skip", "include"]))
    }
}

/// Whether all that a field needs is known here.
fn can_be_asked_for(field: &Field) -> bool {
    let known = |name: &str| ["id", "ids", "query"].contains(&name);
    field.arguments.iter().all(|argument| argument.is_optional() || known(&argument.name))
        // Which is not executed, but leaves the others out.
        && field.of != Ref::NonNull(Box::new(Ref::Named("RateLimit".to_owned())))
}

/// What graphql-js finds wrong with each.
async fn verdicts(documents: &[String]) -> Vec<Vec<String>> {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let mut asked = Command::new("node")
        .arg(node("tests/clients").join("validate.mjs"))
        .arg(schema)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = asked.stdin.take().unwrap();
    stdin.write_all(json!(documents).to_string().as_bytes()).await.unwrap();
    drop(stdin);
    serde_json::from_slice(&asked.wait_with_output().await.unwrap().stdout).unwrap()
}

#[tokio::test]
async fn documents_are_as_good_as_graphql_js_finds_them() {
    let (schema, app, mut dice) = (Schema::read().await, TestApp::new().await, Dice::thrown());
    let mut writer = Writer { schema: &schema, dice: &mut dice, fragments: Vec::new(), begun: 0, left: 0 };
    let mut documents = Vec::new();
    while documents.len() < DOCUMENTS {
        (writer.begun, writer.left) = (0, 50);
        let document = writer.document();
        // Larger ones are refused for their size.
        documents.extend((document.len() < 3_000).then_some(document));
    }
    let verdicts = verdicts(&documents).await;
    let (mut good, mut conflicts, mut large) = (0, 0, 0);
    for (document, faults) in documents.iter().zip(&verdicts) {
        let variables = json!({ "n": 1, "yes": true, "no": false, "id": "x" });
        let body = json!({ "query": document, "operationName": "A", "variables": variables }).to_string();
        let answer = app.post_raw(&[("accept", "application/graphql-response+json")], body).await;
        if answer.codes().first().is_some_and(|code| code.contains("TOO_")) {
            large += 1;
            continue;
        }
        let expected = if faults.is_empty() { 200 } else { 400 };
        assert_eq!(answer.status, expected, "{document}\ngraphql-js: {faults:?}\nwe: {}", answer.body);
        good += usize::from(faults.is_empty());
        conflicts += usize::from(faults.iter().any(|fault| fault.contains("conflict")));
    }
    let found = format!("{good} of {DOCUMENTS} are good, {conflicts} have fields that conflict, {large} are too large");
    eprintln!("{found}");
    assert!(good > DOCUMENTS / 4 && conflicts > DOCUMENTS / 20 && large < DOCUMENTS / 10, "{found}");
}
