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
        Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, InlineFragment, OperationDefinition,
        OperationType, Selection,
    },
};
use async_graphql_value::Value as Written;

use super::{catalog, syntax};

/// Why a subscription is none (section 5.2.4.1 of the specification).
const MESSAGE: &str = "a subscription has one field at its root, without @skip or @include";

/// Brings the fields at the roots of a document out of their fragments. The shape of the document has been checked: there
/// are no rings of fragments, and not too many.
pub(super) fn bring_out(document: &mut ExecutableDocument, variables: &Variables) {
    let mut root = Root { ty: "", fragments: &document.fragments, variables, opened: HashSet::new() };
    let mut open = |operation: &mut OperationDefinition| {
        root.ty = catalog::root(operation.ty);
        let items = &mut operation.selection_set.node.items;
        let closed = take(items);
        root.bring_out(closed, items);
    };
    match &mut document.operations {
        DocumentOperations::Single(operation) => open(&mut operation.node),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                open(&mut operation.node);
            }
        }
    }
    // Nothing spreads them any more, and what nothing spreads is an error.
    let opened = root.opened;
    document.fragments.retain(|name, _| !opened.contains(name));
}

/// Whether each subscription has one field at its root, or else what is wrong.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), &'static str> {
    let is_one = |operation: &OperationDefinition| match &operation.selection_set.node.items[..] {
        [Positioned { node: Selection::Field(field), .. }] => field.node.directives.is_empty(),
        _ => false,
    };
    let mut operations = document.operations.iter().map(|(_, operation)| &operation.node);
    let is_right = operations.all(|operation| operation.ty != OperationType::Subscription || is_one(operation));
    if is_right { Ok(()) } else { Err(MESSAGE) }
}

struct Root<'a> {
    ty: &'static str,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    /// The fragments that were brought out.
    opened: HashSet<Name>,
}

impl Root<'_> {
    fn bring_out(&mut self, items: Vec<Positioned<Selection>>, out: &mut Vec<Positioned<Selection>>) {
        for mut item in items {
            if let Selection::FragmentSpread(spread) = &mut item.node
                && let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node)
                && fragment.node.type_condition.node.on.node == self.ty
                // There are none that may stand there.
                && fragment.node.directives.is_empty()
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
        let mut names = HashSet::new();
        directives.iter().all(|Positioned { node: directive, .. }| {
            let condition = match directive.arguments.as_slice() {
                [(name, condition)] if name.node == "if" => condition_of(&condition.node, self.variables),
                _ => None,
            };
            // One that stands there twice is an error.
            names.insert(&directive.name.node)
                && match directive.name.node.as_str() {
                    "include" => condition == Some(true),
                    "skip" => condition == Some(false),
                    _ => false,
                }
        })
    }
}

/// What a condition is, with the defaults of variables among their values.
pub(super) fn condition_of(condition: &Written, variables: &Variables) -> Option<bool> {
    match condition {
        Written::Boolean(condition) => Some(*condition),
        Written::Variable(name) => match variables.get(name)? {
            Value::Boolean(condition) => Some(*condition),
            _ => None,
        },
        _ => None,
    }
}

/// What stays where directives were taken away: something that is never selected and uses their variables, since variables
/// that nothing uses are an error.
fn remnants(directives: Vec<Positioned<Directive>>) -> impl Iterator<Item = Positioned<Selection>> {
    directives.into_iter().map(|directive| {
        let pos = directive.pos;
        let (name, never) = if directive.node.name.node == "skip" { ("include", false) } else { ("skip", true) };
        let decided = syntax::directive(name, never, pos);
        syntax::inline(vec![directive, decided], vec![syntax::typename(pos)], pos)
    })
}
