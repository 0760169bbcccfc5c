//! From the text of a request to an operation that may be executed: within all limits, with its values checked.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Request, ServerError,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

use super::{
    Api, Named, absent, account,
    documents::Found,
    dry_run,
    error::{code, coded, without_value},
    flatten, input,
    limits::{Exceeded, cost, lexical, shape, values},
    validate,
};
use crate::metrics;

/// An operation that may be executed.
pub struct Operation {
    pub(super) request: Request,
    /// The name by which its document is to be remembered, once it proves to be good.
    pub(super) remember: Option<String>,
    /// What it is called by those who watch the server.
    pub(super) label: metrics::Operation,
    /// What kind of operation it is.
    pub kind: OperationType,
    /// What it costs at most.
    pub cost: u64,
    /// Whether that is all that is asked: then nothing is charged.
    pub is_dry: bool,
}

impl Api {
    /// Prepares a request, or says what is wrong with it.
    ///
    /// The document is parsed here, so that a syntax error can leave without the source line that async-graphql would
    /// quote (it may hold a password), and so that it is measured before anything walks it.
    pub fn prepare(&self, named: Named, mut request: Request) -> Result<Operation, Vec<ServerError>> {
        let Found { text, remember, is_built_in } = self.documents.find(named).map_err(|error| vec![error])?;
        request.query = text;
        let exceeded = |exceeded: Exceeded| vec![exceeded.error()];
        lexical::check(&request.query, &self.limits).map_err(exceeded)?;
        values::check(&request.variables, &self.limits).map_err(exceeded)?;
        let document = parser::parse_query(&request.query).map_err(|error| vec![parse_error(&error)])?;
        shape::check(&document, &self.limits).map_err(exceeded)?;
        let name = request.operation_name.take();
        let operation = chosen(&document, name.as_deref()).map_err(|message| vec![invalid(message)])?;
        self.checked(validate::faults(&self.schema, &self.catalog, &document))?;
        // async-graphql looks for defaults where a variable stands in an argument; in `@skip` and `@include` it takes one
        // that is not given for false.
        for definition in operation.variable_definitions.iter().map(|definition| &definition.node) {
            if let Some(default) = &definition.default_value {
                request.variables.entry(definition.name.node.clone()).or_insert_with(|| default.node.clone());
            }
        }
        let variables = &request.variables;
        self.checked(input::faults_of_variables(&self.catalog, operation, variables))?;
        let absent = absent::absent(operation, variables);
        let mut operation = flatten::flatten(&self.catalog, &document.fragments, operation, variables)
            .map_err(|conflict| vec![conflict])?;
        let cost = cost::estimate(&self.catalog, &self.limits, &operation, variables);
        let is_dry = dry_run::is_asked(&operation, variables);
        if cost > self.limits.cost && !is_dry {
            return Err(exceeded(Exceeded::Cost { cost, most: self.limits.cost }));
        }
        let kind = operation.ty;
        let trusted = name.as_deref().or_else(|| only_name(&document)).filter(|_| is_built_in);
        let label = account::label(&self.catalog, &operation, trusted);
        if is_dry {
            dry_run::leave_rest_out(&mut operation);
        }
        absent::leave_out(&self.catalog, &mut operation, &absent);
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Single(Positioned::new(operation, Pos::default())),
            fragments: HashMap::new(),
        });
        Ok(Operation { request, remember, label, kind, cost, is_dry })
    }

    /// That there are no faults; or as many of them as an answer has.
    fn checked(&self, mut faults: Vec<ServerError>) -> Result<(), Vec<ServerError>> {
        faults.truncate(self.limits.errors);
        let coded = |fault| coded(without_value(fault), code::GRAPHQL_VALIDATION_FAILED);
        if faults.is_empty() { Ok(()) } else { Err(faults.into_iter().map(coded).collect()) }
    }
}

/// The operation of this name, or the only one.
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, &'static str> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(_), None) => return Err("several operations: say by operationName which one"),
        (DocumentOperations::Single(_), Some(_)) => None,
    };
    operation.map(|operation| &operation.node).ok_or("the document has no operation of that name")
}

/// The name of the only operation.
fn only_name(document: &ExecutableDocument) -> Option<&str> {
    match &document.operations {
        DocumentOperations::Multiple(operations) => operations.keys().next().map(Name::as_str),
        DocumentOperations::Single(_) => None,
    }
}

fn invalid(message: &str) -> ServerError {
    coded(ServerError::new(message, None), code::GRAPHQL_VALIDATION_FAILED)
}

fn parse_error(error: &parser::Error) -> ServerError {
    let message = match error {
        parser::Error::RecursionLimitExceeded => return Exceeded::Nesting.error(),
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
    coded(answer, code::GRAPHQL_PARSE_FAILED)
}
