use entity::PostId;

use super::{Beacon, create::hash_of_key};
use crate::{
    domain::{Domain, Failure, RefusalCode},
    policy::{Viewer, permission},
    store::{self, Tx},
};

impl Domain {
    /// The beacon, if it exists for the viewer and is his to manage: by signature, or by the manage key. Whoever holds
    /// the key of an anonymous beacon need not be signed in.
    pub(super) async fn managed_beacon(
        &self,
        tx: &Tx,
        viewer: Viewer,
        id: PostId,
        manage_key: Option<&str>,
    ) -> Result<Beacon, Failure> {
        let beacon = store::geo::by_ids(tx, viewer, self.now(), &[id]).await?.pop();
        let beacon =
            beacon.ok_or_else(|| Failure::refused(RefusalCode::NotFound, "beaconId", "there is no such beacon"))?;
        let author = beacon.author.as_ref().map(|author| author.id);
        let presented = manage_key.map(hash_of_key);
        let stored = beacon.manage_key_hash.as_deref();
        if permission::may_manage_beacon(viewer, author, presented.as_deref(), stored) {
            Ok(beacon)
        } else {
            let field = if manage_key.is_some() { "manageKey" } else { "beaconId" };
            Err(Failure::refused(RefusalCode::NotAllowed, field, "only its author, or who has its key, may do that"))
        }
    }
}
