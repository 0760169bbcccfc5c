//! Executing an operation, and giving every error its code.

use std::{pin::Pin, sync::Arc};

use async_graphql::{Response, ServerError};
use futures_util::{Stream, StreamExt};

use super::{
    Api, Live, Operation, ViewerContext,
    error::{code, coded},
};

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The operation was executed, with or without errors in its fields.
    Executed(Response),
    /// It was not: there is no data, only the reasons.
    Refused(Vec<ServerError>),
}

impl Api {
    /// Executes an operation for a viewer.
    pub async fn execute(&self, operation: Operation, vc: ViewerContext) -> Outcome {
        outcome(self.schema.execute(operation.request.data(vc)).await, self.limits.errors)
    }

    /// Executes an operation for a viewer on a live connection: one answer to a query or a mutation, one for each event of
    /// a subscription. Whatever is refused ends the stream. Events carry their ids in `extensions.eventId`.
    pub fn execute_stream(
        &self,
        operation: Operation,
        vc: ViewerContext,
        live: Live,
    ) -> Pin<Box<dyn Stream<Item = Outcome> + Send>> {
        let live = Arc::new(live);
        let most_errors = self.limits.errors;
        let answers = self.schema.execute_stream(operation.request.data(vc).data(Arc::clone(&live)));
        Box::pin(answers.map(move |mut response| {
            if let Some(id) = live.take_event_id() {
                response.extensions.insert("eventId".to_owned(), id.into());
            }
            outcome(response, most_errors)
        }))
    }
}

fn outcome(mut response: Response, most_errors: usize) -> Outcome {
    response.errors.truncate(most_errors);
    // An error without a path is of the request: nothing was executed. One with a path and without a code is of a value
    // that a scalar refused.
    if response.errors.iter().any(|error| error.path.is_empty()) {
        let errors = response.errors.into_iter().map(|error| coded(error, code::GRAPHQL_VALIDATION_FAILED));
        return Outcome::Refused(errors.collect());
    }
    response.errors = response.errors.into_iter().map(refused_value).collect();
    Outcome::Executed(response)
}

/// The error of a field. One without a code is of a value that was refused, and async-graphql quotes the value, which
/// may be a password in the wrong place.
fn refused_value(mut error: ServerError) -> ServerError {
    if error.extensions.as_ref().is_none_or(|extensions| extensions.get("code").is_none())
        && let Some(at) = error.message.find(", found ")
    {
        error.message.truncate(at);
    }
    coded(error, code::BAD_USER_INPUT)
}
