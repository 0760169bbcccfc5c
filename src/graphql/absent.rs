//! Variables that have no value and no default: what they stand for is as good as not written (sections 6.4.1 and 3.10 of
//! the specification). async-graphql takes them for null, so that `updateProfile(input: { bio: $bio })` would clear the bio
//! of whoever sends no `$bio`.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{BaseType, InlineFragment, OperationDefinition, Selection, SelectionSet, Type},
};
use async_graphql_value::Value;

use super::catalog::{self, Catalog, Input, Kind, named};

/// The variables of an operation that have no value and no default.
pub(super) fn absent(operation: &OperationDefinition, given: &Variables) -> HashSet<Name> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    definitions
        .filter(|definition| definition.default_value.is_none() && !given.contains_key(&definition.name.node))
        .map(|definition| definition.name.node.clone())
        .collect()
}

/// Leaves out what stands for these variables in an operation without fragments; and of its variables, those that nothing
/// stands for any more.
pub(super) fn leave_out(catalog: &Catalog, operation: &mut OperationDefinition, absent: &HashSet<Name>) {
    let mut walk = Walk { catalog, absent, used: HashSet::new() };
    walk.set(&mut operation.selection_set.node, Some(catalog::root(operation.ty)));
    let used = walk.used;
    operation.variable_definitions.retain(|definition| used.contains(&definition.node.name.node));
}

struct Walk<'a> {
    catalog: &'a Catalog,
    absent: &'a HashSet<Name>,
    /// The variables that something still stands for.
    used: HashSet<Name>,
}

impl Walk<'_> {
    fn set(&mut self, set: &mut SelectionSet, ty: Option<&str>) {
        for Positioned { node: selection, .. } in &mut set.items {
            match selection {
                Selection::Field(Positioned { node: field, .. }) => {
                    let defined = ty.and_then(|ty| self.catalog.field(ty, &field.name.node));
                    let arguments = defined.map_or(self.catalog.of_introspection(), |defined| &defined.arguments);
                    self.arguments(&mut field.arguments, arguments);
                    self.set(&mut field.selection_set.node, defined.map(|defined| named(&defined.ty).0.as_str()));
                }
                Selection::InlineFragment(inline) => {
                    let InlineFragment { type_condition, selection_set, .. } = &mut inline.node;
                    let ty = type_condition.as_ref().map(|condition| condition.node.on.node.as_str()).or(ty);
                    self.set(&mut selection_set.node, ty);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn arguments(&mut self, given: &mut Vec<(Positioned<Name>, Positioned<Value>)>, defined: &HashMap<Name, Input>) {
        given.retain(|(name, value)| !defined.get(&name.node).is_some_and(|input| self.is_absent(&value.node, input)));
        for (name, value) in given {
            if let Some(defined) = defined.get(&name.node) {
                self.value(&mut value.node, &defined.ty);
            }
        }
    }

    fn value(&mut self, value: &mut Value, ty: &Type) {
        match (value, &ty.base) {
            (Value::Variable(name), _) => {
                self.used.insert(name.clone());
            }
            (Value::List(items), BaseType::List(item)) => {
                for value in items {
                    self.value(value, item);
                }
            }
            (value, BaseType::List(item)) => self.value(value, item),
            (Value::Object(given), BaseType::Named(name)) => {
                let Some(Kind::Input { fields, is_one_of }) = self.catalog.kind(name) else { return };
                // Where one field has to stand, an absent one is a fault.
                given.retain(|name, value| {
                    *is_one_of || !fields.get(name).is_some_and(|input| self.is_absent(value, input))
                });
                for (name, value) in given {
                    if let Some(field) = fields.get(name) {
                        self.value(value, &field.ty);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a value stands for an absent variable, where there need be none. Nowhere else may it stand.
    fn is_absent(&self, value: &Value, input: &Input) -> bool {
        let is_optional = input.has_default || input.ty.nullable;
        is_optional && matches!(value, Value::Variable(name) if self.absent.contains(name))
    }
}
