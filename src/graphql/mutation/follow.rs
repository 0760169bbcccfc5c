use async_graphql::{Context, ID, InputObject, Object, Result};

use super::profile::ProfilePayload;
use crate::graphql::{
    arguments::{id_input, viewer_context},
    error::signed_in,
};

/// Which profile.
#[derive(InputObject)]
pub struct ProfileIdInput {
    /// The id of the profile.
    pub(super) profile_id: ID,
}

#[derive(Default)]
pub struct FollowMutation;

#[Object]
impl FollowMutation {
    /// Follows a profile: at once when it is public or official, otherwise as a request. Following again changes nothing.
    async fn follow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to follow.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().follow(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }

    /// Ends the viewer's follow of a profile, or takes the request back. Doing it again changes nothing.
    async fn unfollow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to leave.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().unfollow(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }

    /// Lets a profile that has asked follow the viewer.
    async fn accept_follow_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose request.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().accept_follow_request(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }

    /// Refuses the request of a profile. Without a request nothing changes.
    async fn reject_follow_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose request.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().reject_follow_request(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }

    /// Ends that a profile follows the viewer. If it does not, nothing changes.
    async fn remove_follower(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to remove.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().remove_follower(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }
}
