use std::collections::{BTreeSet, HashMap};

use entity::ProfileId;

use super::Count;
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// The wanted counts, as far as the viewer may know them. One statement for any number of profiles.
    pub async fn profile_counts(
        &self,
        viewer: Viewer,
        wanted: &[(ProfileId, Count)],
    ) -> Result<HashMap<(ProfileId, Count), i64>, Error> {
        let ids: BTreeSet<_> = wanted.iter().map(|(id, _)| *id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let kinds: Vec<_> = [Count::Followers, Count::Following, Count::Posts]
            .into_iter()
            .filter(|kind| wanted.iter().any(|(_, count)| count == kind))
            .collect();
        Ok(store::profile::counts(&self.db, viewer, self.now(), &ids, &kinds).await?)
    }

    /// How many people ask to follow the viewer.
    pub async fn follow_request_count(&self, viewer: Viewer, me: ProfileId) -> Result<i64, Error> {
        Ok(store::follow::request_count(&self.db, viewer, me).await?)
    }
}
