//! How large an operation may be, told before anything walks it: by its text ([`lexical`]), by its shape ([`shape`]) and
//! by what it may bring along ([`cost`]).
//!
//! async-graphql's own checks walk every path through the fragments of a document: one of 900 bytes whose fragments each
//! spread the next one twice keeps it busy for minutes, before any limit of its answers. Here each fragment is measured
//! once.

pub(super) mod cost;
pub(super) mod lexical;
pub(super) mod shape;
pub(super) mod values;

use async_graphql::ServerError;

use super::error::{code, coded};

/// The limits of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document, and of a text in a variable.
    pub bytes: usize,
    /// Tokens of a document: names, numbers, texts and marks. And values in its variables: lists, objects, and each thing
    /// in them.
    pub tokens: usize,
    /// Fields within each other.
    pub depth: u32,
    /// Fields and fragments, each counted wherever it is spread.
    pub selections: u32,
    /// Fields at the root, those in fragments included.
    pub root_fields: u32,
    /// Aliases, as they are written.
    pub aliases: u32,
    /// Directives, as they are written.
    pub directives: u32,
    /// Operations of a document.
    pub operations: usize,
    /// Variables of an operation.
    pub variables: usize,
    /// The estimated cost of an operation.
    pub cost: u64,
    /// Rows of a page when the client does not say.
    pub default_page: u32,
    /// Rows of a page at most.
    pub max_page: u32,
    /// Errors in an answer; more are cut off.
    pub errors: usize,
}

impl Limits {
    /// Those that the settings have by themselves, as documented.
    pub const USUAL: Self = Self {
        bytes: 20_000,
        tokens: 2_000,
        depth: 15,
        selections: 1_000,
        root_fields: 20,
        aliases: 30,
        directives: 30,
        operations: 10,
        variables: 100,
        cost: 5_000,
        default_page: 20,
        max_page: 100,
        errors: 10,
    };
}

/// A limit that a document does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    Bytes(usize),
    Tokens(usize),
    Nesting,
    Depth(u32),
    Levels,
    IntrospectionLists,
    Selections(u32),
    RootFields(u32),
    Aliases(u32),
    Directives(u32),
    Operations(usize),
    Variables(usize),
    Values(usize),
    Text(usize),
    Cost {
        cost: u64,
        most: u64,
    },
    /// Fragments that spread each other. No limit, but what cannot be measured.
    Ring,
}

impl Exceeded {
    /// As an error of the request.
    pub(super) fn error(self) -> ServerError {
        let (code, message) = match self {
            Self::Bytes(most) => (code::QUERY_TOO_LARGE, format!("a document has at most {most} bytes")),
            Self::Tokens(most) => (code::QUERY_TOO_LARGE, format!("a document has at most {most} tokens")),
            Self::Nesting | Self::Levels => (code::QUERY_TOO_DEEP, "the document is nested too deeply".to_owned()),
            Self::Depth(most) => (code::QUERY_TOO_DEEP, format!("fields nest at most {most} deep")),
            Self::IntrospectionLists => {
                (code::QUERY_TOO_DEEP, "lists of the schema's types and fields nest too deeply".to_owned())
            }
            Self::Selections(most) => {
                (code::QUERY_TOO_COMPLEX, format!("an operation selects at most {most} fields and fragments"))
            }
            Self::RootFields(most) => {
                (code::QUERY_TOO_COMPLEX, format!("an operation has at most {most} fields at its root"))
            }
            Self::Aliases(most) => (code::TOO_MANY_ALIASES, format!("a document has at most {most} aliases")),
            Self::Directives(most) => (code::QUERY_TOO_COMPLEX, format!("a document has at most {most} directives")),
            Self::Operations(most) => (code::QUERY_TOO_COMPLEX, format!("a document has at most {most} operations")),
            Self::Variables(most) => (code::QUERY_TOO_COMPLEX, format!("an operation has at most {most} variables")),
            Self::Values(most) => (code::QUERY_TOO_LARGE, format!("the variables have at most {most} values in all")),
            Self::Text(most) => (code::QUERY_TOO_LARGE, format!("a text in a variable has at most {most} bytes")),
            Self::Cost { cost, most } => (
                code::QUERY_TOO_COMPLEX,
                format!("the operation may cost {cost}, and at most {most} is allowed: ask for less, or smaller pages"),
            ),
            Self::Ring => (code::GRAPHQL_VALIDATION_FAILED, "fragments spread each other in a ring".to_owned()),
        };
        coded(ServerError::new(message, None), code)
    }
}

/// That `count` is not above `most`.
fn within<N: PartialOrd + Copy>(count: N, most: N, exceeded: impl Fn(N) -> Exceeded) -> Result<(), Exceeded> {
    if count > most { Err(exceeded(most)) } else { Ok(()) }
}
