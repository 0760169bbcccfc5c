//! What the schema says about its types, for whoever measures and checks operations before they are executed. Made once
//! from the schema's own text, since async-graphql keeps its registry to itself.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// The types of the schema by their names.
pub(super) struct Catalog {
    types: HashMap<Name, Kind>,
    of_introspection: HashMap<Name, Input>,
}

/// A type, as far as operations have to do with it.
pub(super) enum Kind {
    /// A scalar.
    Scalar,
    /// One of these words.
    Enum(Vec<Name>),
    /// An object of input.
    Input {
        /// Its fields.
        fields: HashMap<Name, Input>,
        /// Whether exactly one of them is given.
        is_one_of: bool,
    },
    /// An object, or an interface or union that stands for one.
    Composite {
        /// Its fields.
        fields: HashMap<Name, Field>,
        /// The objects that it may be. An object is itself.
        possible: Vec<Name>,
    },
}

/// An argument, or a field of an input object.
pub(super) struct Input {
    /// Its type.
    pub ty: Type,
    /// Whether there is a value when none is given.
    pub has_default: bool,
}

/// A field of an object.
pub(super) struct Field {
    /// Its type.
    pub ty: Type,
    /// Its arguments.
    pub arguments: HashMap<Name, Input>,
}

impl Catalog {
    /// Reads the schema's text.
    ///
    /// # Panics
    ///
    /// When async-graphql cannot read what it has written. Every test would say so.
    pub fn of(sdl: &str) -> Self {
        #[allow(clippy::expect_used, reason = "the text is our own, and the same at every start")]
        let document = parse_schema(sdl).expect("the schema's text is a schema");
        let definitions = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        let definitions: Vec<_> = definitions.collect();
        let scalars = ["Int", "Float", "String", "Boolean", "ID"].map(|name| (Name::new(name), Kind::Scalar));
        let kinds = definitions.iter().map(|definition| (definition.name.node.clone(), kind(definition, &definitions)));
        let of_introspection = [("name", "String!", false), ("includeDeprecated", "Boolean", true)];
        let input = |(name, ty, has_default)| Some((Name::new(name), Input { ty: Type::new(ty)?, has_default }));
        Self {
            types: scalars.into_iter().chain(kinds).collect(),
            of_introspection: of_introspection.into_iter().filter_map(input).collect(),
        }
    }

    /// The type of this name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    /// A field of a type.
    pub fn field(&self, ty: &str, field: &str) -> Option<&Field> {
        match self.kind(ty)? {
            Kind::Composite { fields, .. } => fields.get(field),
            _ => None,
        }
    }

    /// The arguments of the fields of introspection, which the schema's text leaves out.
    pub fn of_introspection(&self) -> &HashMap<Name, Input> {
        &self.of_introspection
    }

    /// The objects that a type may be.
    pub fn possible(&self, ty: &str) -> &[Name] {
        match self.kind(ty) {
            Some(Kind::Composite { possible, .. }) => possible,
            _ => &[],
        }
    }
}

/// The type at the root of operations of a kind.
pub(super) fn root(ty: OperationType) -> &'static str {
    match ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The name of a type without its lists, and whether it is one.
pub(super) fn named(ty: &Type) -> (&Name, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(item) => (named(item).0, true),
    }
}

fn kind(definition: &TypeDefinition, all: &[TypeDefinition]) -> Kind {
    let name = &definition.name.node;
    match &definition.kind {
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Enum(of) => Kind::Enum(of.values.iter().map(|value| value.node.value.node.clone()).collect()),
        TypeKind::InputObject(of) => Kind::Input {
            fields: inputs(&of.fields),
            is_one_of: definition.directives.iter().any(|directive| directive.node.name.node == "oneOf"),
        },
        TypeKind::Object(of) => Kind::Composite { fields: fields(&of.fields), possible: vec![name.clone()] },
        TypeKind::Interface(of) => Kind::Composite {
            fields: fields(&of.fields),
            possible: all.iter().filter(|other| implements(other, name)).map(|other| other.name.node.clone()).collect(),
        },
        TypeKind::Union(of) => Kind::Composite {
            fields: HashMap::new(),
            possible: of.members.iter().map(|member| member.node.clone()).collect(),
        },
    }
}

fn implements(definition: &TypeDefinition, interface: &Name) -> bool {
    match &definition.kind {
        TypeKind::Object(of) => of.implements.iter().any(|name| name.node == *interface),
        _ => false,
    }
}

fn fields(definitions: &[Positioned<FieldDefinition>]) -> HashMap<Name, Field> {
    let field = |definition: &FieldDefinition| {
        let arguments = inputs(&definition.arguments);
        (definition.name.node.clone(), Field { ty: definition.ty.node.clone(), arguments })
    };
    definitions.iter().map(|definition| field(&definition.node)).collect()
}

fn inputs(definitions: &[Positioned<InputValueDefinition>]) -> HashMap<Name, Input> {
    let input = |definition: &InputValueDefinition| {
        let has_default = definition.default_value.is_some();
        (definition.name.node.clone(), Input { ty: definition.ty.node.clone(), has_default })
    };
    definitions.iter().map(|definition| input(&definition.node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a list without either costs is not known beforehand.
    #[test]
    fn a_list_of_objects_has_pages_or_ids_or_few_rows() {
        let catalog = Catalog::of(&crate::graphql::sdl());
        let mut others = Vec::new();
        for (object, kind) in &catalog.types {
            let Kind::Composite { fields, .. } = kind else { continue };
            for (name, field) in fields.iter().filter(|(_, field)| !field.arguments.contains_key("ids")) {
                let (ty, is_list) = named(&field.ty);
                let is_of_objects = is_list && matches!(catalog.kind(ty), Some(Kind::Composite { .. }));
                if is_of_objects && !object.ends_with("Connection") && ty != "UserError" {
                    others.push(format!("{object}.{name}"));
                }
            }
        }
        others.sort();
        // Each has its bound where it is made: 50 emoji; and cells of a map, which cost by themselves.
        assert_eq!(others, ["Post.reactions", "Query.beaconClusters"]);
    }
}
