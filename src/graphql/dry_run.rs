//! `rateLimit(dryRun: true)`: what a query would cost, without executing it.

use async_graphql::{
    Positioned, Variables,
    parser::types::{Field, OperationDefinition, OperationType, Selection},
};
use async_graphql_value::Value as Written;

use super::flatten::condition_of;

/// Whether a query asks at its root for what it would cost.
pub(super) fn is_asked(operation: &OperationDefinition, variables: &Variables) -> bool {
    let is_true = |argument: &Positioned<Written>| condition_of(&argument.node, variables) == Some(true);
    let asks = |field: &Field| is_rate_limit(field) && field.get_argument("dryRun").is_some_and(is_true);
    let mut selections = operation.selection_set.node.items.iter();
    operation.ty == OperationType::Query
        && selections.any(|selection| matches!(&selection.node, Selection::Field(field) if asks(&field.node)))
}

/// Leaves everything else out.
pub(super) fn leave_rest_out(operation: &mut OperationDefinition) {
    let is_asked =
        |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if is_rate_limit(&field.node));
    operation.selection_set.node.items.retain(is_asked);
}

fn is_rate_limit(field: &Field) -> bool {
    field.name.node == "rateLimit"
}
