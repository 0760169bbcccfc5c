//! What an operation may bring along, estimated before anything is asked of the database.
//!
//! An object that has an id costs 1, and so do a list and a count: each is something to find. Other scalars and objects come
//! with what they stand in, and cost nothing. What stands below a list counts once for each of its rows: as many as the page
//! that is asked for has, or 10 where a list has no pages. A mutation costs 10 more. Where an interface or a union may be
//! several objects, the dearest of them counts.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

use super::Limits;
use crate::graphql::catalog::{self, Catalog, Kind, named};

/// The rows of a list that has no pages.
const LIST: u64 = 10;

/// What it costs to change something.
const MUTATION: u64 = 10;

/// Estimates an operation whose shape has been checked.
pub(in crate::graphql) fn estimate(
    catalog: &Catalog,
    limits: &Limits,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> u64 {
    let defaults = operation.variable_definitions.iter().filter_map(|definition| {
        Some((&definition.node.name.node, definition.node.default_value.as_ref()?.node.clone().into_value()))
    });
    let given = variables.iter().map(|(name, value)| (name, value.clone().into_value()));
    let variables = defaults.chain(given).collect();
    let mut walk = Walk { catalog, limits, document, variables, known: HashMap::new() };
    let root = catalog::root(operation.ty);
    let set = &operation.selection_set.node;
    let own = if operation.ty == OperationType::Mutation { MUTATION * walk.roots(set, root) } else { 0 };
    walk.set(set, root, LIST).saturating_add(own)
}

struct Walk<'a> {
    catalog: &'a Catalog,
    limits: &'a Limits,
    document: &'a ExecutableDocument,
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
        if self.is_left_out(selection.directives()) {
            return 0;
        }
        match selection {
            Selection::Field(field) => self.field(&field.node, object, rows),
            selection => match self.spread(selection, object) {
                Some(set) => self.object(set, object, rows),
                None => 0,
            },
        }
    }

    /// The selection of a fragment, if it is about this object.
    fn spread(&self, selection: &'a Selection, object: &str) -> Option<&'a SelectionSet> {
        let (condition, set) = match selection {
            Selection::InlineFragment(inline) => (inline.node.type_condition.as_ref(), &inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node)?;
                (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
            }
            Selection::Field(_) => return None,
        };
        let is_about = condition.is_none_or(|condition| {
            self.catalog.possible(&condition.node.on.node).iter().any(|possible| possible == object)
        });
        is_about.then_some(set)
    }

    fn field(&mut self, field: &'a Field, object: &'a str, rows: u64) -> u64 {
        let name = field.name.node.as_str();
        let set = &field.selection_set.node;
        if name.starts_with("__") {
            // What the schema says is at hand, and the shape bounds it.
            return u64::from(!set.items.is_empty());
        }
        // What does not exist is refused later.
        let Some(defined) = self.catalog.field(object, name) else { return 0 };
        let (ty, is_list) = named(&defined.ty);
        if !matches!(self.catalog.kind(ty), Some(Kind::Composite { .. })) {
            return u64::from(name.ends_with("Count"));
        }
        let page = if defined.arguments.contains_key("first") { self.page(field) } else { LIST };
        let is_found = self.catalog.possible(ty).iter().any(|object| self.catalog.field(object, "id").is_some());
        let each = self.set(set, ty, page).saturating_add(u64::from(is_found));
        match is_list {
            // The rows of a connection stand in its lists.
            true if object.ends_with("Connection") => each.saturating_mul(rows),
            true => each.saturating_mul(rows).saturating_add(1),
            false => each.saturating_add(u64::from(ty.ends_with("Connection"))),
        }
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

    /// Whether `@skip` or `@include` leaves something out.
    fn is_left_out(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let condition = directive.node.get_argument("if").and_then(|value| self.value(&value.node));
            match directive.node.name.node.as_str() {
                "skip" => condition == Some(&Value::Boolean(true)),
                "include" => condition == Some(&Value::Boolean(false)),
                _ => false,
            }
        })
    }

    /// How many fields stand at the root.
    fn roots(&self, set: &'a SelectionSet, root: &str) -> u64 {
        let count = |selection: &'a Selection| match selection {
            _ if self.is_left_out(selection.directives()) => 0,
            Selection::Field(_) => 1,
            selection => self.spread(selection, root).map_or(0, |set| self.roots(set, root)),
        };
        set.items.iter().map(|selection| count(&selection.node)).sum()
    }
}
