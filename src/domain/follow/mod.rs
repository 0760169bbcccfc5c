//! Follows: asking, accepting, leaving, and the lists that they make.
//!
//! Each verb first asks whether the other profile exists for the viewer, then lets one transaction at a time decide
//! about the pair. The lock order is always pair, profile, row, so that no two of them wait for each other.

mod answer;
#[allow(clippy::module_inception, reason = "one file per verb, and this is the verb")]
mod follow;
mod leave;
mod lists;

use entity::ProfileId;

pub use crate::store::follow::{List, Listed};
use crate::{
    domain::{Domain, Error, Failure, RefusalCode, profile::Profile},
    policy::Viewer,
    store,
};

impl Domain {
    /// Who is asking, and that `other` exists for him and is somebody else.
    pub(super) async fn other(&self, viewer: Viewer, other: ProfileId) -> Result<(ProfileId, Profile), Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let profile = store::profile::by_id(&self.db, viewer, other).await?;
        let profile = profile.ok_or_else(not_found)?;
        if me == other {
            return Err(Failure::refused(RefusalCode::NotAllowed, "profileId", "that is your own profile"));
        }
        Ok((me, profile))
    }
}

/// The same words whether the profile was never there, is gone, or is hidden.
pub(super) fn not_found() -> Failure {
    Failure::refused(RefusalCode::NotFound, "profileId", "there is no such profile")
}
