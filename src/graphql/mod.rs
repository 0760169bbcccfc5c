//! The words of the schema. Resolvers translate between the API and the domain, and decide nothing.

mod absent;
mod account;
mod arguments;
mod batch;
mod catalog;
mod connection;
mod documents;
mod dry_run;
mod error;
mod execute;
mod flatten;
mod input;
mod items;
mod limits;
mod merging;
mod mutation;
mod positions;
mod prepare;
mod query;
mod subscription;
pub mod types;
mod validate;
mod viewer_context;

use std::{sync::Arc, time::Duration};

use async_graphql::SchemaBuilder;

use self::{
    catalog::Catalog, documents::Documents, limits::shape, mutation::Mutation, query::Query, subscription::Subscription,
};
pub use self::{
    documents::{DocumentOptions, Manifest, ManifestError, Named, Trust},
    error::{code_of, failed, not_here, rate_limited, too_slow},
    execute::{Charged, Outcome},
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
    /// The schema's text.
    pub sdl: Arc<str>,
    catalog: Catalog,
    limits: Limits,
    documents: Arc<Documents>,
    slow: Duration,
    /// Whether the schema is told to those who ask.
    pub introspection: bool,
}

impl Api {
    /// With these limits and documents; what takes as long as `slow` is logged. Introspection can be switched off.
    #[must_use]
    pub fn new(introspection: bool, limits: Limits, documents: &DocumentOptions, slow: Duration) -> Self {
        let (schema, sdl) = (schema(introspection), sdl());
        let catalog = Catalog::of(&sdl);
        Self {
            schema,
            sdl: sdl.into(),
            catalog,
            limits,
            documents: Arc::new(Documents::new(documents)),
            slow,
            introspection,
        }
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
        // Beyond ours, which has a code: `validate` shows a document with a level more.
        .limit_recursive_depth(shape::MAX_LEVELS as usize + 1)
}
