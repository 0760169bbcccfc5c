//! Variables that have no value and no default: what they stand for is as good as not written (sections 6.4.1 and 3.10 of
//! the specification). async-graphql takes them for null, so that `updateProfile(input: { bio: $bio })` would clear the bio
//! of whoever sends no `$bio`.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned, Variables,
    parser::types::{
        BaseType, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
        OperationDefinition, Selection, SelectionSet, Type,
    },
};
use async_graphql_value::Value;

use super::{
    catalog::{self, Catalog, Input, Kind, named},
    syntax,
};

/// The variables of an operation that have no value and no default.
pub(super) fn absent(operation: &OperationDefinition, given: &Variables) -> HashSet<Name> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    definitions
        .filter(|definition| definition.default_value.is_none() && !given.contains_key(&definition.name.node))
        .map(|definition| definition.name.node.clone())
        .collect()
}

/// Leaves out what stands for these variables, which are absent in the operation that is executed. As it was written it stays
/// beside, where it is looked at and never executed: whether a document is good does not depend on its values.
pub(super) fn leave_out(catalog: &Catalog, document: &mut ExecutableDocument, absent: &HashSet<Name>) {
    if absent.is_empty() {
        return;
    }
    let mut walk = Walk { catalog, absent, left_out: 0 };
    let mut operation = |operation: &mut OperationDefinition| {
        walk.set(&mut operation.selection_set.node, catalog::root(operation.ty));
    };
    // The others come to no harm: none of them is executed.
    match &mut document.operations {
        DocumentOperations::Single(only) => operation(&mut only.node),
        DocumentOperations::Multiple(all) => all.values_mut().for_each(|it| operation(&mut it.node)),
    }
    for Positioned { node: fragment, .. } in document.fragments.values_mut() {
        let FragmentDefinition { type_condition, selection_set, .. } = fragment;
        walk.set(&mut selection_set.node, &type_condition.node.on.node);
    }
}

struct Walk<'a> {
    catalog: &'a Catalog,
    absent: &'a HashSet<Name>,
    /// How much was left out so far.
    left_out: usize,
}

impl Walk<'_> {
    fn set(&mut self, set: &mut SelectionSet, ty: &str) {
        let mut as_written = Vec::new();
        for Positioned { node: selection, pos } in &mut set.items {
            match selection {
                Selection::Field(Positioned { node: field, .. }) => {
                    let Some(defined) = self.catalog.field(ty, &field.name.node) else { continue };
                    let (of, _) = named(&defined.ty);
                    let (arguments, before) = (field.arguments.clone(), self.left_out);
                    self.arguments(&mut field.arguments, &defined.arguments);
                    if self.left_out != before {
                        // No client can write this name, so it is no other's.
                        let alias = format!("{} left out", self.left_out);
                        let written = Field {
                            alias: Some(Positioned::new(Name::new(alias), *pos)),
                            arguments,
                            selection_set: Positioned::new(self.least(of, *pos), *pos),
                            ..syntax::leaf(field.name.clone())
                        };
                        as_written.push(Positioned::new(Selection::Field(Positioned::new(written, *pos)), *pos));
                    }
                    self.set(&mut field.selection_set.node, of);
                }
                Selection::InlineFragment(inline) => {
                    let InlineFragment { type_condition, selection_set, .. } = &mut inline.node;
                    let ty = type_condition.as_ref().map_or(ty, |condition| condition.node.on.node.as_str());
                    self.set(&mut selection_set.node, ty);
                }
                // Fragments are looked at by themselves.
                Selection::FragmentSpread(_) => {}
            }
        }
        set.items.extend(syntax::skipped(as_written));
    }

    fn arguments(&mut self, given: &mut Vec<(Positioned<Name>, Positioned<Value>)>, defined: &HashMap<Name, Input>) {
        let before = given.len();
        given.retain(|(name, value)| !defined.get(&name.node).is_some_and(|input| self.is_absent(&value.node, input)));
        self.left_out += before - given.len();
        for (name, value) in given {
            if let Some(defined) = defined.get(&name.node) {
                self.value(&mut value.node, &defined.ty);
            }
        }
    }

    fn value(&mut self, value: &mut Value, ty: &Type) {
        match (value, &ty.base) {
            (Value::List(items), BaseType::List(item)) => {
                for value in items {
                    self.value(value, item);
                }
            }
            (value, BaseType::List(item)) => self.value(value, item),
            (Value::Object(given), BaseType::Named(name)) => {
                let Some(Kind::Input { fields, is_one_of }) = self.catalog.kind(name) else { return };
                let before = given.len();
                // Where one field has to stand, an absent one is a fault.
                given.retain(|name, value| {
                    *is_one_of || !fields.get(name).is_some_and(|input| self.is_absent(value, input))
                });
                self.left_out += before - given.len();
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

    /// The least that can be selected of a type.
    fn least(&self, ty: &str, pos: Pos) -> SelectionSet {
        let is_composite = matches!(self.catalog.kind(ty), Some(Kind::Composite { .. }));
        SelectionSet { items: is_composite.then(|| syntax::typename(pos)).into_iter().collect() }
    }
}
