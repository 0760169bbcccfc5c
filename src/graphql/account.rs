//! What becomes of an operation: told to the numbers when it has ended, and to the log when it took long.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Name,
    parser::types::{OperationDefinition, OperationType, Selection},
};
use tokio::time::Instant;
use tracing::Span;

use super::{
    catalog::{self, Catalog},
    documents::sha256,
    execute::Outcome,
};
use crate::metrics::{self, Metrics, Spent};

/// The name of an operation for those who watch the server: the one that it has in the manifest, or else its root field.
/// Neither is for a client to choose.
pub(super) fn label(catalog: &Catalog, operation: &OperationDefinition, trusted: Option<&str>) -> metrics::Operation {
    let kind = match operation.ty {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    let is_known = |name: &Name| catalog.field(catalog::root(operation.ty), name).is_some();
    let mut fields = operation.selection_set.node.items.iter().filter_map(|item| match &item.node {
        Selection::Field(field) => Some(&field.node.name.node).filter(|name| is_known(name)),
        _ => None,
    });
    let first = fields.next();
    let operation = match (trusted, first) {
        (Some(name), _) => name.to_owned(),
        (None, Some(name)) if fields.all(|other| other == name) => name.to_string(),
        (None, Some(_)) => "(several)".to_owned(),
        (None, None) => "(other)".to_owned(),
    };
    metrics::Operation { operation, kind }
}

/// An operation that goes on. When this is dropped it has ended, whoever ended it.
pub(super) struct Account {
    metrics: Arc<Metrics>,
    operation: metrics::Operation,
    /// The document, for its hash.
    text: String,
    began: Instant,
    slow: Duration,
    outcome: metrics::Outcome,
    /// What it costs the database.
    pub spent: Arc<Spent>,
}

impl Account {
    pub fn new(metrics: Arc<Metrics>, operation: metrics::Operation, text: String, slow: Duration) -> Self {
        // Whoever watches leaves when there is nothing more to see.
        let is_watched = operation.kind == "subscription";
        let outcome = if is_watched { metrics::Outcome::Ok } else { metrics::Outcome::Left };
        Self { metrics, operation, text, began: Instant::now(), slow, outcome, spent: Arc::default() }
    }

    /// What traces tell of it.
    pub fn span(&self) -> Span {
        let kind = self.operation.kind;
        let span =
            tracing::debug_span!("operation", kind, name = self.operation.operation, hash = tracing::field::Empty);
        if !span.is_disabled() {
            span.record("hash", sha256(&self.text));
        }
        span
    }

    /// It was answered so.
    pub fn answered(&mut self, outcome: &Outcome) {
        self.outcome = match outcome {
            Outcome::Executed(response) if response.errors.is_empty() => metrics::Outcome::Ok,
            _ => metrics::Outcome::Errors,
        };
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let elapsed = self.began.elapsed();
        self.metrics.operation(&self.operation, self.outcome, elapsed);
        if elapsed >= self.slow && self.operation.kind != "subscription" {
            let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(
                hash = sha256(&self.text),
                operation = self.operation.operation,
                milliseconds = milliseconds(elapsed),
                statements = self.spent.statements(),
                sql_milliseconds = milliseconds(self.spent.time()),
                "a slow operation"
            );
        }
    }
}
