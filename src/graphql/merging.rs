//! Whether fields with the same key can be put together (section 5.3.2 of the specification), in every operation of a
//! document and whatever is left out of it. async-graphql has this rule as well, but takes what stands in a fragment without
//! a condition for fields of one type, wherever that is.
//!
//! Fields that one object may have have to be the same. Of others, whose keys meet in answers of different objects, the
//! values have to be of one shape, or no client could give them a type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{BaseType, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet, Type},
};

use super::{
    catalog::{self, Catalog, Kind},
    error::{code, coded},
};

/// Why fields of a key cannot be put together.
const OTHER_FIELD: &str = "is selected twice, as different fields or with different arguments: use an alias";
const OTHER_SHAPE: &str = "is of different types in different objects, if only in whether it may be null: use an alias";

/// What cannot be put together in a document whose fields there are, and whose shape has been checked: the first such fields of each operation.
pub(super) fn faults(catalog: &Catalog, document: &ExecutableDocument) -> Vec<ServerError> {
    let merging = Merging { catalog, fragments: &document.fragments };
    let operations = document.operations.iter().map(|(_, operation)| &operation.node);
    let faults = operations.filter_map(|operation| {
        let selected = merging.selected([(Some(catalog::root(operation.ty)), &operation.selection_set.node)]);
        merging.are_same(&selected).and_then(|()| merging.are_alike(&selected)).err()
    });
    faults.collect()
}

struct Merging<'a> {
    catalog: &'a Catalog,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

/// A field that is selected, and of which type; of none that the catalog knows, in introspection.
#[derive(Clone, Copy)]
struct Selected<'a> {
    of: Option<&'a str>,
    field: &'a Positioned<Field>,
}

type Sets<'a> = (Option<&'a str>, &'a SelectionSet);

impl<'a> Merging<'a> {
    /// The fields that are selected in these sets and their fragments.
    fn selected(&self, sets: impl IntoIterator<Item = Sets<'a>>) -> Vec<Selected<'a>> {
        let (mut selected, mut spread) = (Vec::new(), HashSet::new());
        for (of, set) in sets {
            self.gather(of, set, &mut spread, &mut selected);
        }
        selected
    }

    fn gather(
        &self,
        of: Option<&'a str>,
        set: &'a SelectionSet,
        spread: &mut HashSet<&'a Name>,
        selected: &mut Vec<Selected<'a>>,
    ) {
        for Positioned { node: selection, .. } in &set.items {
            match selection {
                Selection::Field(field) => selected.push(Selected { of, field }),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| self.known(&condition.node.on.node));
                    self.gather(of, &inline.node.selection_set.node, spread, selected);
                }
                Selection::FragmentSpread(one) => {
                    if let Some((name, fragment)) = self.fragments.get_key_value(&one.node.fragment_name.node)
                        && spread.insert(name)
                    {
                        let of = self.known(&fragment.node.type_condition.node.on.node);
                        self.gather(of, &fragment.node.selection_set.node, spread, selected);
                    }
                }
            }
        }
    }

    fn known(&self, ty: &'a Name) -> Option<&'a str> {
        self.catalog.kind(ty).map(|_| ty.as_str())
    }

    /// The type of a field's value.
    fn type_of(&self, Selected { of, field }: Selected<'a>) -> Option<&'a Type> {
        Some(&self.catalog.field(of?, &field.node.name.node)?.ty)
    }

    /// All that is selected below fields that are put together.
    fn below(&self, group: &[Selected<'a>]) -> Vec<Selected<'a>> {
        let set = |one: &Selected<'a>| {
            let of = self.type_of(*one).and_then(|ty| self.known(catalog::named(ty).0));
            (of, &one.field.node.selection_set.node)
        };
        self.selected(group.iter().map(set))
    }

    /// That all fields of a key that one object may have are the same.
    fn are_same(&self, selected: &[Selected<'a>]) -> Result<(), ServerError> {
        for (key, group) in groups(selected) {
            let is_object = |of: &str| matches!(self.catalog.possible(of), [only] if only == of);
            let objects: BTreeSet<_> =
                group.iter().map(|one| one.of).filter(|of| of.is_none_or(is_object)).map(Some).collect();
            // Where there are none, whatever is selected is selected of each.
            let each = if objects.is_empty() { BTreeSet::from([None]) } else { objects };
            for object in each {
                let may_have = |one: &&Selected<'a>| {
                    object.is_none_or(|object| one.of == object || one.of.is_some_and(|of| !is_object(of)))
                };
                let group: Vec<_> = group.iter().filter(may_have).copied().collect();
                check(key, &group, OTHER_FIELD, |first, other| are_one(&first.field.node, &other.field.node))?;
                self.are_same(&self.below(&group))?;
            }
        }
        Ok(())
    }

    /// That the values of all fields of a key are of one shape.
    fn are_alike(&self, selected: &[Selected<'a>]) -> Result<(), ServerError> {
        for (key, group) in groups(selected) {
            // As in graphql-js, `__typename` goes with everything.
            let typed: Vec<_> = group.iter().copied().filter(|one| self.type_of(*one).is_some()).collect();
            check(key, &typed, OTHER_SHAPE, |first, other| {
                let types = self.type_of(first).zip(self.type_of(other));
                types.is_none_or(|(first, other)| self.is_one_shape(first, other))
            })?;
            self.are_alike(&self.below(&group))?;
        }
        Ok(())
    }

    fn is_one_shape(&self, one: &Type, other: &Type) -> bool {
        let is_object = |ty: &Name| matches!(self.catalog.kind(ty), Some(Kind::Composite { .. }));
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.is_one_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => one == other || (is_object(one) && is_object(other)),
                _ => false,
            }
    }
}

fn groups<'a>(selected: &[Selected<'a>]) -> BTreeMap<&'a Name, Vec<Selected<'a>>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in selected {
        groups.entry(&one.field.node.response_key().node).or_default().push(*one);
    }
    groups
}

