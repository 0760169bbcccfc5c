//! What is executed of an operation: each field once, without fragments, and without what `@skip` and `@include` leave out
//! (`CollectFields` of the specification, section 6.3.2). async-graphql would execute a field as often as it is selected, a
//! mutation too; and of two objects that it puts together, it takes the one that is left when the other became null.
//!
//! Where an interface or a union stands, what is asked of each object that it may be stands in a fragment of its own.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value, Variables,
    parser::types::{
        Directive, Field, FragmentDefinition, InlineFragment, OperationDefinition, Selection, SelectionSet,
        TypeCondition,
    },
};
use async_graphql_value::Value as Written;

use super::{
    catalog::{self, Catalog, named},
    error::{code, coded},
};

/// Makes an operation of a document that was found to be good one that is executed as it is meant. The variables have their
/// defaults. Fails where a condition is neither true nor false.
pub(super) fn flatten(
    catalog: &Catalog,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<OperationDefinition, ServerError> {
    let flatten = Flatten { catalog, fragments, variables };
    let set = &operation.selection_set;
    Ok(OperationDefinition {
        ty: operation.ty,
        variable_definitions: operation.variable_definitions.clone(),
        directives: Vec::new(),
        selection_set: Positioned::new(flatten.set(&[&set.node], Some(catalog::root(operation.ty)))?, set.pos),
    })
}

/// What a condition is, with the defaults of variables among their values.
pub(super) fn condition_of(condition: &Written, variables: &Variables) -> Option<bool> {
    match condition {
        Written::Boolean(condition) => Some(*condition),
        Written::Variable(name) => match variables.get(name)? {
            Value::Boolean(condition) => Some(*condition),
            _ => None,
        },
        _ => None,
    }
}

struct Flatten<'a> {
    catalog: &'a Catalog,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
}

/// The fields that are selected of an object, in their order.
#[derive(Default)]
struct Collected<'a> {
    fields: Vec<Group<'a>>,
    places: HashMap<&'a Name, usize>,
    /// The fragments that were spread: once is enough.
    spread: HashSet<&'a Name>,
}

/// Fields with the same key, which are the same (see [`super::merging`]), and all that is selected below them.
struct Group<'a> {
    first: &'a Positioned<Field>,
    below: Vec<&'a SelectionSet>,
}

