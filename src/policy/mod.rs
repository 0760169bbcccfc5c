//! Who may see what, and who may do what. Nothing here reads or writes: [`visibility`] returns conditions that the
//! store puts into its statements, [`permission`] decides about values that the domain holds.

pub mod permission;
mod viewer;
pub mod visibility;

pub use viewer::{Name, Viewer};
