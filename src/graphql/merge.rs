//! Fields that are asked for twice, made one: `viewer { id } viewer { email }` is `viewer { id email }`, and a mutation that
//! stands there twice is carried out once, as the specification has it (section 6.3.2). async-graphql executes each by
//! itself; and of two objects that it puts together, it takes the one that is left when the other became null, so that
//! what was asked of that one is missing.
//!
//! Below the root, fields in fragments of a type are left to it: which of them belong together, only the types say.

use std::{collections::HashMap, mem::take};

use async_graphql::{
    Name, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet},
};

/// Makes them one, in a whole document.
pub(super) fn merge(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => merge_set(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                merge_set(&mut operation.node.selection_set.node);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        merge_set(&mut fragment.node.selection_set.node);
    }
}

fn merge_set(set: &mut SelectionSet) {
    let mut places = HashMap::<Name, usize>::new();
    let mut items = Vec::with_capacity(set.items.len());
    dissolve(set, &mut items);
    for mut item in items {
        if let Selection::Field(field) = &mut item.node {
            let place = *places.entry(field.node.response_key().node.clone()).or_insert(set.items.len());
            if let Some(Selection::Field(first)) = set.items.get_mut(place).map(|item| &mut item.node)
                && are_one(&first.node, &field.node)
            {
                first.node.selection_set.node.items.append(&mut field.node.selection_set.node.items);
                continue;
            }
        }
        set.items.push(item);
    }
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => merge_set(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => merge_set(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// What is selected, with what stands in fragments of no type and no directive.
fn dissolve(set: &mut SelectionSet, into: &mut Vec<Positioned<Selection>>) {
    for mut item in take(&mut set.items) {
        match &mut item.node {
            Selection::InlineFragment(inline)
                if inline.node.type_condition.is_none() && inline.node.directives.is_empty() =>
            {
                dissolve(&mut inline.node.selection_set.node, into);
            }
            _ => into.push(item),
        }
    }
}

/// Whether two fields with the same key are the same, whatever is selected below them. Others are refused later.
fn are_one(first: &Field, second: &Field) -> bool {
    let arguments = |of: &Field| {
        let mut all: Vec<_> =
            of.arguments.iter().map(|(name, value)| (name.node.clone(), value.node.clone())).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    };
    first.name.node == second.name.node
        && first.directives.is_empty()
        && second.directives.is_empty()
        && arguments(first) == arguments(second)
        // `viewer viewer { id }` is refused as well.
        && first.selection_set.node.items.is_empty() == second.selection_set.node.items.is_empty()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// The keys of a document after it was merged, with brackets.
    fn merged(query: &str) -> String {
        let mut document = parse_query(query).unwrap();
        merge(&mut document);
        let DocumentOperations::Single(operation) = &document.operations else { unreachable!() };
        shown(&operation.node.selection_set.node)
    }

    fn shown(set: &SelectionSet) -> String {
        let item = |selection: &Selection| match selection {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {
                field.node.response_key().node.to_string()
            }
            Selection::Field(field) => {
                format!("{}{{{}}}", field.node.response_key().node, shown(&field.node.selection_set.node))
            }
            Selection::InlineFragment(inline) => format!("...{{{}}}", shown(&inline.node.selection_set.node)),
            Selection::FragmentSpread(spread) => format!("...{}", spread.node.fragment_name.node),
        };
        set.items.iter().map(|selection| item(&selection.node)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_asked_for_twice_is_asked_for_once() {
        for (query, expected) in [
            ("{ a { x } b a { y x } }", "a{x y} b"),
            ("{ a(n: 1, m: 2) { x } a(m: 2, n: 1) { y } }", "a{x y}"),
            ("{ a { b { x } } ... { a { b { y } ... { z } } c } }", "a{b{x y} z} c"),
            ("{ a: f(v: $v) { x } a: f(v: $v) { y } f(v: $v) { z } }", "a{x y} f{z}"),
            ("{ a a a }", "a"),
        ] {
            assert_eq!(merged(query), expected, "{query}");
        }
    }

    #[test]
    fn what_may_differ_is_left_alone() {
        for (query, expected) in [
            ("{ a(n: 1) { x } a(n: 2) { y } }", "a{x} a{y}"),
            ("{ a: b { x } a: c { y } }", "a{x} a{y}"),
            ("{ a @skip(if: true) { x } a { y } }", "a{x} a{y}"),
            ("{ a { x } ... on T { a { y } } ...F a }", "a{x} ...{a{y}} ...F a"),
            ("{ a { x } ... @include(if: $v) { a { y } } }", "a{x} ...{a{y}}"),
        ] {
            let query = format!("{query} fragment F on T {{ q }}");
            assert_eq!(merged(&query), expected, "{query}");
        }
    }
}
