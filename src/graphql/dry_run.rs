//! `rateLimit(dryRun: true)`: what a query would cost, without executing it.

use async_graphql::{
    Name, Pos, Positioned, Value, Variables,
    parser::types::{Directive, Field, OperationDefinition, OperationType, Selection},
};
use async_graphql_value::Value as Written;

/// Whether a query asks at its root for what it would cost.
pub(super) fn is_asked(operation: &OperationDefinition, variables: &Variables) -> bool {
    let is_true = |value: &Written| match value {
        Written::Boolean(is_true) => *is_true,
        Written::Variable(name) => {
            let default = || {
                let definition = operation.variable_definitions.iter().find(|it| it.node.name.node == *name)?;
                Some(&definition.node.default_value.as_ref()?.node)
            };
            variables.get(name).or_else(default) == Some(&Value::Boolean(true))
        }
        _ => false,
    };
    let asks = |field: &Field| {
        is_rate_limit(field) && field.get_argument("dryRun").is_some_and(|argument| is_true(&argument.node))
    };
    let mut selections = operation.selection_set.node.items.iter();
    operation.ty == OperationType::Query
        && selections.any(|selection| matches!(&selection.node, Selection::Field(field) if asks(&field.node)))
}

/// Leaves everything else out, by a directive: what is written is still looked at, and it is known to clients that a field
/// with this directive is not answered.
pub(super) fn leave_rest_out(operation: &mut OperationDefinition) {
    for Positioned { node: selection, pos } in &mut operation.selection_set.node.items {
        if !matches!(selection, Selection::Field(field) if is_rate_limit(&field.node)) {
            let directives = selection.directives_mut();
            let has = |name| directives.iter().any(|directive| directive.node.name.node == name);
            match (has("skip"), has("include")) {
                (false, _) => directives.push(directive("skip", true, *pos)),
                (true, false) => directives.push(directive("include", false, *pos)),
                // What both depend on is known to the client alone; `@include(if: false)` decides.
                (true, true) => {
                    directives.retain(|directive| directive.node.name.node != "include");
                    directives.push(directive("include", false, *pos));
                }
            }
        }
    }
}

fn is_rate_limit(field: &Field) -> bool {
    field.name.node == "rateLimit"
}

fn directive(name: &str, condition: bool, pos: Pos) -> Positioned<Directive> {
    let argument = (Positioned::new(Name::new("if"), pos), Positioned::new(Written::Boolean(condition), pos));
    Positioned::new(Directive { name: Positioned::new(Name::new(name), pos), arguments: vec![argument] }, pos)
}
