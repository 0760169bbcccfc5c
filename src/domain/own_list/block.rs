use entity::ProfileId;

use crate::{
    domain::{Domain, Error, Failure, RefusalCode, budget::Ration, follow::not_found, profile::Profile},
    policy::Viewer,
    store::{self, follow::Removed},
};

impl Domain {
    /// Blocks a profile: from now on neither exists for the other. Follows, requests, circles and notifications
    /// between the two end. Answers the card that the list of blocked profiles shows. Blocking again changes nothing.
    pub async fn block(&self, viewer: Viewer, other: ProfileId) -> Result<Profile, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        if me == other {
            return Err(Failure::refused(RefusalCode::NotAllowed, "profileId", "that is your own profile"));
        }
        self.ration(Ration::Blocks, me)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                if let Some(blocked) = store::own_list::blocked(&tx, me, other).await? {
                    return Ok(blocked);
                }
                store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                // Circles end with the follows.
                store::follow::delete(&tx, me, other, Removed::Any).await?;
                store::follow::delete(&tx, other, me, Removed::Any).await?;
                store::own_list::remove_from_circle(&tx, me, other).await?;
                store::own_list::remove_from_circle(&tx, other, me).await?;
                store::notification::forget_pair(&tx, me, other).await?;
                store::own_list::block(&tx, me, other, self.now()).await?;
                let blocked = store::own_list::blocked(&tx, me, other).await?.ok_or_else(not_found)?;
                tx.commit().await?;
                Ok(blocked)
            })
            .await
    }

    /// Ends a block of the viewer's. Nothing else comes back. Answers the profile, if it exists for the viewer then: the
    /// other may have blocked the viewer as well. Doing it again changes nothing.
    pub async fn unblock(&self, viewer: Viewer, other: ProfileId) -> Result<Option<Profile>, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                let was_blocked = store::own_list::unblock(&tx, me, other).await?;
                let profile = store::profile::by_id(&tx, viewer, other).await?;
                if profile.is_none() && !was_blocked {
                    return Err(not_found());
                }
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }
}
