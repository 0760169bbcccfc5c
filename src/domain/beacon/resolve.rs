use entity::PostId;

use super::Beacon;
use crate::{
    domain::{Domain, Failure, RefusalCode},
    policy::Viewer,
    store,
};

impl Domain {
    /// Says that a beacon is over, or never was so. It leaves the map and can be looked up until it expires.
    pub async fn resolve_beacon(
        &self,
        viewer: Viewer,
        id: PostId,
        manage_key: Option<&str>,
        false_alarm: bool,
    ) -> Result<Beacon, Failure> {
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                self.managed_beacon(&tx, viewer, id, manage_key).await?;
                if !store::geo::resolve(&tx, id, false_alarm).await? {
                    return Err(Failure::refused(RefusalCode::Conflict, "beaconId", "the beacon is resolved already"));
                }
                let beacon = self.managed_beacon(&tx, viewer, id, manage_key).await?;
                tx.commit().await?;
                Ok(beacon)
            })
            .await
    }
}
