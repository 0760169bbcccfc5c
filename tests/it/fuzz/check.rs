//! Whether an answer is one to the operation, by the schema and the specification: written from them, not from the server.

use super::{
    harvest::Harvest,
    json::Json,
    operation::{Operation, Selected, Selection},
};
use crate::support::{Ref, Schema, Type};

/// Codes that an operation may be answered with. All others say that something went wrong on our side.
const FIELD_CODES: &[&str] = &["BAD_USER_INPUT", "PAGE_SIZE", "BAD_CURSOR", "UNAUTHENTICATED", "RATE_LIMITED"];
/// Codes of operations that are not executed: a value that its scalar refuses, and limits.
const REFUSALS: &[&str] =
    &["BAD_USER_INPUT", "QUERY_TOO_LARGE", "QUERY_TOO_DEEP", "QUERY_TOO_COMPLEX", "TOO_MANY_ALIASES", "RATE_LIMITED"];

pub struct Check<'a> {
    pub schema: &'a Schema,
    pub operation: &'a Operation,
    /// The operation as it was asked.
    pub document: &'a str,
    /// Where what is told is kept.
    pub harvest: &'a mut Harvest,
    /// Errors of fields that may not be null, so that something around them is.
    pub carried_up: u64,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Refused,
    Executed,
}

/// A field of an answer, with all that is selected below it.
struct Expected<'a> {
    key: &'a str,
    field: &'a Selected,
    below: Vec<&'a [Selection]>,
}

