//! Sojorn's GraphQL server. ARCHITECTURE.md shows the way through the code.

pub mod domain;
pub mod policy;
pub mod store;
