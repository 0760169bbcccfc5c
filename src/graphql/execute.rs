//! Executing an operation, and giving every error its code.

use std::{pin::Pin, sync::Arc};

use async_graphql::{Name, Response, ServerError, Value};
use futures_util::{Stream, StreamExt};

use tracing::Instrument;

use super::{
    Api, Live, Operation, ViewerContext,
    account::Account,
    error::{code, coded, without_value},
};
use crate::{
    domain::budget::Standing,
    metrics::{accounted, accounted_stream},
};

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The operation was executed, with or without errors in its fields.
    Executed(Response),
    /// It was not: there is no data, only the reasons.
    Refused(Vec<ServerError>),
}

/// What an operation costs, and how the budget stands that it was charged to.
#[derive(Clone, Copy, Debug)]
pub struct Charged {
    /// What it costs at most.
    pub cost: u64,
    /// The budget.
    pub standing: Standing,
}

impl Charged {
    /// As it is told in `extensions.cost` to those who ask for it there.
    fn extension(self) -> Value {
        let standing = self.standing;
        let fields = [
            (Name::new("cost"), self.cost.into()),
            (Name::new("limit"), standing.limit.into()),
            (Name::new("remaining"), standing.remaining.into()),
            (Name::new("resetAt"), standing.resets_at.to_rfc3339().into()),
        ];
        Value::Object(fields.into_iter().collect())
    }
}

impl Api {
    /// Executes an operation for a viewer.
    pub async fn execute(&self, mut operation: Operation, vc: ViewerContext, charged: Charged) -> Outcome {
        let mut account = self.account(&operation, &vc);
        let mut remember = self.memory_of(&mut operation);
        let tells_cost = tells_cost(&operation);
        let work = self.schema.execute(operation.request.data(vc).data(charged)).instrument(account.span());
        let mut response = accounted(Arc::clone(&account.spent), work).await;
        if tells_cost {
            response.extensions.insert("cost".to_owned(), charged.extension());
        }
        let outcome = outcome(response, self.limits.errors);
        account.answered(&outcome);
        remember(&outcome);
        outcome
    }

    /// Executes an operation for a viewer on a live connection: one answer to a query or a mutation, one for each event of
    /// a subscription. Whatever is refused ends the stream. Events carry their ids in `extensions.eventId`.
    pub fn execute_stream(
        &self,
        mut operation: Operation,
        vc: ViewerContext,
        live: Live,
        charged: Charged,
    ) -> Pin<Box<dyn Stream<Item = Outcome> + Send>> {
        let mut account = self.account(&operation, &vc);
        let mut remember = self.memory_of(&mut operation);
        // With the first event: at the others, it is long ago how the budget stood.
        let mut cost = tells_cost(&operation).then(|| charged.extension());
        let live = Arc::new(live);
        let most_errors = self.limits.errors;
        let answers = self.schema.execute_stream(operation.request.data(vc).data(charged).data(Arc::clone(&live)));
        Box::pin(accounted_stream(Arc::clone(&account.spent), account.span(), answers).map(move |mut response| {
            if let Some(id) = live.take_event_id() {
                response.extensions.insert("eventId".to_owned(), id.into());
            }
            if let Some(cost) = cost.take() {
                response.extensions.insert("cost".to_owned(), cost);
            }
            let outcome = outcome(response, most_errors);
            account.answered(&outcome);
            remember(&outcome);
            outcome
        }))
    }

    /// What remembers the document of an operation, if it is to be, once it proves to be good.
    fn memory_of(&self, operation: &mut Operation) -> impl FnMut(&Outcome) + Send + use<> {
        let mut open = operation.remember.take().map(|name| (name, operation.request.query.clone()));
        let documents = Arc::clone(&self.documents);
        move |outcome| {
            if let Some((name, text)) = open.take_if(|_| matches!(outcome, Outcome::Executed(_))) {
                documents.remember(name, &text);
            }
        }
    }

    fn account(&self, operation: &Operation, vc: &ViewerContext) -> Account {
        let metrics = Arc::clone(vc.domain().metrics());
        Account::new(metrics, operation.label.clone(), operation.request.query.clone(), self.slow)
    }
}

/// Whether an operation asks for its cost besides its answer.
fn tells_cost(operation: &Operation) -> bool {
    operation.request.extensions.get("cost") == Some(&Value::Boolean(true))
}

fn outcome(mut response: Response, most_errors: usize) -> Outcome {
    response.errors.truncate(most_errors);
    // An error without a path is of the request: nothing was executed. One with a path and without a code is of a value
    // that a scalar refused.
    if response.errors.iter().any(|error| error.path.is_empty()) {
        let refused = |error| coded(without_value(error), code::GRAPHQL_VALIDATION_FAILED);
        let errors = response.errors.into_iter().map(refused);
        return Outcome::Refused(errors.collect());
    }
    response.errors = response.errors.into_iter().map(refused_value).collect();
    Outcome::Executed(response)
}

/// The error of a field. One without a code is of a value that was refused.
fn refused_value(mut error: ServerError) -> ServerError {
    if error.extensions.as_ref().is_none_or(|extensions| extensions.get("code").is_none()) {
        error = without_value(error);
    }
    coded(error, code::BAD_USER_INPUT)
}
