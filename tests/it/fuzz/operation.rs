//! Operations as trees, and how they are written.

use std::fmt::{self, Display, Formatter, Write};

use serde_json::{Map, Value, json};

use crate::support::{Field, Ref};

/// An operation with its fragments and the values of its variables.
pub struct Operation {
    /// `query` or `mutation`.
    pub kind: &'static str,
    /// The type that it begins at.
    pub root: &'static str,
    pub variables: Vec<Variable>,
    pub selections: Vec<Selection>,
    pub fragments: Vec<Fragment>,
}

pub struct Variable {
    pub name: String,
    pub of: Ref,
    pub default: Option<Literal>,
    /// The value that goes along; none is another thing than null.
    pub given: Option<Value>,
}

#[derive(Clone)]
pub struct Fragment {
    pub name: String,
    pub on: String,
    pub selections: Vec<Selection>,
}

#[derive(Clone)]
pub enum Selection {
    Field(Selected),
    Inline { on: Option<String>, only: Vec<Condition>, below: Vec<Selection> },
    Spread { name: String, only: Vec<Condition> },
}

#[derive(Clone)]
pub struct Selected {
    pub alias: Option<String>,
    /// None for `__typename`.
    pub field: Option<Field>,
    pub arguments: Vec<(String, Literal)>,
    pub only: Vec<Condition>,
    pub below: Vec<Selection>,
}

/// `@include` or `@skip`.
#[derive(Clone)]
pub struct Condition {
    pub is_include: bool,
    /// `true`, `false` or a variable.
    pub value: Literal,
}

/// A value as it stands in a document.
#[derive(Clone, Debug)]
pub enum Literal {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// A value of an enum.
    Word(String),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
    Variable(String),
}

impl Selected {
    pub fn name(&self) -> &str {
        self.field.as_ref().map_or("__typename", |field| &field.name)
    }

    /// Its name in the answer.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or_else(|| self.name())
    }
}

impl Literal {
    /// The value as it goes along with a request. There are no variables in it.
    pub fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Number(digits) => serde_json::from_str(digits).unwrap(),
            Self::Text(text) | Self::Word(text) => json!(text),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.json())).collect())
            }
            Self::Variable(name) => panic!("${name} in the value of a variable"),
        }
    }
}

impl Operation {
    /// The values of its variables.
    pub fn values(&self) -> Value {
        let given = self.variables.iter().filter_map(|it| Some((it.name.clone(), it.given.clone()?)));
        Value::Object(given.collect::<Map<_, _>>())
    }

    /// Whether a condition lets in what it stands at.
    pub fn lets_in(&self, condition: &Condition) -> bool {
        let value = match &condition.value {
            Literal::Bool(value) => *value,
            Literal::Variable(name) => {
                let variable = self.variables.iter().find(|it| it.name == *name).unwrap();
                let value = variable.given.clone().or_else(|| variable.default.as_ref().map(Literal::json));
                value.unwrap().as_bool().unwrap()
            }
            other => panic!("{other:?} is no condition"),
        };
        value == condition.is_include
    }

    pub fn fragment(&self, name: &str) -> &Fragment {
        self.fragments.iter().find(|fragment| fragment.name == name).unwrap()
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if !self.variables.is_empty() {
            let one = |it: &Variable| {
                let default = it.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                format!("${}: {}{default}", it.name, it.of)
            };
            write!(f, "({})", self.variables.iter().map(one).collect::<Vec<_>>().join(", "))?;
        }
        write_all(f, &self.selections)?;
        self.fragments.iter().try_for_each(|fragment| {
            write!(f, "\nfragment {} on {}", fragment.name, fragment.on)?;
            write_all(f, &fragment.selections)
        })
    }
}

fn write_all(f: &mut Formatter<'_>, selections: &[Selection]) -> fmt::Result {
    f.write_str(" {")?;
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                let alias = field.alias.as_ref().map(|alias| format!("{alias}: ")).unwrap_or_default();
                write!(f, " {alias}{}", field.name())?;
                if !field.arguments.is_empty() {
                    write!(f, "({})", pairs(&field.arguments))?;
                }
                write_conditions(f, &field.only)?;
                if !field.below.is_empty() {
                    write_all(f, &field.below)?;
                }
            }
            Selection::Inline { on, only, below } => {
                f.write_str(" ...")?;
                if let Some(on) = on {
                    write!(f, " on {on}")?;
                }
                write_conditions(f, only)?;
                write_all(f, below)?;
            }
            Selection::Spread { name, only } => {
                write!(f, " ...{name}")?;
                write_conditions(f, only)?;
            }
        }
    }
    f.write_str(" }")
}

fn write_conditions(f: &mut Formatter<'_>, conditions: &[Condition]) -> fmt::Result {
    conditions.iter().try_for_each(|condition| {
        let word = if condition.is_include { "include" } else { "skip" };
        write!(f, " @{word}(if: {})", condition.value)
    })
}

fn pairs(pairs: &[(String, Literal)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) | Self::Word(text) => f.write_str(text),
            Self::Text(text) => write!(f, "{}", json!(text)),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Object(fields) => write!(f, "{{{}}}", pairs(fields)),
            Self::Variable(name) => {
                f.write_char('$')?;
                f.write_str(name)
            }
        }
    }
}
