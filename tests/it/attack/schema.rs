//! The schema, as it says of itself what it is.

use std::collections::BTreeMap;

use serde_json::Value;

pub struct Schema(BTreeMap<String, Type>);

#[derive(Debug, Default)]
pub struct Type {
    pub kind: String,
    pub fields: Vec<Field>,
    /// What an interface or a union can be.
    pub members: Vec<String>,
    /// The fields of an input object.
    pub inputs: Vec<Argument>,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub arguments: Vec<Argument>,
    /// The name of its type, without what it is wrapped in.
    pub of: String,
}

#[derive(Debug)]
pub struct Argument {
    pub name: String,
    /// Its type as it is written, like `[ID!]!`.
    pub kind: String,
    pub is_required: bool,
}

const QUESTION: &str = "{ __schema { types { name kind possibleTypes { name }
        fields(includeDeprecated: true) { name args { ...A } type { ...T } } inputFields { ...A } } } }
    fragment A on __InputValue { name defaultValue type { ...T } }
    fragment T on __Type { ...K ofType { ...K ofType { ...K ofType { ...K ofType { ...K } } } } }
    fragment K on __Type { kind name }";

impl Schema {
    pub async fn read() -> Self {
        let answer = serde_json::to_value(sojorn::graphql::schema(true).execute(QUESTION).await).unwrap();
        let types = answer["data"]["__schema"]["types"].as_array().unwrap_or_else(|| panic!("{answer}"));
        Self(types.iter().map(|kind| (text(&kind["name"]), Type::of(kind))).collect())
    }

    pub fn at(&self, name: &str) -> &Type {
        self.0.get(name).unwrap_or_else(|| panic!("there is no type {name}"))
    }

    /// The root fields of `Query`, `Mutation` or `Subscription`.
    pub fn roots(&self, root: &str) -> &[Field] {
        &self.at(root).fields
    }

    pub fn is_leaf(&self, name: &str) -> bool {
        matches!(self.at(name).kind.as_str(), "SCALAR" | "ENUM")
    }

    pub fn is_abstract(&self, name: &str) -> bool {
        matches!(self.at(name).kind.as_str(), "INTERFACE" | "UNION")
    }

    /// Whether it is nothing but scalars, like a point on the map.
    pub fn is_value(&self, name: &str) -> bool {
        let fields = &self.at(name).fields;
        let is_plain = |field: &Field| self.is_leaf(&field.of) && field.arguments.is_empty();
        !self.is_entity(name) && !fields.is_empty() && fields.iter().all(is_plain)
    }

    /// Whether it is something by itself, with an id, and not only what such a thing comes in.
    pub fn is_entity(&self, name: &str) -> bool {
        self.at(name).fields.iter().any(|field| field.name == "id")
    }
}

impl Type {
    fn of(kind: &Value) -> Self {
        let members = list(&kind["possibleTypes"]).iter().map(|member| text(&member["name"]));
        let fields = list(&kind["fields"]).iter().map(|field| Field {
            name: text(&field["name"]),
            arguments: list(&field["args"]).iter().map(Argument::of).collect(),
            of: written(&field["type"]).replace(['[', ']', '!'], ""),
        });
        let inputs = list(&kind["inputFields"]).iter().map(Argument::of);
        Self {
            kind: text(&kind["kind"]),
            fields: fields.collect(),
            members: members.collect(),
            inputs: inputs.collect(),
        }
    }
}

impl Argument {
    fn of(argument: &Value) -> Self {
        let kind = written(&argument["type"]);
        let is_required = kind.ends_with('!') && argument["defaultValue"].is_null();
        Self { name: text(&argument["name"]), kind, is_required }
    }
}

fn written(kind: &Value) -> String {
    match kind["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&kind["ofType"])),
        Some("LIST") => format!("[{}]", written(&kind["ofType"])),
        _ => text(&kind["name"]),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
