//! The schema as a client learns it: by introspection. What is made from it asks for a new field without anybody thinking
//! of it.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every type, by its name.
pub struct Schema {
    types: BTreeMap<String, Type>,
}

/// A type that has a name.
#[derive(Clone, Debug)]
pub struct Type {
    pub name: String,
    /// As introspection has it: `OBJECT`, `INTERFACE`, `UNION`, `ENUM`, `SCALAR`, `INPUT_OBJECT`.
    pub kind: String,
    pub is_one_of: bool,
    pub fields: Vec<Field>,
    pub inputs: Vec<Input>,
    pub values: Vec<String>,
    /// The objects that an interface or a union may be; of an object, itself.
    pub objects: Vec<String>,
}

/// A field that can be selected.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub arguments: Vec<Input>,
    pub of: Ref,
}

/// An argument, or a field of an input object.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    pub of: Ref,
    pub has_default: bool,
}

/// A type where it is used.
#[derive(Clone, Debug, PartialEq)]
pub enum Ref {
    Named(String),
    NonNull(Box<Ref>),
    List(Box<Ref>),
}

impl Ref {
    /// The name inside.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::NonNull(inner) | Self::List(inner) => inner.name(),
        }
    }
}

impl std::fmt::Display for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::NonNull(inner) => write!(f, "{inner}!"),
            Self::List(inner) => write!(f, "[{inner}]"),
        }
    }
}

impl Schema {
    pub async fn read() -> Self {
        let query = "{ __schema { types { name kind isOneOf possibleTypes { name } enumValues { name }
                fields(includeDeprecated: true) { name args { ...I } type { ...T } } inputFields { ...I } } } }
            fragment I on __InputValue { name defaultValue type { ...T } }
            fragment T on __Type { ...N ofType { ...N ofType { ...N ofType { ...N ofType { ...N } } } } }
            fragment N on __Type { kind name }";
        let answer = serde_json::to_value(sojorn::graphql::schema(true).execute(query).await).unwrap();
        let types = answer["data"]["__schema"]["types"].as_array().unwrap_or_else(|| panic!("{answer}"));
        Self { types: types.iter().map(Type::read).map(|of| (of.name.clone(), of)).collect() }
    }

    /// The type with this name.
    #[track_caller]
    pub fn of(&self, name: &str) -> &Type {
        self.types.get(name).unwrap_or_else(|| panic!("there is no type {name}"))
    }

    /// All types but those of introspection.
    pub fn types(&self) -> impl Iterator<Item = &Type> {
        self.types.values().filter(|of| !of.name.starts_with("__"))
    }
}

impl Type {
    fn read(json: &Value) -> Self {
        let (name, kind) = (text(&json["name"]), text(&json["kind"]));
        let names = |list: &str| each(&json[list], |item| text(&item["name"]));
        Self {
            objects: if kind == "OBJECT" { vec![name.clone()] } else { names("possibleTypes") },
            is_one_of: json["isOneOf"] == true,
            fields: each(&json["fields"], |field| Field {
                name: text(&field["name"]),
                arguments: each(&field["args"], Input::read),
                of: Ref::read(&field["type"]),
            }),
            inputs: each(&json["inputFields"], Input::read),
            values: names("enumValues"),
            name,
            kind,
        }
    }

    /// Whether it is a value, and nothing can be selected of it.
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind.as_str(), "SCALAR" | "ENUM")
    }

    /// The field with this name.
    #[track_caller]
    pub fn field(&self, name: &str) -> &Field {
        let field = self.fields.iter().find(|field| field.name == name);
        field.unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }
}

impl Input {
    fn read(json: &Value) -> Self {
        Self { name: text(&json["name"]), of: Ref::read(&json["type"]), has_default: !json["defaultValue"].is_null() }
    }

    /// Whether it may be left out.
    pub fn is_optional(&self) -> bool {
        self.has_default || !matches!(self.of, Ref::NonNull(_))
    }
}

impl Ref {
    fn read(json: &Value) -> Self {
        let inner = || Box::new(Self::read(&json["ofType"]));
        match json["kind"].as_str() {
            Some("NON_NULL") => Self::NonNull(inner()),
            Some("LIST") => Self::List(inner()),
            _ => Self::Named(text(&json["name"])),
        }
    }
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text")).to_owned()
}

fn each<T>(json: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    json.as_array().map_or(&[][..], Vec::as_slice).iter().map(read).collect()
}
