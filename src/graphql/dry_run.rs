//! `rateLimit(dryRun: true)`: what a query would cost, without executing it.

use std::mem::take;

use async_graphql::{
    Positioned, Variables,
    parser::types::{Field, OperationDefinition, OperationType, Selection},
};
use async_graphql_value::Value as Written;

use super::{root::condition_of, syntax};

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

/// Leaves everything else out: what is written is still looked at.
pub(super) fn leave_rest_out(operation: &mut OperationDefinition) {
    let set = &mut operation.selection_set.node;
    let is_asked =
        |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if is_rate_limit(&field.node));
    let (asked, rest) = take(&mut set.items).into_iter().partition(is_asked);
    set.items = asked;
    set.items.extend(syntax::skipped(rest));
}

fn is_rate_limit(field: &Field) -> bool {
    field.name.node == "rateLimit"
}
