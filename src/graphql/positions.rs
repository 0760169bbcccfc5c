//! Whether values are of the types that their places want, and variables stand where values of theirs may (sections 5.6.1 and
//! 5.8.5 of the specification). async-graphql looks at some values only when it comes to their fields, and takes texts for
//! words of enums; the rule about variables it has as well, but shows it no value.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned, ServerError,
    parser::types::{
        BaseType, Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        Type, VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};

use super::{
    catalog::{self, Catalog, Input, Kind, named},
    error::{code, coded},
    input,
};

/// What is wrong with the values and variables in all operations of a document which is good but for that.
pub(super) fn faults(catalog: &Catalog, document: &ExecutableDocument) -> Vec<ServerError> {
    let (mut faults, mut told) = (Vec::new(), HashSet::new());
    for (_, Positioned { node: operation, .. }) in document.operations.iter() {
        let mut walk = Walk {
            catalog,
            fragments: &document.fragments,
            definitions: definitions(operation),
            spread: HashSet::new(),
            told,
            faults,
        };
        walk.set(&operation.selection_set.node, Some(catalog::root(operation.ty)));
        (faults, told) = (walk.faults, walk.told);
    }
    faults
}

fn definitions(operation: &OperationDefinition) -> HashMap<&Name, &VariableDefinition> {
    operation.variable_definitions.iter().map(|Positioned { node, .. }| (&node.name.node, node)).collect()
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    ty: &'a Type,
    has_default: bool,
    is_one_of: bool,
}

impl<'a> Place<'a> {
    fn of(input: &'a Input, is_one_of: bool) -> Self {
        Self { ty: &input.ty, has_default: input.has_default, is_one_of }
    }

    fn in_list(item: &'a Type) -> Self {
        Self { ty: item, has_default: false, is_one_of: false }
    }

    fn takes(self, definition: &VariableDefinition) -> bool {
        let ty = &definition.var_type.node;
        let is_never_null = definition.default_value.as_ref().is_some_and(|value| value.node != ConstValue::Null);
        let is_settled = !ty.nullable || is_never_null || self.has_default;
        (is_settled || (self.ty.nullable && !self.is_one_of)) && is_like(&ty.base, &self.ty.base)
    }
}

/// Whether what is of a type can stand for another, wherever both may be null.
fn is_like(of: &BaseType, at: &BaseType) -> bool {
    match (of, at) {
        (BaseType::Named(of), BaseType::Named(at)) => of == at,
        (BaseType::List(of), BaseType::List(at)) => (at.nullable || !of.nullable) && is_like(&of.base, &at.base),
        _ => false,
    }
}

struct Walk<'a> {
    catalog: &'a Catalog,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    definitions: HashMap<&'a Name, &'a VariableDefinition>,
    /// The fragments that have been looked at.
    spread: HashSet<&'a Name>,
    /// What has been told, perhaps of another operation.
    told: HashSet<(&'a Name, Pos)>,
    faults: Vec<ServerError>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, ty: Option<&str>) {
        for Positioned { node: selection, .. } in &set.items {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    let defined = ty.and_then(|ty| self.catalog.field(ty, &field.node.name.node));
                    let arguments = defined.map_or(self.catalog.of_introspection(), |defined| &defined.arguments);
                    for (name, value) in &field.node.arguments {
                        if let Some(input) = arguments.get(&name.node) {
                            if let Some(fault) = input::fault_of_argument(self.catalog, input, name, value)
                                && self.told.insert((&name.node, value.pos))
                            {
                                self.faults.push(fault);
                            }
                            self.value(&value.node, Place::of(input, false), value.pos);
                        }
                    }
                    self.set(&field.node.selection_set.node, defined.map(|defined| named(&defined.ty).0.as_str()));
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let ty = condition.map(|condition| condition.node.on.node.as_str()).or(ty);
                    self.set(&inline.node.selection_set.node, ty);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(Positioned { node: fragment, .. }) = self.fragments.get(name)
                        && self.spread.insert(name)
                    {
                        self.set(&fragment.selection_set.node, Some(&fragment.type_condition.node.on.node));
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        let ty = Type { base: BaseType::Named(Name::new("Boolean")), nullable: false };
        for condition in directives.iter().filter_map(|directive| directive.node.get_argument("if")) {
            self.value(&condition.node, Place { ty: &ty, has_default: false, is_one_of: false }, condition.pos);
        }
    }

    fn value(&mut self, value: &Value, place: Place<'_>, pos: Pos) {
        match (value, &place.ty.base) {
            (Value::Variable(name), _) => self.variable(name, place, pos),
            (Value::List(items), BaseType::List(item)) => {
                for value in items {
                    self.value(value, Place::in_list(item), pos);
                }
            }
            // One thing is as good as a list of it.
            (value, BaseType::List(item)) => self.value(value, Place::in_list(item), pos),
            (Value::Object(given), BaseType::Named(name)) => {
                let Some(Kind::Input { fields, is_one_of }) = self.catalog.kind(name) else { return };
                for (name, value) in given {
                    if let Some(input) = fields.get(name) {
                        self.value(value, Place::of(input, *is_one_of), pos);
                    }
                }
            }
            _ => {}
        }
    }

    fn variable(&mut self, name: &Name, place: Place<'_>, pos: Pos) {
        // One that is not defined is refused later.
        let Some(definition) = self.definitions.get(name).filter(|definition| !place.takes(definition)) else { return };
        if !self.told.insert((&definition.name.node, pos)) {
            return;
        }
        let (of, at) = (&definition.var_type.node, place.ty);
        let message = if place.is_one_of {
            format!("the variable ${name} of the type {of} stands where {at} and never null is needed")
        } else {
            format!("the variable ${name} of the type {of} stands where {at} is needed")
        };
        self.faults.push(coded(ServerError::new(message, Some(pos)), code::GRAPHQL_VALIDATION_FAILED));
    }
}
