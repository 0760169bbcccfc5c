//! Executing an operation: parse, execute, and give every error its code.

use std::{pin::Pin, sync::Arc};

use async_graphql::{
    Request, Response, ServerError, Value, Variables,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument},
    },
};

use futures_util::{Stream, StreamExt, stream};

use super::{Live, Schema, ViewerContext, error::code, nesting, root};

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The operation was executed, with or without errors in its fields.
    Executed(Response),
    /// It was not: there is no data, only the reasons.
    Refused(Vec<ServerError>),
}

/// Executes one operation for a viewer.
///
/// The document is parsed here, so that a syntax error can leave without the source line that async-graphql would
/// quote (it may hold a password), and so that limits have a place to measure it before anything walks it.
pub async fn execute(schema: &Schema, request: Request, vc: ViewerContext) -> Outcome {
    match prepared(request) {
        Ok(request) => outcome(schema.execute(request.data(vc)).await),
        Err(errors) => Outcome::Refused(errors),
    }
}

/// Executes one operation for a viewer on a live connection: one answer to a query or a mutation, one for each event of a
/// subscription. Whatever is refused ends the stream. Events carry their ids in `extensions.eventId`.
pub fn execute_stream(
    schema: &Schema,
    request: Request,
    vc: ViewerContext,
    live: Live,
) -> Pin<Box<dyn Stream<Item = Outcome> + Send>> {
    let request = match prepared(request) {
        Ok(request) => request,
        Err(errors) => return Box::pin(stream::once(async { Outcome::Refused(errors) })),
    };
    let live = Arc::new(live);
    let answers = schema.execute_stream(request.data(vc).data(Arc::clone(&live)));
    Box::pin(answers.map(move |mut response| {
        if let Some(id) = live.take_event_id() {
            response.extensions.insert("eventId".to_owned(), id.into());
        }
        outcome(response)
    }))
}

/// The request with its document parsed, or what is wrong with it.
fn prepared(mut request: Request) -> Result<Request, Vec<ServerError>> {
    if nesting::is_too_deep(&request.query) {
        return Err(vec![too_deep()]);
    }
    match parser::parse_query(&request.query) {
        Ok(mut document) => {
            root::settle(&mut document)
                .map_err(|message| vec![coded(ServerError::new(message, None), code::GRAPHQL_VALIDATION_FAILED)])?;
            let missing = missing_variables(&document, request.operation_name.as_deref(), &request.variables);
            if !missing.is_empty() {
                return Err(missing);
            }
            request.set_parsed_query(document);
            Ok(request)
        }
        Err(parser::Error::RecursionLimitExceeded) => Err(vec![too_deep()]),
        Err(error) => Err(vec![coded(parse_error(&error), code::GRAPHQL_PARSE_FAILED)]),
    }
}

fn outcome(mut response: Response) -> Outcome {
    // An error without a path is of the request: nothing was executed. One with a path and without a code is of a value
    // that a scalar refused.
    if response.errors.iter().any(|error| error.path.is_empty()) {
        let errors = response.errors.into_iter().map(|error| coded(error, code::GRAPHQL_VALIDATION_FAILED));
        return Outcome::Refused(errors.collect());
    }
    response.errors = response.errors.into_iter().map(refused_value).collect();
    Outcome::Executed(response)
}

/// An error for each variable that the operation cannot do without and that has no value. async-graphql would notice
/// when it comes to the field, with the mutations before it done.
fn missing_variables(document: &ExecutableDocument, name: Option<&str>, given: &Variables) -> Vec<ServerError> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(_), None) => None,
    };
    let definitions = operation.iter().flat_map(|operation| &operation.node.variable_definitions);
    definitions
        .filter(|definition| {
            let value = given.get(&definition.node.name.node);
            let is_given = match value {
                None => definition.node.default_value.is_some(),
                Some(value) => *value != Value::Null,
            };
            !definition.node.var_type.node.nullable && !is_given
        })
        .map(|definition| {
            let message = format!("the variable ${} needs a value", definition.node.name.node);
            coded(ServerError::new(message, Some(definition.pos)), code::GRAPHQL_VALIDATION_FAILED)
        })
        .collect()
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

/// The error with this code, unless it has one.
fn coded(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    error
}

fn too_deep() -> ServerError {
    coded(ServerError::new("the document is nested too deeply", None), code::QUERY_TOO_DEEP)
}

fn parse_error(error: &parser::Error) -> ServerError {
    let message = match error {
        parser::Error::MultipleRoots { .. } => "the schema has several roots of the same kind",
        parser::Error::MultipleOperations { .. } | parser::Error::OperationDuplicated { .. } => {
            "operations must have different names, and several of them each need one"
        }
        parser::Error::FragmentDuplicated { .. } => "fragments must have different names",
        parser::Error::MissingOperation => "the document has no operation",
        _ => "syntax error",
    };
    let mut answer = ServerError::new(message, None);
    answer.locations = error.positions().collect();
    answer
}
