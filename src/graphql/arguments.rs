//! Arguments that many fields share.

use async_graphql::{Context, ID};
use uuid::Uuid;

use super::ViewerContext;
use crate::domain::{Error, Failure, RefusalCode, page::Arguments};

/// Ids that can be given at once.
pub const MAX_IDS: usize = 100;

/// The context that the request came with.
pub(super) fn viewer_context(ctx: &Context<'_>) -> async_graphql::Result<ViewerContext> {
    Ok(ctx.data::<ViewerContext>()?.clone())
}

/// The paging arguments of a field.
pub(super) fn paging(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Arguments {
    Arguments { first, after, last, before }
}

/// An id argument of a query. Every id is a UUID; what is none cannot be the id of anything.
pub(super) fn id_argument<T: From<Uuid>>(argument: &'static str, id: &ID) -> Result<T, Error> {
    parse(id).ok_or_else(|| Error::BadInput { argument, message: format!("{argument} is not an id") })
}

/// An id in the input of a mutation.
pub(super) fn id_input<T: From<Uuid>>(field: &'static str, id: &ID) -> Result<T, Failure> {
    parse(id).ok_or_else(|| Failure::refused(RefusalCode::Invalid, field, format!("{field} is not an id")))
}

fn parse<T: From<Uuid>>(id: &ID) -> Option<T> {
    // Only the form in which ids are given out: 36 characters with hyphens.
    if id.len() == 36 { Uuid::try_parse(id).ok().map(T::from) } else { None }
}
