//! Whether a document is good, whatever the values of its variables and whichever of its operations is executed. It is looked
//! at as it was written: what is executed of it is another thing (see [`super::flatten`]).

use std::{collections::HashSet, mem::take};

use async_graphql::{
    Name, Pos, Positioned, Request, ServerError,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, InlineFragment, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use futures_util::FutureExt;

use super::{
    Schema,
    catalog::{Catalog, Kind, named},
    error::{code, coded},
    input, merging, positions,
};

/// Why a subscription is none (section 5.2.4.1 of the specification).
const MESSAGE: &str = "a subscription has one field at its root, without @skip or @include";

/// What async-graphql begins with where it cannot put fields together.
const CONFLICT: &str = "Fields \"";

/// What is wrong with a document whose shape has been checked.
pub(super) fn faults(schema: &Schema, catalog: &Catalog, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut faults = types(catalog, document);
    // async-graphql panics at what has no type.
    if faults.is_empty() {
        faults = by_library(schema, document);
        let operations = document.operations.iter().map(|(_, operation)| operation);
        let of_many = operations
            .filter(|operation| operation.node.ty == OperationType::Subscription && !is_one(document, &operation.node));
        faults.extend(of_many.map(|operation| invalid(MESSAGE.to_owned(), operation.pos)));
    }
    // Of fields that there are, none of an interface has fields below it: else what is put together would grow with each
    // level.
    if faults.is_empty() {
        faults.extend(merging::faults(catalog, document));
        faults.extend(positions::faults(catalog, document));
        let operations = document.operations.iter().map(|(_, operation)| &operation.node);
        faults.extend(operations.flat_map(|operation| input::faults_of_defaults(catalog, operation)));
    }
    faults
}

/// Variables whose types there are not, or not of values.
fn types(catalog: &Catalog, document: &ExecutableDocument) -> Vec<ServerError> {
    let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let is_known = |name: &Name| matches!(catalog.kind(name), Some(Kind::Scalar | Kind::Enum(_) | Kind::Input { .. }));
    let unknown = definitions.filter(|definition| !is_known(named(&definition.node.var_type.node).0));
    unknown
        .map(|definition| {
            let message = format!("the variable ${} is of a type that there is not for values", definition.node.name);
            invalid(message, definition.pos)
        })
        .collect()
}

/// What async-graphql says, which looks at a document before it executes one of its operations: here one that asks for
/// nothing, with no values.
fn by_library(schema: &Schema, document: &ExecutableDocument) -> Vec<ServerError> {
    // No client can write these names.
    let (nothing, only) = (Name::new("nothing at all"), Name::new("(anonymous)"));
    let mut operations = match &document.operations {
        DocumentOperations::Single(operation) => [(only, operation.clone())].into(),
        DocumentOperations::Multiple(operations) => operations.clone(),
    };
    let mut fragments = document.fragments.clone();
    let of_operations = operations.values_mut().map(|operation| &mut operation.node.selection_set.node);
    for set in of_operations.chain(fragments.values_mut().map(|fragment| &mut fragment.node.selection_set.node)) {
        show_directives(set);
    }
    operations.insert(nothing.clone(), Positioned::new(ask_nothing(), Pos::default()));
    let document = ExecutableDocument { operations: DocumentOperations::Multiple(operations), fragments };
    let mut request = Request::new("").operation_name(nothing.as_str());
    request.set_parsed_query(document);
    match schema.execute(request).now_or_never() {
        // Of its rule about fields with the same key, nothing is taken (see `merging`).
        Some(response) => response.errors.into_iter().filter(|error| !error.message.starts_with(CONFLICT)).collect(),
        None => vec![coded(ServerError::new("the document cannot be checked", None), code::INTERNAL_SERVER_ERROR)],
    }
}

/// Puts the directives of `__typename` around it: async-graphql does not look at those that it has.
fn show_directives(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) if field.node.name.node == "__typename" && !field.node.directives.is_empty() => {
                let (pos, directives) = (item.pos, take(&mut field.node.directives));
                let selection_set = Positioned::new(SelectionSet { items: vec![item.clone()] }, pos);
                let inline = InlineFragment { type_condition: None, directives, selection_set };
                item.node = Selection::InlineFragment(Positioned::new(inline, pos));
            }
            Selection::Field(field) => show_directives(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => show_directives(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// `query { __typename }`.
fn ask_nothing() -> OperationDefinition {
    let field = Field {
        alias: None,
        name: Positioned::new(Name::new("__typename"), Pos::default()),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    let selection = Selection::Field(Positioned::new(field, Pos::default()));
    let set = SelectionSet { items: vec![Positioned::new(selection, Pos::default())] };
    OperationDefinition {
        ty: OperationType::Query,
        variable_definitions: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(set, Pos::default()),
    }
}

/// Whether an operation has one field at its root, for certain.
fn is_one(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    let mut keys = HashSet::new();
    is_certain(document, &operation.selection_set.node, &mut keys) && keys.len() == 1
}

/// Gathers the keys at a root; says whether nothing there has a directive.
fn is_certain<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, keys: &mut HashSet<&'a Name>) -> bool {
    set.items.iter().all(|Positioned { node: selection, .. }| {
        selection.directives().is_empty()
            && match selection {
                Selection::Field(field) => {
                    keys.insert(&field.node.response_key().node);
                    true
                }
                Selection::InlineFragment(inline) => is_certain(document, &inline.node.selection_set.node, keys),
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    fragment.is_none_or(|fragment| is_certain(document, &fragment.node.selection_set.node, keys))
                }
            }
    })
}

fn invalid(message: String, pos: Pos) -> ServerError {
    coded(ServerError::new(message, Some(pos)), code::GRAPHQL_VALIDATION_FAILED)
}
