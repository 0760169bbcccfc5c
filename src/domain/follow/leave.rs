use entity::ProfileId;

use super::not_found;
use crate::{
    domain::{Domain, Failure, profile::Profile},
    policy::Viewer,
    store::{self, follow::Removed},
};

impl Domain {
    /// Ends the viewer's follow of `other`, or takes the request back. Doing it again changes nothing.
    pub async fn unfollow(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.end_follow(viewer, (me, other), other, Removed::Any).await
    }

    /// Takes the follow of the pair `(follower, following)` away and answers `other` as the viewer sees it then.
    pub(super) async fn end_follow(
        &self,
        viewer: Viewer,
        (follower, following): (ProfileId, ProfileId),
        other: ProfileId,
        which: Removed,
    ) -> Result<Profile, Failure> {
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, follower, following).await?;
                store::follow::delete(&tx, follower, following, which).await?;
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }
}
