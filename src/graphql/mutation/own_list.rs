use async_graphql::{Context, Object, Result};
use entity::ProfileId;

use super::{follow::ProfileIdInput, profile::ProfilePayload};
use crate::graphql::{
    ViewerContext,
    arguments::{id_input, viewer_context},
    error::signed_in,
};

#[derive(Default)]
pub struct OwnListMutation;

#[Object]
impl OwnListMutation {
    /// Blocks a profile. From now on neither exists for the other; follows, requests and circles between the two end.
    /// Blocking again changes nothing.
    async fn block(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to block.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().block(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of(&vc, changed)
    }

    /// Ends a block. Nothing else comes back: no follow, no circle. `profile` is null when it does not exist for the
    /// viewer even so.
    async fn unblock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to unblock.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().unblock(vc.viewer(), other).await,
            Err(refused) => Err(refused),
        };
        ProfilePayload::of_optional(&vc, changed)
    }

    /// Takes an accepted follower into the viewer's circle. The member is not told. Doing it again changes nothing.
    async fn add_to_circle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to take in.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        set_in_circle(&viewer_context(ctx)?, &input, true).await
    }

    /// Takes somebody out of the viewer's circle. The member is not told. Doing it again changes nothing.
    async fn remove_from_circle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to take out.")] input: ProfileIdInput,
    ) -> Result<ProfilePayload> {
        set_in_circle(&viewer_context(ctx)?, &input, false).await
    }
}

async fn set_in_circle(vc: &ViewerContext, input: &ProfileIdInput, is_in: bool) -> Result<ProfilePayload> {
    signed_in(vc)?;
    let changed = match id_input::<ProfileId>("profileId", &input.profile_id) {
        Ok(other) => vc.domain().set_in_circle(vc.viewer(), other, is_in).await,
        Err(refused) => Err(refused),
    };
    ProfilePayload::of(vc, changed)
}
