//! Whether the values of an operation are of the types that the schema and the operation say, before any of it is done.
//! async-graphql looks closely at some values only when it comes to their fields, with the mutations before them done.
//! Scalars of our own are left to it: it checks these beforehand.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Variables,
    parser::types::{BaseType, OperationDefinition, Type, VariableDefinition},
};
use async_graphql_value::Value;

use super::{
    catalog::{Catalog, Input, Kind},
    error::{code, coded},
};

/// What is wrong with the values of an operation's variables.
pub(super) fn faults_of_variables(
    catalog: &Catalog,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Vec<ServerError> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    definitions.filter_map(|definition| fault_of_variable(catalog, definition, variables)).collect()
}

/// What is wrong with the defaults of an operation's variables.
pub(super) fn faults_of_defaults(catalog: &Catalog, operation: &OperationDefinition) -> Vec<ServerError> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let fault_of = |definition: &VariableDefinition| {
        let default = definition.default_value.as_ref()?;
        let value = default.node.clone().into_value();
        let problem = fault(catalog, Source::Written, &definition.var_type.node, &value)?;
        let name = &definition.name.node;
        Some(refused(format!("the default of the variable ${name} {problem}"), name, default.pos))
    };
    definitions.filter_map(fault_of).collect()
}

/// What is wrong with the value that is written for an argument.
pub(super) fn fault_of_argument(
    catalog: &Catalog,
    defined: &Input,
    name: &Positioned<Name>,
    value: &Positioned<Value>,
) -> Option<ServerError> {
    let problem = fault(catalog, Source::Written, &defined.ty, &value.node)?;
    Some(refused(format!("the argument {} {problem}", name.node), &name.node, value.pos))
}

fn fault_of_variable(catalog: &Catalog, definition: &VariableDefinition, given: &Variables) -> Option<ServerError> {
    let ty = &definition.var_type.node;
    let name = &definition.name.node;
    let problem = match given.get(name) {
        None if ty.nullable || definition.default_value.is_some() => None,
        None => Some("needs a value".to_owned()),
        Some(value) => fault(catalog, Source::Given, ty, &value.clone().into_value()),
    };
    problem.map(|problem| refused(format!("the variable ${name} {problem}"), name, definition.name.pos))
}

fn refused(message: String, argument: &str, pos: Pos) -> ServerError {
    let mut error = coded(ServerError::new(message, Some(pos)), code::GRAPHQL_VALIDATION_FAILED);
    error.extensions.get_or_insert_default().set("argument", argument);
    error
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It stands in the document.
    Written,
    /// It comes as JSON, which has no words.
    Given,
}

/// What is wrong with a value, if anything. Never repeats it.
fn fault(catalog: &Catalog, source: Source, ty: &Type, value: &Value) -> Option<String> {
    match (value, &ty.base) {
        // Checked on its own.
        (Value::Variable(_), _) => None,
        (Value::Null, _) => (!ty.nullable).then(|| "must not be null".to_owned()),
        (Value::List(items), BaseType::List(item)) => {
            items.iter().find_map(|value| fault(catalog, source, item, value))
        }
        // One thing is as good as a list of it.
        (value, BaseType::List(item)) => fault(catalog, source, item, value),
        (value, BaseType::Named(name)) => fault_of_named(catalog, source, name, value),
    }
}

fn fault_of_named(catalog: &Catalog, source: Source, name: &Name, value: &Value) -> Option<String> {
    let fits = match (name.as_str(), catalog.kind(name)?, value) {
        ("Int", _, value) => {
            matches!(value, Value::Number(number) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()))
        }
        ("Float", _, value) => {
            matches!(value, Value::Number(number) if number.as_f64().is_some_and(f64::is_finite))
        }
        ("String", _, value) => matches!(value, Value::String(_)),
        ("Boolean", _, value) => matches!(value, Value::Boolean(_)),
        ("ID", _, value) => match value {
            Value::Number(number) => number.is_i64() || number.is_u64(),
            value => matches!(value, Value::String(_)),
        },
        (_, Kind::Enum(words), Value::Enum(word)) => words.contains(word),
        (_, Kind::Enum(words), Value::String(word)) if source == Source::Given => {
            words.iter().any(|known| known == word)
        }
        (_, Kind::Input { fields, is_one_of }, Value::Object(given)) => {
            return fault_of_object(catalog, source, fields, *is_one_of, given.iter().collect());
        }
        (_, Kind::Enum(_) | Kind::Input { .. }, _) => false,
        (_, Kind::Scalar | Kind::Composite { .. }, _) => true,
    };
    let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    (!fits).then(|| format!("must be {article} {name}"))
}

fn fault_of_object(
    catalog: &Catalog,
    source: Source,
    fields: &HashMap<Name, Input>,
    is_one_of: bool,
    given: HashMap<&Name, &Value>,
) -> Option<String> {
    if let Some(unknown) = given.keys().find(|name| !fields.contains_key(**name)) {
        return Some(format!("has no field {unknown}"));
    }
    let is_needed = |input: &Input| !input.ty.nullable && !input.has_default;
    if let Some((missing, _)) = fields.iter().find(|(name, input)| is_needed(input) && !given.contains_key(name)) {
        return Some(format!("needs a field {missing}"));
    }
    if is_one_of && (given.len() != 1 || given.values().any(|value| **value == Value::Null)) {
        return Some("takes exactly one field".to_owned());
    }
    given.into_iter().find_map(|(name, value)| {
        fault(catalog, source, &fields[name].ty, value).map(|problem| format!("has a field {name} that {problem}"))
    })
}
