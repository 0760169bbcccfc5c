//! What an operation may bring along, estimated before anything is asked of the database.
//!
//! An object that has an id costs 1, and so do a list and a count: each is something to find. Other scalars and objects come
//! with what they stand in, and cost nothing. What stands below a list counts once for each of its rows: as many as the page
//! that is asked for has, as many as there are `ids`, or 10 where a list has neither. A mutation costs 10 more, and so much
//! more do fields that do much whatever is selected of them. Where an interface or a union may be several objects, the
//! dearest of them counts. Nothing costs less than 1.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{Field, InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::Limits;
use crate::graphql::{
    arguments::MAX_IDS,
    catalog::{self, Catalog, Kind, named},
};

/// The rows of a list that has no pages: few (a test names those lists), or of the schema itself.
const LIST: u64 = 10;

/// What root fields cost that read or answer much, whatever is selected of them.
const DEAR: [(&str, u64); 2] = [("beaconClusters", 100), ("exportMyData", 1_000)];

/// The lists of the schema's own types. <https://spec.graphql.org/September2025/#sec-Schema-Introspection.Schema-Introspection-Schema>
const OF_SCHEMA: [&str; 8] =
    ["types", "directives", "fields", "interfaces", "possibleTypes", "enumValues", "inputFields", "args"];

/// What it costs to change something.
const MUTATION: u64 = 10;

/// Estimates an operation without fragments that can be left out.
pub(in crate::graphql) fn estimate(
    catalog: &Catalog,
    limits: &Limits,
    operation: &OperationDefinition,
    variables: &Variables,
) -> u64 {
    let variables = variables.iter().map(|(name, value)| (name, value.clone().into_value())).collect();
    let mut walk = Walk { catalog, limits, variables, known: HashMap::new() };
    let root = catalog::root(operation.ty);
    let set = &operation.selection_set.node;
    let is_field = |item: &&Positioned<Selection>| matches!(item.node, Selection::Field(_));
    let changes = set.items.iter().filter(is_field).count() as u64;
    let own = if operation.ty == OperationType::Mutation { MUTATION * changes } else { 0 };
    walk.set(set, root, LIST).saturating_add(own).max(1)
}

struct Walk<'a> {
    catalog: &'a Catalog,
    limits: &'a Limits,
    variables: HashMap<&'a Name, Value>,
    /// The cost of a selection of an object whose lists have so many rows.
    known: HashMap<(*const SelectionSet, &'a str, u64), u64>,
}

impl<'a> Walk<'a> {
    /// The cost of a selection of a type: of the dearest object that it may be.
    fn set(&mut self, set: &'a SelectionSet, ty: &'a str, rows: u64) -> u64 {
        let possible = self.catalog.possible(ty);
        possible.iter().map(|object| self.object(set, object, rows)).max().unwrap_or_default()
    }

    fn object(&mut self, set: &'a SelectionSet, object: &'a str, rows: u64) -> u64 {
        let key = (std::ptr::from_ref(set), object, rows);
        if let Some(cost) = self.known.get(&key) {
            return *cost;
        }
        let cost = set
            .items
            .iter()
            .fold(0_u64, |all, selection| all.saturating_add(self.selection(&selection.node, object, rows)));
        self.known.insert(key, cost);
        cost
    }

    fn selection(&mut self, selection: &'a Selection, object: &'a str, rows: u64) -> u64 {
        match selection {
            Selection::Field(field) => self.field(&field.node, object, rows),
            Selection::InlineFragment(inline) if self.is_about(&inline.node, object) => {
                self.object(&inline.node.selection_set.node, object, rows)
            }
            _ => 0,
        }
    }

    fn is_about(&self, inline: &InlineFragment, object: &str) -> bool {
        let condition = inline.type_condition.as_ref();
        condition.is_none_or(|condition| self.catalog.possible(&condition.node.on.node).iter().any(|it| it == object))
    }

    fn field(&mut self, field: &'a Field, object: &'a str, rows: u64) -> u64 {
        let name = field.name.node.as_str();
        let set = &field.selection_set.node;
        if name.starts_with("__") {
            return if set.items.is_empty() { 0 } else { Self::of_schema(set).saturating_add(1) };
        }
        // What does not exist is refused later.
        let Some(defined) = self.catalog.field(object, name) else { return 0 };
        let dear = DEAR.iter().find(|(dear, _)| object == "Query" && name == *dear).map_or(0, |(_, cost)| *cost);
        let (ty, is_list) = named(&defined.ty);
        if !matches!(self.catalog.kind(ty), Some(Kind::Composite { .. })) {
            return dear + u64::from(name.ends_with("Count"));
        }
        let has = |argument: &str| defined.arguments.contains_key(argument);
        let page = match () {
            () if has("first") => self.page(field),
            () if has("ids") => self.ids(field),
            () => LIST,
        };
        let is_found = self.catalog.possible(ty).iter().any(|object| self.catalog.field(object, "id").is_some());
        let each = self.set(set, ty, page).saturating_add(u64::from(is_found));
        let cost = match is_list {
            // The rows of a connection stand in its lists.
            true if object.ends_with("Connection") => each.saturating_mul(rows),
            true => each.saturating_mul(page).saturating_add(1),
            false => each.saturating_add(u64::from(ty.ends_with("Connection"))),
        };
        cost.saturating_add(dear)
    }

    /// What is selected of the schema. The shape bounds the walk.
    fn of_schema(set: &SelectionSet) -> u64 {
        let cost = |selection: &Selection| match selection {
            Selection::Field(field) => {
                let each = Self::of_schema(&field.node.selection_set.node);
                let is_list = OF_SCHEMA.contains(&field.node.name.node.as_str());
                if is_list { each.saturating_mul(LIST).saturating_add(1) } else { each }
            }
            Selection::InlineFragment(inline) => Self::of_schema(&inline.node.selection_set.node),
            Selection::FragmentSpread(_) => 0,
        };
        set.items.iter().fold(0, |all, selection| all.saturating_add(cost(&selection.node)))
    }

    /// How many are asked for by their ids. More than may be are refused later.
    fn ids(&self, field: &Field) -> u64 {
        let ids = match field.get_argument("ids").and_then(|value| self.value(&value.node)) {
            Some(Value::List(ids)) => ids.len(),
            // One that stands for a list of one, or nothing that is a list.
            _ => 1,
        };
        ids.min(MAX_IDS) as u64
    }

    /// How many rows are asked for. A number that is none is refused later.
    fn page(&self, field: &Field) -> u64 {
        let number = |argument: &str| match field.get_argument(argument).map(|value| self.value(&value.node)) {
            Some(Some(Value::Number(number))) => Some(number.as_u64().unwrap_or_default()),
            _ => None,
        };
        let page = number("first").max(number("last")).unwrap_or(self.limits.default_page.into());
        page.min(self.limits.max_page.into())
    }

    /// A value, or that of the variable that it is.
    fn value<'v>(&'v self, value: &'v Value) -> Option<&'v Value> {
        match value {
            Value::Variable(name) => self.variables.get(name),
            value => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dear_exists() {
        let catalog = Catalog::of(&crate::graphql::sdl());
        for (name, _) in DEAR {
            assert!(catalog.field("Query", name).is_some(), "{name}");
        }
    }
}
