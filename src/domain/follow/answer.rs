use entity::ProfileId;

use super::not_found;
use crate::{
    domain::{Domain, Failure, RefusalCode, notification::Kind, profile::Profile},
    policy::Viewer,
    store::{self, follow::Removed},
};

impl Domain {
    /// Accepts the request of `other` to follow the viewer. Accepting again changes nothing; without a request there is
    /// nothing to accept.
    pub async fn accept_follow_request(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                if store::follow::accept(&tx, other, me, self.now()).await? {
                    store::notification::tell(&tx, Kind::FollowAccepted, me, None, &[other], self.now()).await?;
                }
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                if !profile.follows_viewer {
                    return Err(Failure::refused(
                        RefusalCode::NotFound,
                        "profileId",
                        "this profile has not asked to follow you",
                    ));
                }
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }

    /// Refuses the request of `other`, if there is one. An accepted follow stays: that is what removing is for.
    pub async fn reject_follow_request(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        self.drop_follow(viewer, other, Removed::Pending).await
    }

    /// Ends that `other` follows the viewer, if it does.
    pub async fn remove_follower(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        self.drop_follow(viewer, other, Removed::Accepted).await
    }

    async fn drop_follow(&self, viewer: Viewer, other: ProfileId, which: Removed) -> Result<Profile, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.end_follow(viewer, (other, me), other, which).await
    }
}
