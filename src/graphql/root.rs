//! The root of an operation, whose fields are executed one by one and of which a subscription has one. Those that stand in
//! fragments are brought out, so that whoever counts or merges them sees each: async-graphql would carry out a mutation
//! twice that stands in a fragment and outside of it, and runs no subscription that stands in one.

use std::{
    collections::{HashMap, HashSet},
    mem::take,
};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
        OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value as Written;

use super::catalog;

/// Why a subscription is none (section 5.2.4.1 of the specification).
const MESSAGE: &str = "a subscription has one field at its root, without @skip or @include";

/// Brings the fields at the roots of a document out of their fragments, or says what is wrong with a subscription. The
/// shape of the document has been checked: there are no rings of fragments, and not too many.
pub(super) fn settle(document: &mut ExecutableDocument, variables: &Variables) -> Result<(), &'static str> {
    let mut opened = HashSet::new();
    let fragments = &document.fragments;
    let mut settle = |operation: &mut OperationDefinition| {
        let items = take(&mut operation.selection_set.node.items);
        let given = |name: &Name| {
            let default = || {
                let definition = operation.variable_definitions.iter().find(|it| it.node.name.node == *name)?;
                Some(&definition.node.default_value.as_ref()?.node)
            };
            match variables.get(name).or_else(default) {
                Some(Value::Boolean(condition)) => Some(*condition),
                _ => None,
            }
        };
        let mut root = Root { ty: catalog::root(operation.ty), fragments, given, opened: &mut opened };
        let mut fields = Vec::with_capacity(items.len());
        root.bring_out(items, &mut fields);
        let is_one = matches!(&fields[..], [Positioned { node: Selection::Field(field), .. }] if field.node.directives.is_empty());
        operation.selection_set.node.items = fields;
        if is_one || operation.ty != OperationType::Subscription { Ok(()) } else { Err(MESSAGE) }
    };
    match &mut document.operations {
        DocumentOperations::Single(operation) => settle(&mut operation.node)?,
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().try_for_each(|operation| settle(&mut operation.node))?;
        }
    }
    // Nothing spreads them any more, and what nothing spreads is an error.
    document.fragments.retain(|name, _| !opened.contains(name));
    Ok(())
}

struct Root<'a, F> {
    ty: &'static str,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The value of a variable that is a condition.
    given: F,
    /// The fragments that were brought out.
    opened: &'a mut HashSet<Name>,
}

impl<F: Fn(&Name) -> Option<bool>> Root<'_, F> {
    fn bring_out(&mut self, items: Vec<Positioned<Selection>>, out: &mut Vec<Positioned<Selection>>) {
        for mut item in items {
            if let Selection::FragmentSpread(spread) = &mut item.node
                && let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node)
                && fragment.node.type_condition.node.on.node == self.ty
            {
                self.opened.insert(spread.node.fragment_name.node.clone());
                let inline = InlineFragment {
                    type_condition: Some(fragment.node.type_condition.clone()),
                    directives: take(&mut spread.node.directives),
                    selection_set: fragment.node.selection_set.clone(),
                };
                item.node = Selection::InlineFragment(Positioned::new(inline, item.pos));
            }
            match &mut item.node {
                Selection::InlineFragment(inline)
                    if inline.node.type_condition.as_ref().is_none_or(|it| it.node.on.node == self.ty) =>
                {
                    let inner = take(&mut inline.node.selection_set.node.items);
                    if self.are_included(&inline.node.directives) {
                        out.extend(remnants(take(&mut inline.node.directives)));
                        self.bring_out(inner, out);
                    } else {
                        self.bring_out(inner, &mut inline.node.selection_set.node.items);
                        out.push(item);
                    }
                }
                Selection::Field(field) if self.are_included(&field.node.directives) => {
                    out.extend(remnants(take(&mut field.node.directives)));
                    out.push(item);
                }
                _ => out.push(item),
            }
        }
    }

    /// Whether what has these directives is selected for certain.
    fn are_included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let condition = match directive.node.arguments.as_slice() {
                [(name, condition)] if name.node == "if" => match &condition.node {
                    Written::Boolean(condition) => Some(*condition),
                    Written::Variable(name) => (self.given)(name),
                    _ => None,
                },
                _ => None,
            };
            match directive.node.name.node.as_str() {
                "include" => condition == Some(true),
                "skip" => condition == Some(false),
                _ => false,
            }
        })
    }
}

/// What stays where directives were taken away: something that is never selected and uses their variables, since variables
/// that nothing uses are an error.
fn remnants(directives: Vec<Positioned<Directive>>) -> impl Iterator<Item = Positioned<Selection>> {
    directives.into_iter().map(|directive| {
        let pos = directive.pos;
        let at = |name: &str| Positioned::new(Name::new(name), pos);
        let (name, never) = if directive.node.name.node == "skip" { ("include", false) } else { ("skip", true) };
        let condition = (at("if"), Positioned::new(Written::Boolean(never), pos));
        let decided = Positioned::new(Directive { name: at(name), arguments: vec![condition] }, pos);
        let nothing = Field {
            alias: None,
            name: at("__typename"),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        let set = SelectionSet { items: vec![Positioned::new(Selection::Field(Positioned::new(nothing, pos)), pos)] };
        let inline = InlineFragment {
            type_condition: None,
            directives: vec![directive, decided],
            selection_set: Positioned::new(set, pos),
        };
        Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
    })
}
