use entity::ProfileId;

use super::Profile;
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

/// How a profile is looked up.
#[derive(Clone, Debug)]
pub enum By {
    /// By its id.
    Id(ProfileId),
    /// By its handle, without regard to case.
    Handle(String),
}

impl Domain {
    /// The profile, if it exists for the viewer.
    pub async fn profile(&self, viewer: Viewer, by: &By) -> Result<Option<Profile>, Error> {
        match by {
            By::Id(id) => Ok(store::profile::by_id(&self.db, viewer, *id).await?),
            // Nobody can have such a handle; NUL would not even reach the table.
            By::Handle(handle) if handle.chars().count() > 200 || handle.contains('\0') => Ok(None),
            By::Handle(handle) => Ok(store::profile::by_handle(&self.db, viewer, handle).await?),
        }
    }

    /// Those of the profiles that exist for the viewer.
    pub async fn profiles(&self, viewer: Viewer, ids: &[ProfileId]) -> Result<Vec<Profile>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(store::profile::by_ids(&self.db, viewer, ids).await?)
    }
}
