//! The root of a subscription: one field, as the specification has it (section 5.2.3.1). async-graphql runs as many as there
//! are, and none that stands in a fragment.

use std::{cell::RefCell, collections::HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

/// Why a subscription is none.
const MESSAGE: &str = "a subscription has one field at its root, without @skip or @include";

/// Puts the one root field of each subscription of a document where it is found, or says what is wrong.
pub fn settle(document: &mut ExecutableDocument) -> Result<(), &'static str> {
    let fragments = document.fragments.clone();
    let unwrapped = RefCell::new(HashSet::new());
    let settle = |operation: &mut Positioned<OperationDefinition>| {
        if operation.node.ty != OperationType::Subscription {
            return Ok(());
        }
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        collect(&operation.node.selection_set.node, &mut found, &mut |name: &Name| {
            let is_new = seen.insert(name.clone());
            unwrapped.borrow_mut().insert(name.clone());
            fragments.get(name).filter(|_| is_new).map(|fragment| &fragment.node.selection_set.node)
        })?;
        let [field] = &found[..] else { return Err(MESSAGE) };
        let position = field.pos;
        operation.node.selection_set.node.items = vec![Positioned::new(Selection::Field(field.clone()), position)];
        Ok(())
    };
    match &mut document.operations {
        DocumentOperations::Single(operation) => settle(operation)?,
        DocumentOperations::Multiple(operations) => operations.values_mut().try_for_each(settle)?,
    }
    // They are of the root, so nothing else can spread them, and what nothing spreads is an error.
    document.fragments.retain(|name, _| !unwrapped.borrow().contains(name));
    Ok(())
}

/// The fields of a selection, those in fragments included. A fragment that was seen before holds nothing new.
fn collect<'a>(
    selection: &SelectionSet,
    found: &mut Vec<Positioned<Field>>,
    fragment: &mut impl FnMut(&Name) -> Option<&'a SelectionSet>,
) -> Result<(), &'static str> {
    for item in &selection.items {
        let directives = match &item.node {
            Selection::Field(field) => &field.node.directives,
            Selection::FragmentSpread(spread) => &spread.node.directives,
            Selection::InlineFragment(inline) => &inline.node.directives,
        };
        if !directives.is_empty() || found.len() > 1 {
            return Err(MESSAGE);
        }
        match &item.node {
            Selection::Field(field) => found.push(field.clone()),
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, found, fragment)?,
            Selection::FragmentSpread(spread) => {
                if let Some(selection) = fragment(&spread.node.fragment_name.node) {
                    collect(selection, found, fragment)?;
                }
            }
        }
    }
    Ok(())
}