impl Check<'_> {
    /// What the answer is, or what is wrong with it.
    pub fn answer(&mut self, answer: &Json) -> Result<Outcome, String> {
        let Json::Object(parts) = answer else { return Err("it is no object".to_owned()) };
        if let Some((other, _)) =
            parts.iter().find(|(name, _)| !["data", "errors", "extensions"].contains(&name.as_str()))
        {
            return Err(format!("it has {other}"));
        }
        let no_errors = Json::List(Vec::new());
        let errors = answer.get("errors").unwrap_or(&no_errors);
        let Json::List(errors) = errors else { return Err("its errors are no list".to_owned()) };
        if answer.get("errors").is_some() && errors.is_empty() {
            return Err("errors are there and none".to_owned());
        }
        let Some(data) = answer.get("data") else {
            if errors.is_empty() {
                return Err("there is neither data nor an error".to_owned());
            }
            errors.iter().try_for_each(|it| check_error(it, None, REFUSALS))?;
            return Ok(Outcome::Refused);
        };
        let operation = self.operation;
        let of = Ref::Named(operation.root.to_owned());
        self.value(&of, data, &[&operation.selections], operation.root)?;
        let mut nulls = Vec::new();
        for error in errors {
            check_error(error, Some(data), FIELD_CODES)?;
            let Some(Json::List(path)) = error.get("path") else { continue };
            if !is_placed(error, path, self.document) {
                return Err(format!("an error names another place than its field's: {error:?}"));
            }
            let (is, has_to_be) = self.null_of(data, path).map_err(|fault| format!("{fault}: {error:?}"))?;
            nulls.push((&path[..is], has_to_be.map(|at| &path[..at])));
        }
        for (is, has_to_be) in &nulls {
            // One that stands further up is that of another error.
            let is_right = has_to_be.is_none_or(|place| place == *is)
                || nulls.iter().any(|(_, other)| other.is_none_or(|other| other == *is));
            if !is_right {
                return Err(format!("a null stands at {is:?} where none has to"));
            }
        }
        Ok(Outcome::Executed)
    }

    /// Where on the path of an error there is a null, and where one has to be: at its end, or else at the last place on the way
    /// to it where one may stand (section 6.4.4 of the specification). That is not known below what does not say which
    /// object it would have been.
    fn null_of(&mut self, data: &Json, path: &[Json]) -> Result<(usize, Option<usize>), String> {
        let operation = self.operation;
        let mut of = Ref::Named(operation.root.to_owned());
        let mut below: Vec<&[Selection]> = vec![&operation.selections];
        let mut here = Some(data);
        let (mut is, mut has_to_be) = (None, 0);
        for (at, step) in path.iter().map(Some).chain([None]).enumerate() {
            let (inner, may_be_null) = match of {
                Ref::NonNull(inner) => (*inner, false),
                of => (of, true),
            };
            if may_be_null {
                has_to_be = at;
            }
            if here == Some(&Json::Null) {
                (here, is) = (None, Some(at));
            }
            let Some(step) = step else {
                self.carried_up += u64::from(!may_be_null);
                break;
            };
            let wrong = || "the path of an error leads nowhere".to_owned();
            (of, here) = match (inner, step) {
                (Ref::List(item), Json::Number(n)) => {
                    let n = n.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(wrong)?;
                    let value = match here {
                        Some(Json::List(items)) => Some(items.get(n).ok_or_else(wrong)?),
                        Some(_) => return Err(wrong()),
                        None => None,
                    };
                    (*item, value)
                }
                (Ref::Named(name), Json::Text(key)) => {
                    let ty = self.schema.of(&name);
                    let Some(object) = here.map_or_else(|| runtime_type(ty, &Json::Null), |it| runtime_type(ty, it))
                    else {
                        return Ok((is.unwrap_or(at), None));
                    };
                    let expected = self.collected(&object, &below).into_iter().find(|it| it.key == key);
                    let Some(Expected { field: Selected { field: Some(field), .. }, below: inner, .. }) = expected
                    else {
                        return Err(wrong());
                    };
                    below = inner;
                    let value = match here {
                        Some(value) => Some(value.get(key).ok_or_else(wrong)?),
                        None => None,
                    };
                    (self.schema.of(&object).field(&field.name).of.clone(), value)
                }
                _ => return Err(wrong()),
            };
        }
        let is = is.ok_or_else(|| "there is an error, and no null at its path".to_owned())?;
        Ok((is, Some(has_to_be)))
    }

    fn value(&mut self, of: &Ref, value: &Json, below: &[&[Selection]], path: &str) -> Result<(), String> {
        match (of, value) {
            (Ref::NonNull(_), Json::Null) => Err(format!("{path} is null, and {of}")),
            (_, Json::Null) => Ok(()),
            (Ref::NonNull(inner), _) => self.value(inner, value, below, path),
            (Ref::List(item), Json::List(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(n, value)| self.value(item, value, below, &format!("{path}.{n}"))),
            (Ref::List(_), _) => Err(format!("{path} is no list: {value:?}")),
            (Ref::Named(name), _) => {
                let of = self.schema.of(name);
                if of.is_leaf() { leaf(of, value, path) } else { self.object(of, value, below, path) }
            }
        }
    }

    fn object(&mut self, of: &Type, value: &Json, below: &[&[Selection]], path: &str) -> Result<(), String> {
        let Json::Object(fields) = value else { return Err(format!("{path} is no object: {value:?}")) };
        let name = runtime_type(of, value).ok_or_else(|| format!("{path} does not say which {} it is", of.name))?;
        if !of.objects.contains(&name) {
            return Err(format!("{path} is a {name}, which is no {}", of.name));
        }
        let expected = self.collected(&name, below);
        let keys: Vec<_> = fields.iter().map(|(key, _)| key.as_str()).collect();
        let named: Vec<_> = expected.iter().map(|it| it.key).collect();
        if keys != named {
            return Err(format!("{path} has {keys:?}, and {named:?} were asked for"));
        }
        let of = self.schema.of(&name);
        for (Expected { field, below, .. }, (key, value)) in expected.iter().zip(fields) {
            let path = format!("{path}.{key}");
            match &field.field {
                None if value.text() == Some(&name) => {}
                None => return Err(format!("{path} is not {name}: {value:?}")),
                Some(field) => {
                    self.harvest.see(&name, &field.name, value);
                    // Of the object, which may promise more than the interface that the field was asked of.
                    self.value(&of.field(&field.name).of, value, below, &path)?;
                }
            }
        }
        Ok(())
    }

    /// The fields of an object in their order, as the specification collects them (section 6.3.2).
    fn collected<'a>(&self, name: &str, below: &[&'a [Selection]]) -> Vec<Expected<'a>>
    where
        Self: 'a,
    {
        let mut fields: Vec<Expected<'a>> = Vec::new();
        let mut spread = Vec::new();
        for selections in below {
            collect(self.operation, name, selections, &mut spread, &mut fields);
        }
        fields
    }
}

