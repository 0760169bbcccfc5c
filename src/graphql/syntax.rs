//! Pieces of documents, for whoever changes one before it is executed.

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{Directive, Field, InlineFragment, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// What is looked at and never executed: clients know that what stands in such a fragment is not answered.
pub(super) fn skipped(items: Vec<Positioned<Selection>>) -> Option<Positioned<Selection>> {
    let pos = items.first()?.pos;
    Some(inline(vec![directive("skip", true, pos)], items, pos))
}

/// A fragment of no type.
pub(super) fn inline(
    directives: Vec<Positioned<Directive>>,
    items: Vec<Positioned<Selection>>,
    pos: Pos,
) -> Positioned<Selection> {
    let selection_set = Positioned::new(SelectionSet { items }, pos);
    let inline = InlineFragment { type_condition: None, directives, selection_set };
    Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
}

/// `@skip` or `@include`.
pub(super) fn directive(name: &str, condition: bool, pos: Pos) -> Positioned<Directive> {
    let at = |name: &str| Positioned::new(Name::new(name), pos);
    let condition = (at("if"), Positioned::new(Value::Boolean(condition), pos));
    Positioned::new(Directive { name: at(name), arguments: vec![condition] }, pos)
}

/// `__typename`, which every type has that has fields.
pub(super) fn typename(pos: Pos) -> Positioned<Selection> {
    let field = leaf(Positioned::new(Name::new("__typename"), pos));
    Positioned::new(Selection::Field(Positioned::new(field, pos)), pos)
}

/// A field with nothing but its name.
pub(super) fn leaf(name: Positioned<Name>) -> Field {
    Field { alias: None, name, arguments: Vec::new(), directives: Vec::new(), selection_set: Positioned::default() }
}