impl<'a> Flatten<'a> {
    /// All that is selected of a type; of one of introspection, when the catalog does not know it.
    fn set(&self, sets: &[&'a SelectionSet], ty: Option<&'a str>) -> Result<SelectionSet, ServerError> {
        let possible = ty.map_or(&[] as &[Name], |ty| self.catalog.possible(ty));
        let is_object = matches!(possible, [only] if ty == Some(only));
        let mut selections = sets.iter().flat_map(|set| &set.items);
        let Some(pos) = selections.clone().next().map(|item| item.pos) else { return Ok(SelectionSet::default()) };
        let mut items = Vec::new();
        if is_object || possible.is_empty() || selections.all(|item| matches!(item.node, Selection::Field(_))) {
            items = self.object(sets, ty)?;
        } else {
            for object in possible {
                items.push(fragment(Some(object), self.object(sets, Some(object))?, pos));
            }
        }
        // An object of which everything is left out is an object without fields.
        if items.is_empty() {
            items.push(fragment(None, Vec::new(), pos));
        }
        Ok(SelectionSet { items })
    }

    fn object(
        &self,
        sets: &[&'a SelectionSet],
        ty: Option<&'a str>,
    ) -> Result<Vec<Positioned<Selection>>, ServerError> {
        let mut collected = Collected::default();
        for set in sets {
            self.collect(set, ty, &mut collected)?;
        }
        let field = |Group { first, below }: Group<'a>| {
            let Field { alias, name, arguments, selection_set, .. } = &first.node;
            let of = ty.and_then(|ty| self.catalog.field(ty, &name.node)).map(|field| named(&field.ty).0.as_str());
            let field = Field {
                alias: alias.clone(),
                name: name.clone(),
                arguments: arguments.clone(),
                directives: Vec::new(),
                selection_set: Positioned::new(self.set(&below, of)?, selection_set.pos),
            };
            Ok(Positioned::new(Selection::Field(Positioned::new(field, first.pos)), first.pos))
        };
        collected.fields.into_iter().map(field).collect()
    }

    fn collect(
        &self,
        set: &'a SelectionSet,
        ty: Option<&str>,
        collected: &mut Collected<'a>,
    ) -> Result<(), ServerError> {
        for Positioned { node: selection, .. } in &set.items {
            if self.are_leaving_out(selection.directives())? {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let next = collected.fields.len();
                    let place = *collected.places.entry(key).or_insert(next);
                    if place == next {
                        collected.fields.push(Group { first: field, below: Vec::new() });
                    }
                    collected.fields[place].below.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.is_about(&condition.node, ty)) {
                        self.collect(&inline.node.selection_set.node, ty, collected)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some((name, fragment)) = self.fragments.get_key_value(&spread.node.fragment_name.node)
                        && self.is_about(&fragment.node.type_condition.node, ty)
                        && collected.spread.insert(name)
                    {
                        self.collect(&fragment.node.selection_set.node, ty, collected)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a fragment is about an object. The types of introspection are all objects.
    fn is_about(&self, condition: &TypeCondition, ty: Option<&str>) -> bool {
        ty.is_none_or(|ty| self.catalog.possible(&condition.on.node).iter().any(|object| object == ty))
    }

    fn are_leaving_out(&self, directives: &[Positioned<Directive>]) -> Result<bool, ServerError> {
        let mut is_left_out = false;
        for Positioned { node: directive, pos } in directives {
            let condition = directive.get_argument("if").and_then(|it| condition_of(&it.node, self.variables));
            let is_true = condition.ok_or_else(|| unconditional(directive, *pos))?;
            is_left_out |= is_true == (directive.name.node == "skip");
        }
        Ok(is_left_out)
    }
}

/// A fragment about an object, or about any.
fn fragment(object: Option<&Name>, items: Vec<Positioned<Selection>>, pos: Pos) -> Positioned<Selection> {
    let condition = |object: &Name| TypeCondition { on: Positioned::new(object.clone(), pos) };
    let inline = InlineFragment {
        type_condition: object.map(|object| Positioned::new(condition(object), pos)),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet { items }, pos),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
}

/// A variable that is null in spite of its default. Other directives there are none.
fn unconditional(directive: &Directive, pos: Pos) -> ServerError {
    let message = format!("@{} needs a condition that is true or false", directive.name.node);
    coded(ServerError::new(message, Some(pos)), code::GRAPHQL_VALIDATION_FAILED)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::ExecutableDocument};
    use serde_json::json;

    use super::*;

    fn shown(set: &SelectionSet) -> String {
        let below =
            |set: &SelectionSet| if set.items.is_empty() { String::new() } else { format!("{{{}}}", shown(set)) };
        let item = |selection: &Selection| match selection {
            Selection::Field(Positioned { node: field, .. }) => {
                format!("{}{}", field.response_key().node, below(&field.selection_set.node))
            }
            Selection::InlineFragment(Positioned { node: inline, .. }) => {
                let on = inline.type_condition.as_ref().map_or("", |condition| &condition.node.on.node);
                format!("...{on}{}", below(&inline.selection_set.node))
            }
            Selection::FragmentSpread(_) => "...".to_owned(),
        };
        set.items.iter().map(|selection| item(&selection.node)).collect::<Vec<_>>().join(" ")
    }

    fn flat(query: &str) -> String {
        let catalog = Catalog::of(&crate::graphql::sdl());
        let document: ExecutableDocument = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let variables = Variables::from_json(json!({ "yes": true, "no": false }));
        match flatten(&catalog, &document.fragments, &operation.node, &variables) {
            Ok(operation) => shown(&operation.selection_set.node),
            Err(error) => error.message,
        }
    }

    #[test]
    fn what_is_selected_twice_is_selected_once() {
        for (query, expected) in [
            ("{ viewer { id } a: rateLimit { cost } viewer { email id } }", "viewer{id email} a{cost}"),
            (
                "{ globalFeed(first: 1, after: $v) { nodes { id } } globalFeed(after: $v, first: 1) { nodes { body } } }",
                "globalFeed{nodes{id body}}",
            ),
            (
                "{ ...A ...B ... { ...A } } fragment A on Query { post(id: 1) { parent { id } } }
                 fragment B on Query { ... on Query { post(id: 1) { ...P parent { ...P ... on Node { id } } } } }
                 fragment P on Post { body ... on Post { author { id } } ... on Profile { handle } }",
                "post{parent{id body author{id}} body author{id}}",
            ),
            (
                "mutation { ...M ...M } fragment M on Mutation { signOut(input: $v) { userErrors { code } } }",
                "signOut{userErrors{code}}",
            ),
            (
                "{ __type(name: 1) { ...T name } } fragment T on __Type { name fields { name ...F } } fragment F on __Field { name }",
                "__type{name fields{name}}",
            ),
        ] {
            assert_eq!(flat(query), expected, "{query}");
        }
    }

    #[test]
    fn what_is_left_out_is_gone() {
        for (query, expected) in [
            ("{ a: viewer @skip(if: $yes) { id } b: viewer @include(if: $yes) @skip(if: $no) { id } }", "b{id}"),
            (
                "{ ... @include(if: $no) { viewer { id } } ...F @skip(if: false) } fragment F on Query { rateLimit { cost } }",
                "rateLimit{cost}",
            ),
            // Left out the first time, and spread the second.
            ("{ ...F @skip(if: true) ...F } fragment F on Query { rateLimit { cost } }", "rateLimit{cost}"),
            ("{ viewer { id @skip(if: true) } }", "viewer{...}"),
            ("{ viewer @skip(if: true) { id } }", "..."),
        ] {
            assert_eq!(flat(query), expected, "{query}");
        }
    }

    #[test]
    fn each_object_that_something_may_be_has_its_own() {
        let query = "{ search(query: 1) { nodes { __typename ... on Post { a: body author { id } } ...N
            ... on Hashtag { a: name } ... on Post { author { handle } } } } } fragment N on Node { id }";
        let expected = "search{nodes{...Profile{__typename id} ...Post{__typename a author{id handle} id} ...Hashtag{__typename a}}}";
        assert_eq!(flat(query), expected);
        assert_eq!(flat("{ node(id: 1) { id } node(id: 1) { __typename } }"), "node{id __typename}");
    }

    #[test]
    fn a_condition_is_true_or_false() {
        assert!(flat("{ viewer @skip(if: $null) { id } }").contains("needs a condition"));
    }
}
