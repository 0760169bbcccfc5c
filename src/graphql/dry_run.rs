//! `rateLimit(dryRun: true)`: what a query would cost, without executing it.

use std::mem::take;

use async_graphql::{
    Name, Pos, Positioned, Variables,
    parser::types::{Directive, Field, InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet},
};
use async_graphql_value::Value as Written;

use super::root::condition_of;

/// Whether a query asks at its root for what it would cost.
pub(super) fn is_asked(operation: &OperationDefinition, variables: &Variables) -> bool {
    let is_true = |argument: &Positioned<Written>| condition_of(&argument.node, variables) == Some(true);
    // One that has a directive still is left out.
    let asks = |field: &Field| {
        is_rate_limit(field) && field.directives.is_empty() && field.get_argument("dryRun").is_some_and(is_true)
    };
    let mut selections = operation.selection_set.node.items.iter();
    operation.ty == OperationType::Query
        && selections.any(|selection| matches!(&selection.node, Selection::Field(field) if asks(&field.node)))
}

/// Leaves everything else out, by a directive around it: what is written is still looked at, and it is known to clients that
/// what stands in such a fragment is not answered.
pub(super) fn leave_rest_out(operation: &mut OperationDefinition) {
    let set = &mut operation.selection_set.node;
    let is_asked =
        |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if is_rate_limit(&field.node));
    let (asked, rest) = take(&mut set.items).into_iter().partition(is_asked);
    set.items = asked;
    if let Some(pos) = rest.first().map(|item: &Positioned<Selection>| item.pos) {
        let selection_set = Positioned::new(SelectionSet { items: rest }, pos);
        let inline = InlineFragment { type_condition: None, directives: vec![skip(pos)], selection_set };
        set.items.push(Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos));
    }
}

fn is_rate_limit(field: &Field) -> bool {
    field.name.node == "rateLimit"
}

fn skip(pos: Pos) -> Positioned<Directive> {
    let at = |name: &str| Positioned::new(Name::new(name), pos);
    let always = (at("if"), Positioned::new(Written::Boolean(true), pos));
    Positioned::new(Directive { name: at("skip"), arguments: vec![always] }, pos)
}
