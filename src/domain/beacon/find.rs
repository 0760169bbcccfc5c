use entity::PostId;

use super::Beacon;
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// Those of the beacons that exist for the viewer.
    pub async fn beacons(&self, viewer: Viewer, ids: &[PostId]) -> Result<Vec<Beacon>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(store::geo::by_ids(&self.db, viewer, self.now(), ids).await?)
    }
}
