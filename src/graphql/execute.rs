//! Executing an operation: parse, execute, and give every error its code.

use async_graphql::{Request, Response, ServerError, parser};

use super::{Schema, ViewerContext, error::code};

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
pub async fn execute(schema: &Schema, mut request: Request, vc: ViewerContext) -> Outcome {
    match parser::parse_query(&request.query) {
        Ok(document) => request.set_parsed_query(document),
        Err(error) => return Outcome::Refused(vec![coded(parse_error(&error), code::GRAPHQL_PARSE_FAILED)]),
    }
    let mut response = schema.execute(request.data(vc)).await;
    // An error without a path is of the request: nothing was executed. One with a path and without a code is of a value
    // that a scalar refused.
    if response.errors.iter().any(|error| error.path.is_empty()) {
        let errors = response.errors.into_iter().map(|error| coded(error, code::GRAPHQL_VALIDATION_FAILED));
        return Outcome::Refused(errors.collect());
    }
    response.errors = response.errors.into_iter().map(|error| coded(error, code::BAD_USER_INPUT)).collect();
    Outcome::Executed(response)
}

/// The error with this code, unless it has one.
fn coded(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    error
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