/// Whether an error is one, with a code among these.
fn check_error(error: &Json, data: Option<&Json>, codes: &[&str]) -> Result<(), String> {
    let Json::Object(parts) = error else { return Err("an error is no object".to_owned()) };
    let known = ["message", "locations", "path", "extensions"];
    if parts.iter().any(|(name, _)| !known.contains(&name.as_str())) {
        return Err(format!("an error has more than it may: {error:?}"));
    }
    if error.get("message").and_then(Json::text).is_none_or(str::is_empty) {
        return Err(format!("an error says nothing: {error:?}"));
    }
    let code = error.get("extensions").and_then(|it| it.get("code")).and_then(Json::text).unwrap_or("(none)");
    let says = |text: &str| error.get("message").and_then(Json::text).is_some_and(|message| message.contains(text));
    // What is no address is found when the document is looked at.
    let is_bad_url = data.is_none() && code == "GRAPHQL_VALIDATION_FAILED" && says("expected type \"URL");
    if !codes.contains(&code) && !is_bad_url {
        return Err(format!("an error has the code {code}: {error:?}"));
    }
    match (data, error.get("path")) {
        (Some(_), Some(Json::List(_))) | (None, None) => Ok(()),
        _ => Err(format!("an error has a path without data, or none with data: {error:?}")),
    }
}

/// Whether the place of an error in the document is that of the field that its path ends with.
fn is_placed(error: &Json, path: &[Json], document: &str) -> bool {
    let Some(Json::List(places)) = error.get("locations") else { return false };
    let key = path.iter().rev().find_map(Json::text);
    let number = |place: &Json, name| match place.get(name) {
        Some(Json::Number(number)) => usize::try_from(number.as_u64()?).ok()?.checked_sub(1),
        _ => None,
    };
    let names = |place: &Json| {
        let line = document.lines().nth(number(place, "line")?)?;
        let rest: String = line.chars().skip(number(place, "column")?).collect();
        let name = rest.split(|it: char| !it.is_alphanumeric() && it != '_').next()?;
        Some(Some(name) == key)
    };
    !places.is_empty() && places.iter().all(|place| names(place) == Some(true))
}

fn collect<'a>(
    operation: &'a Operation,
    name: &str,
    selections: &'a [Selection],
    spread: &mut Vec<&'a str>,
    fields: &mut Vec<Expected<'a>>,
) {
    for selection in selections {
        let only = match selection {
            Selection::Field(field) => &field.only,
            Selection::Inline { only, .. } | Selection::Spread { only, .. } => only,
        };
        if !only.iter().all(|condition| operation.lets_in(condition)) {
            continue;
        }
        match selection {
            Selection::Field(field) => {
                let known = fields.iter_mut().find(|other| other.key == field.key());
                match known {
                    Some(known) => known.below.push(&field.below),
                    None => fields.push(Expected { key: field.key(), field, below: vec![&field.below] }),
                }
            }
            Selection::Inline { on, below, .. } => {
                if on.as_ref().is_none_or(|on| on == name) {
                    collect(operation, name, below, spread, fields);
                }
            }
            Selection::Spread { name: fragment, .. } => {
                let fragment = operation.fragment(fragment);
                if fragment.on == name && !spread.contains(&fragment.name.as_str()) {
                    spread.push(&fragment.name);
                    collect(operation, name, &fragment.selections, spread, fields);
                }
            }
        }
    }
}

/// Which object it is: the only one that it may be, or the one that it says.
fn runtime_type(of: &Type, value: &Json) -> Option<String> {
    if of.kind == "OBJECT" {
        return Some(of.name.clone());
    }
    value.get("__typename").and_then(Json::text).map(str::to_owned)
}

fn leaf(of: &Type, value: &Json, path: &str) -> Result<(), String> {
    let is_so = match (of.name.as_str(), value) {
        ("Int", Json::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Json::Number(_)) | ("String" | "ID", Json::Text(_)) | ("Boolean", Json::Bool(_)) | ("JSON", _) => {
            true
        }
        ("DateTime", Json::Text(text)) => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        ("URL", Json::Text(text)) => {
            text.len() <= 2_048 && url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
        }
        (_, Json::Text(text)) => of.values.contains(text),
        _ => false,
    };
    if is_so { Ok(()) } else { Err(format!("{path} is no {}: {value:?}", of.name)) }
}
