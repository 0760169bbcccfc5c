use entity::ProfileId;

use super::not_found;
use crate::{
    domain::{Domain, Failure, budget::Ration, notification::Kind, profile::Profile},
    policy::{Viewer, permission},
    store,
};

impl Domain {
    /// Follows a profile: accepted at once when it is public or official, pending otherwise. Following again changes
    /// nothing. Answers the profile as the viewer sees it then.
    pub async fn follow(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.ration(Ration::Follows, me)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                store::follow::lock_privacy(&tx, other).await?;
                // Read again under the locks: a block or the privacy switch may have come in between.
                let target = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                let accepted = permission::follow_starts_accepted(target.is_private, target.is_official);
                if store::follow::insert(&tx, me, other, accepted, self.now()).await? {
                    let kind = if accepted { Kind::Follow } else { Kind::FollowRequest };
                    store::notification::tell(&tx, kind, me, None, &[other], self.now()).await?;
                }
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }
}
