//! Who may see what, and who may do what. Nothing here reads or writes: [`visibility`] returns conditions that the
//! store puts into its statements, [`permission`] decides about values that the domain holds.

mod conjunct;
pub mod permission;
mod viewer;
pub mod visibility;

#[cfg(debug_assertions)]
pub use conjunct::weakened;
pub use viewer::{Name, Viewer};
