//! The words of the schema. Resolvers translate between the API and the domain, and decide nothing.

mod arguments;
mod batch;
mod catalog;
mod connection;
mod error;
mod execute;
mod input;
mod limits;
mod mutation;
mod prepare;
mod query;
mod root;
mod subscription;
pub mod types;
mod viewer_context;

use async_graphql::SchemaBuilder;

use self::{catalog::Catalog, mutation::Mutation, query::Query, subscription::Subscription};
pub use self::{
    error::{code_of, not_here, too_slow},
    execute::Outcome,
    limits::Limits,
    prepare::Operation,
    subscription::Live,
    viewer_context::{RequestInfo, ViewerContext},
};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// What operations are prepared and executed by.
pub struct Api {
    schema: Schema,
    catalog: Catalog,
    limits: Limits,
}

impl Api {
    /// With these limits. Introspection can be switched off.
    #[must_use]
    pub fn new(introspection: bool, limits: Limits) -> Self {
        Self { schema: schema(introspection), catalog: Catalog::of(&sdl()), limits }
    }
}

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
