//! The schema: the committed file is what the code says, every word of it is explained, and it keeps what clients rely
//! on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use async_graphql::{Name, Positioned};
use serde_json::Value;

#[test]
fn the_committed_schema_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let (committed, generated) = (fs::read_to_string(path).unwrap(), sojorn::graphql::sdl());
    let differs = committed.lines().zip(generated.lines()).position(|(one, other)| one != other);
    let line = differs.unwrap_or_else(|| committed.lines().count().min(generated.lines().count())) + 1;
    assert!(
        committed == generated,
        "schema.graphql differs from the code at line {line}; write it anew: cargo run -- schema > schema.graphql"
    );
}

/// Introspection, as clients and the playground see it.
#[tokio::test]
async fn every_word_of_the_schema_is_explained() {
    let query = "{ __schema { types { name kind description
                     fields(includeDeprecated: true) { name description args { name description } }
                     inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }";
    let answer = serde_json::to_value(sojorn::graphql::schema(true).execute(query).await).unwrap();
    let list = |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
    let mut seen = 0;
    let mut silent = Vec::new();
    let mut look = |place: String, thing: &Value| {
        seen += 1;
        let text = thing["description"].as_str().unwrap_or_default();
        // A sentence for people.
        if text.trim().len() < 3 || !text.trim_end().ends_with('.') {
            silent.push(format!("{place}: {text:?}"));
        }
    };
    for kind in list(&answer["data"]["__schema"], "types") {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name) {
            continue;
        }
        look(name.to_owned(), &kind);
        for field in list(&kind, "fields") {
            let place = format!("{name}.{}", field["name"].as_str().unwrap());
            look(place.clone(), &field);
            for argument in list(&field, "args") {
                look(format!("{place}({})", argument["name"].as_str().unwrap()), &argument);
            }
        }
        for thing in [list(&kind, "inputFields"), list(&kind, "enumValues")].concat() {
            look(format!("{name}.{}", thing["name"].as_str().unwrap()), &thing);
        }
    }
    assert!(seen > 300, "only {seen} words were found: the test looks at the wrong place");
    assert!(silent.is_empty(), "not explained:\n{}", silent.join("\n"));
}

#[test]
fn the_schema_keeps_what_clients_rely_on() {
    let contract = Words::of(include_str!("contract.graphql"));
    let schema = Words::of(&sojorn::graphql::sdl());
    assert!(contract.must.len() > 300, "the contract has {} words only", contract.must.len());
    let mut broken = Vec::new();
    for (word, meaning) in &contract.must {
        match schema.must.get(word) {
            None => broken.push(format!("{word} is gone ({meaning})")),
            Some(now) if now != meaning => broken.push(format!("{word} was {meaning} and is {now}")),
            Some(_) => {}
        }
    }
    // What was added to an input or to arguments must not be asked of those who do not know it.
    for word in schema.required.difference(&contract.required) {
        let is_known = |owner: &str| contract.must.contains_key(owner);
        if word.rsplit_once([' ', '.']).is_some_and(|(owner, _)| is_known(owner)) {
            broken.push(format!("{word} is asked of those who do not know it"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A comparison that finds nothing proves nothing.
#[test]
fn the_comparison_sees_every_kind_of_change() {
    let words = |text: &str| Words::of(text);
    let before = "type A implements N { b(c: Int = 1, d: Int): String! } interface N { b: String } enum E { X Y }
                  input I @oneOf { f: Float = 5 } union U = A scalar S";
    assert_eq!(words(before).must, words(&before.replace("= 5 ", "= 5.0 ").replace("X Y", "Y X")).must);
    for (from, to) in [
        ("implements N ", ""),
        ("c: Int = 1", "c: Int = 2"),
        ("c: Int = 1", "c: Int"),
        ("d: Int", "d: Int!"),
        ("String!", "String"),
        ("X Y", "X"),
        ("@oneOf ", ""),
        ("f: Float = 5 ", "f: Float = 6 "),
        ("union U = A", "union U = B"),
        ("scalar S", "enum S { X }"),
    ] {
        assert_ne!(words(before).must, words(&before.replace(from, to)).must, "{from} became {to}");
    }
}

/// Everything that a schema says, as pairs of a place and a meaning.
struct Words {
    must: BTreeMap<String, String>,
    /// The arguments and input fields that have to be given.
    required: BTreeSet<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self { must: BTreeMap::new(), required: BTreeSet::new() };
        for definition in parse_schema(text).unwrap().definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                words.add_type(&definition.node);
            }
        }
        words
    }

    fn add(&mut self, place: String, meaning: impl Into<String>) {
        self.must.insert(place, meaning.into());
    }

    fn add_type(&mut self, definition: &TypeDefinition) {
        let name = &definition.name.node;
        for directive in &definition.directives {
            if directive.node.name.node != "specifiedBy" {
                self.add(format!("{name} @{}", directive.node.name.node), "directive");
            }
        }
        let place = name.to_string();
        match &definition.kind {
            TypeKind::Scalar => self.add(place, "scalar"),
            TypeKind::Object(object) => self.add_fields(place, "type", &object.implements, &object.fields),
            TypeKind::Interface(face) => self.add_fields(place, "interface", &face.implements, &face.fields),
            TypeKind::Union(union) => {
                self.add(place, "union");
                for member in &union.members {
                    self.add(format!("{name} = {}", member.node), "member");
                }
            }
            TypeKind::Enum(words) => {
                self.add(place, "enum");
                for word in &words.values {
                    self.add(format!("{name}.{}", word.node.value.node), "value");
                }
            }
            TypeKind::InputObject(input) => {
                self.add(place, "input");
                for field in &input.fields {
                    self.add_input(format!("{name}.{}", field.node.name.node), &field.node);
                }
            }
        }
    }

    fn add_fields(
        &mut self,
        name: String,
        kind: &str,
        implements: &[Positioned<Name>],
        fields: &[Positioned<FieldDefinition>],
    ) {
        for interface in implements {
            self.add(format!("{name} implements {}", interface.node), "interface");
        }
        for Positioned { node: field, .. } in fields {
            let place = format!("{name}.{}", field.name.node);
            for argument in &field.arguments {
                self.add_input(format!("{place} {}", argument.node.name.node), &argument.node);
            }
            self.add(place, field.ty.node.to_string());
        }
        self.add(name, kind);
    }

    fn add_input(&mut self, place: String, input: &InputValueDefinition) {
        let ty = input.ty.node.to_string();
        let meaning = match input.default_value.as_ref().map(|value| value.node.to_string()) {
            None => {
                if ty.ends_with('!') {
                    self.required.insert(place.clone());
                }
                ty
            }
            // 5000 and 5000.0 are the same number.
            Some(value) => match value.parse::<f64>() {
                Ok(number) => format!("{ty} = {number}"),
                Err(_) => format!("{ty} = {value}"),
            },
        };
        self.add(place, meaning);
    }
}
