//! The words of the schema. Resolvers translate between the API and the domain, and decide nothing.

mod arguments;
mod batch;
mod connection;
mod error;
mod execute;
mod mutation;
mod nesting;
mod query;
mod root;
mod subscription;
pub mod types;
mod viewer_context;

use async_graphql::SchemaBuilder;

pub use self::{
    execute::{Outcome, execute, execute_stream},
    subscription::Live,
    viewer_context::ViewerContext,
};
use self::{mutation::Mutation, query::Query, subscription::Subscription};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema. Introspection can be switched off.
#[must_use]
pub fn schema(introspection: bool) -> Schema {
    let builder = builder();
    if introspection { builder.finish() } else { builder.disable_introspection().finish() }
}

/// The schema in the schema definition language, as it is committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().include_specified_by().sorted_enum_items();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    // Types that no field names, but that clients spread on (`... on Post`), are found through the interface.
    Schema::build(Query::default(), Mutation::default(), Subscription)
        // A "did you mean" tells strangers names that they have not asked for.
        .disable_suggestions()
}
