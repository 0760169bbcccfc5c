use entity::ProfileId;

use crate::{
    domain::{
        Domain, Failure, RefusalCode,
        budget::{Ration, Subject},
        follow::not_found,
        profile::Profile,
    },
    policy::Viewer,
    store::{
        self,
        key::{Keys, Prekey},
    },
};

/// What begins an encrypted conversation.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// With whom.
    pub profile: Profile,
    /// The lasting keys.
    pub keys: Keys,
    /// A key that is handed out to nobody else; none when all are gone.
    pub one_time: Option<Prekey>,
}

impl Domain {
    /// Hands out the keys of another person, with a one-time prekey if there is one left.
    pub async fn claim_key_bundle(&self, viewer: Viewer, other: ProfileId) -> Result<Bundle, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        self.ration_exactly(&[(Ration::KeyClaims, Subject::Person(me))]).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                store::key::lock_shared(&tx, other).await?;
                let keys = store::key::find(&tx, other).await?.ok_or_else(|| {
                    Failure::refused(RefusalCode::Conflict, "profileId", "this person has published no keys")
                })?;
                let one_time = store::key::claim(&tx, other, self.now()).await?;
                tx.commit().await?;
                Ok(Bundle { profile, keys, one_time })
            })
            .await
    }
}