fn check<'a>(
    key: &Name,
    group: &[Selected<'a>],
    problem: &str,
    goes_with: impl Fn(Selected<'a>, Selected<'a>) -> bool,
) -> Result<(), ServerError> {
    let Some((first, others)) = group.split_first() else { return Ok(()) };
    others
        .iter()
        .find(|other| !goes_with(*first, **other))
        .map_or(Ok(()), |other| Err(conflict(key, problem, [*first, *other])))
}

/// Whether two fields with the same key are the same, whatever is selected below them.
fn are_one(first: &Field, second: &Field) -> bool {
    let value = |name: &Name| second.arguments.iter().find(|(other, _)| other.node == *name).map(|(_, it)| &it.node);
    first.name.node == second.name.node
        && first.arguments.len() == second.arguments.len()
        && first.arguments.iter().all(|(name, it)| value(&name.node) == Some(&it.node))
}

fn conflict(key: &Name, problem: &str, fields: [Selected<'_>; 2]) -> ServerError {
    let mut error = ServerError::new(format!("{key} {problem}"), None);
    error.locations = fields.map(|selected| selected.field.pos).to_vec();
    coded(error, code::GRAPHQL_VALIDATION_FAILED)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn are_good(query: &str) -> bool {
        let catalog = Catalog::of(&crate::graphql::sdl());
        faults(&catalog, &parse_query(query).unwrap()).is_empty()
    }

    /// Each object has the fields of its interfaces: with more below these, the work would grow with each level.
    #[test]
    fn nothing_is_selected_below_what_an_interface_has() {
        let catalog = Catalog::of(&crate::graphql::sdl());
        let mut interfaces = 0;
        for ty in ["Node", "SearchResult"] {
            let Some(Kind::Composite { fields, possible }) = catalog.kind(ty) else { panic!("{ty}") };
            let is_leaf = |field: &catalog::Field| {
                !matches!(catalog.kind(catalog::named(&field.ty).0), Some(Kind::Composite { .. }))
            };
            assert!(possible.len() > 1 && fields.values().all(is_leaf), "{ty}");
            interfaces += 1;
        }
        let sdl = crate::graphql::sdl();
        let declared = sdl.lines().filter(|line| line.starts_with("interface ") || line.starts_with("union "));
        assert_eq!(declared.count(), interfaces);
    }

    #[test]
    fn what_is_the_same_is_put_together() {
        for query in [
            "{ globalFeed(first: 1, after: $v) { nodes { id } } globalFeed(after: $v, first: 1) { nodes { body } } }",
            "{ ...A ...B } fragment A on Query { viewer { a: id } } fragment B on Query { ... { viewer { a: id } } }",
            // No object is both.
            "{ node(id: 1) { ... on Post { ... { x: body } } ... on Profile { ... { x: handle } } } }",
            "{ search(query: 1) { nodes { ... on Profile { ... @include(if: $w) { posts(first: 3) { nodes { id } } } }
                ... on Hashtag { ... @include(if: $w) { posts(first: 5) { nodes { id } } } } } } }",
            "{ node(id: 1) { ... on Post { x: author { id } } ... on Profile { x: posts { nodes { id } } } } }",
            "{ node(id: 1) { ... on Post { x: body } ... on Profile { x: __typename } } }",
            "{ __schema { types { name ...T } } } fragment T on __Type { name fields { name } }",
        ] {
            assert!(are_good(query), "{query}");
        }
    }

    #[test]
    fn what_is_not_the_same_is_told() {
        for query in [
            "{ a: viewer { id } a: rateLimit { cost } }",
            "{ post(id: 1) { id } post(id: 2) { id } }",
            "{ globalFeed { nodes { id } } globalFeed(first: $v) { nodes { id } } }",
            "{ viewer { a: id } viewer { a: email } }",
            "{ node(id: 1) { ... on Post { a: id } ... on Node { a: __typename } } }",
            // Left out or not, and asked for or not.
            "{ a: viewer @skip(if: true) { id } a: rateLimit { cost } }",
            "{ viewer { profile { x: id } } ... @skip(if: $s) { viewer { profile { x: handle } } } }",
            "query A { viewer { x: id } } query B { viewer { x: id } viewer { x: email } }",
            // Of other objects, but of another shape.
            "{ node(id: 1) { ... on Post { x: body } ... on Profile { x: isPrivate } } }",
            "{ node(id: 1) { ... on Post { x: author { id } } ... on Profile { x: handle } } }",
            "{ node(id: 1) { ... on Post { x: body } ... on Profile { x: bio } } }",
            "{ node(id: 1) { ... on Post { x: tags } ... on Profile { x: handle } } }",
            "{ node(id: 1) { ... on Post { x: author { y: id } } ... on Profile { x: posts { y: nodes { id } } } } }",
            "{ __schema { types { a: name a: kind } } }",
            // Though `__typename` goes with either.
            "{ node(id: 1) { ... on Beacon { x: __typename } ... on Post { x: body } ... on Profile { x: bio } } }",
        ] {
            assert!(!are_good(query), "{query}");
        }
    }
}
