use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::{
    domain::{
        Failure,
        profile::{self as domain, Changes},
    },
    graphql::{
        ViewerContext,
        arguments::viewer_context,
        error::{UserError, outcome},
        types::{Profile, Url, Viewer},
    },
};

/// What to change of the own profile. What is not given stays; null removes.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The new handle: 3 to 30 of a to z, 0 to 9, `_` and `.`. It cannot be removed.
    handle: MaybeUndefined<String>,
    /// The new name to show, up to 50 characters.
    display_name: MaybeUndefined<String>,
    /// The new bio, up to 300 characters.
    bio: MaybeUndefined<String>,
    /// The new page elsewhere.
    website: MaybeUndefined<Url>,
    /// The new picture.
    avatar_url: MaybeUndefined<Url>,
    /// The new wide picture.
    cover_url: MaybeUndefined<Url>,
    /// Whether followers need to be accepted. Becoming public accepts everybody who has asked.
    is_private: Option<bool>,
}

/// A profile after the change, or why it was not changed.
#[derive(SimpleObject)]
pub struct ProfilePayload {
    /// The profile as it is now; null when nothing was changed.
    profile: Option<Profile>,
    /// The viewer as it is now; null when nothing was changed.
    viewer: Option<Viewer>,
    /// Why not.
    user_errors: Vec<UserError>,
}

impl ProfilePayload {
    pub(super) fn of(vc: &ViewerContext, changed: std::result::Result<domain::Profile, Failure>) -> Result<Self> {
        Self::of_optional(vc, changed.map(Some))
    }

    /// As [`Self::of`], where what was changed may not exist for the viewer.
    pub(super) fn of_optional(
        vc: &ViewerContext,
        changed: std::result::Result<Option<domain::Profile>, Failure>,
    ) -> Result<Self> {
        let (changed, user_errors) = outcome(changed)?;
        let viewer = changed.as_ref().and_then(|_| Viewer::of(vc));
        Ok(Self { profile: changed.flatten().map(|row| Profile::new(vc.clone(), row)), viewer, user_errors })
    }
}

#[derive(Default)]
pub struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes the viewer's own profile.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateProfileInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        let url = |url: MaybeUndefined<Url>| url.map_value(Url::into_text).into();
        let changes = Changes {
            handle: input.handle.into(),
            display_name: input.display_name.into(),
            bio: input.bio.into(),
            website: url(input.website),
            avatar_url: url(input.avatar_url),
            cover_url: url(input.cover_url),
            is_private: input.is_private,
        };
        ProfilePayload::of(&vc, vc.domain().update_profile(vc.viewer(), changes).await)
    }
}
