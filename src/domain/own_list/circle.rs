use entity::ProfileId;

use crate::{
    domain::{Domain, Failure, RefusalCode, follow::not_found, profile::Profile},
    policy::Viewer,
    store,
};

impl Domain {
    /// Takes an accepted follower into the viewer's circle, or out of it. The member is not told and cannot find out.
    /// Doing it again changes nothing.
    pub async fn set_in_circle(&self, viewer: Viewer, other: ProfileId, is_in: bool) -> Result<Profile, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                if !is_in {
                    store::own_list::remove_from_circle(&tx, me, other).await?;
                } else if profile.follows_viewer {
                    store::own_list::add_to_circle(&tx, me, other, self.now()).await?;
                } else {
                    let message = "only those who follow you can be in your circle";
                    return Err(Failure::refused(RefusalCode::NotAllowed, "profileId", message));
                }
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }
}
