use super::{Profile, handle};
use crate::{
    domain::{Domain, Error, Failure, Refusal, RefusalCode, text},
    policy::Viewer,
    store::{self, StoreError},
};

pub(in crate::domain) const MAX_DISPLAY_NAME: usize = 50;
const MAX_BIO: usize = 300;

/// What a person wants to change of the own profile: `None` leaves, `Some(None)` removes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The new handle; it cannot be removed.
    pub handle: Option<Option<String>>,
    /// The new display name, 1 to 50 characters.
    pub display_name: Option<Option<String>>,
    /// The new bio, up to 300 characters.
    pub bio: Option<Option<String>>,
    /// The new website, a checked address.
    pub website: Option<Option<String>>,
    /// The new picture, a checked address.
    pub avatar_url: Option<Option<String>>,
    /// The new wide picture, a checked address.
    pub cover_url: Option<Option<String>>,
    /// The privacy switch.
    pub is_private: Option<bool>,
}

impl Domain {
    /// Changes the viewer's own profile. Becoming public accepts everybody who has asked, in the same transaction;
    /// becoming private keeps every accepted follower.
    pub async fn update_profile(&self, viewer: Viewer, changes: Changes) -> Result<Profile, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let checked = check(changes)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let becomes_public = checked.is_private == Some(false);
                store::profile::update(&tx, me, checked.clone()).await.map_err(taken)?;
                if becomes_public {
                    store::follow::accept_all(&tx, me, self.now()).await?;
                }
                let profile = store::profile::by_id(&tx, viewer, me).await?;
                let profile = profile.ok_or(Error::Unauthenticated)?;
                tx.commit().await?;
                Ok(profile)
            })
            .await
    }
}

fn taken(error: StoreError) -> Failure {
    match error {
        StoreError::Taken { constraint } if constraint.contains("handle") => {
            Failure::refused(RefusalCode::Taken, "handle", "somebody else has this handle")
        }
        error => error.into(),
    }
}

fn check(changes: Changes) -> Result<store::profile::Changes, Failure> {
    let mut refusals = Vec::new();
    let handle = match changes.handle {
        None => None,
        Some(None) => {
            refusals.push(Refusal::new(RefusalCode::Invalid, "handle", "a profile needs a handle"));
            None
        }
        Some(Some(handle)) => handle::checked(&handle).map_err(|refusal| refusals.push(refusal)).ok(),
    };
    let mut line = |text: Option<Option<String>>, check: &dyn Fn(&str) -> Result<Option<String>, Refusal>| {
        let text = text?;
        let Some(text) = text else { return Some(None) };
        check(&text).map_err(|refusal| refusals.push(refusal)).ok()
    };
    let display_name = line(changes.display_name, &|text| text::checked_line("displayName", text, MAX_DISPLAY_NAME));
    let bio = line(changes.bio, &|text| text::checked("bio", text, MAX_BIO));
    if !refusals.is_empty() {
        return Err(Failure::Refused(refusals));
    }
    Ok(store::profile::Changes {
        handle,
        display_name,
        bio,
        website: changes.website,
        avatar_url: changes.avatar_url,
        cover_url: changes.cover_url,
        is_private: changes.is_private,
    })
}

/// Checks a display name for a new profile.
///
/// # Errors
///
/// When it is too long or is not one line of text.
pub(in crate::domain) fn checked_display_name(text: &str) -> Result<Option<String>, Refusal> {
    text::checked_line("displayName", text, MAX_DISPLAY_NAME)
}
