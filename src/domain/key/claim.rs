use entity::ProfileId;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        Domain, Error, Failure, RefusalCode,
        budget::{Ration, Subject},
        follow::not_found,
        once::Once,
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

/// What is handed out.
#[derive(Serialize, Deserialize)]
struct Claimed {
    keys: Keys,
    one_time: Option<Prekey>,
}

impl Bundle {
    fn of(profile: Profile, Claimed { keys, one_time }: Claimed) -> Self {
        Self { profile, keys, one_time }
    }
}

impl Domain {
    /// Hands out the keys of another person, with a one-time prekey if there is one left: `once`, if the request can come
    /// again.
    pub async fn claim_key_bundle(
        &self,
        viewer: Viewer,
        other: ProfileId,
        once: Option<&Once>,
    ) -> Result<Bundle, Failure> {
        let (me, _) = self.other(viewer, other).await?;
        if let Some(made) = self.earlier(once).await? {
            return self.bundle_again(viewer, other, &made).await;
        }
        self.ration_exactly(&[(Ration::KeyClaims, Subject::Person(me))]).await?;
        let claimed = self
            .db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::follow::lock_pair(&tx, me, other).await?;
                let profile = store::profile::by_id(&tx, viewer, other).await?.ok_or_else(not_found)?;
                store::key::lock_shared(&tx, other).await?;
                let keys = store::key::find(&tx, other).await?.ok_or_else(|| {
                    Failure::refused(RefusalCode::Conflict, "profileId", "this person has published no keys")
                })?;
                let one_time = store::key::claim(&tx, other, self.now()).await?;
                let claimed = Claimed { keys, one_time };
                let result = serde_json::to_vec(&claimed).map_err(|cause| Error::Internal(cause.to_string()))?;
                if let Some(made) = self.unless_made(&tx, once, &result).await? {
                    // What this one has taken is given back with the transaction.
                    return Ok(Err(made));
                }
                tx.commit().await?;
                Ok::<_, Failure>(Ok(Bundle::of(profile, claimed)))
            })
            .await?;
        match claimed {
            Ok(bundle) => Ok(bundle),
            Err(made) => self.bundle_again(viewer, other, &made).await,
        }
    }

    /// What was handed out when the request came first.
    async fn bundle_again(&self, viewer: Viewer, other: ProfileId, made: &[u8]) -> Result<Bundle, Failure> {
        let profile = store::profile::by_id(&self.db, viewer, other).await?.ok_or_else(not_found)?;
        let claimed = serde_json::from_slice(made).map_err(|cause| Error::Internal(cause.to_string()))?;
        Ok(Bundle::of(profile, claimed))
    }
}
