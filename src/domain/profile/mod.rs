//! Profiles: finding them, counting around them, changing one's own.

mod counts;
mod find;
pub mod handle;
mod update;

pub use find::By;
pub use update::Changes;
pub(in crate::domain) use update::{MAX_DISPLAY_NAME, checked_display_name};

pub use crate::store::profile::{Count, Details, Profile};
