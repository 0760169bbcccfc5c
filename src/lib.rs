//! Sojorn's GraphQL server. ARCHITECTURE.md shows the way through the code.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
#[doc(hidden)]
pub mod fuzzing;
pub mod graphql;
pub mod http;
pub mod live;
pub mod metrics;
pub mod policy;
pub mod store;
pub mod traces;
