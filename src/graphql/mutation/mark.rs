use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::PostId;

use super::{
    DeletePayload,
    post::{PostIdInput, PostPayload},
};
use crate::{
    domain::mark::Mark,
    graphql::{
        ViewerContext,
        arguments::{id_input, viewer_context},
        error::signed_in,
    },
};

/// Which emoji on which post.
#[derive(InputObject)]
pub struct ToggleReactionInput {
    /// The id of the post.
    post_id: ID,
    /// The emoji: one, as Unicode lists them.
    emoji: String,
}

#[derive(Default)]
pub struct MarkMutation;

#[Object]
impl MarkMutation {
    /// Likes a post. Doing it again changes nothing.
    async fn like_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set(&viewer_context(ctx)?, &input, Mark::Like, true).await
    }

    /// Takes the viewer's like away. Doing it again changes nothing.
    async fn unlike_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set(&viewer_context(ctx)?, &input, Mark::Like, false).await
    }

    /// Puts a post aside for later. Nobody else knows. Doing it again changes nothing.
    async fn save_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set(&viewer_context(ctx)?, &input, Mark::Save, true).await
    }

    /// Takes a post from those that were put aside. Doing it again changes nothing.
    async fn unsave_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set(&viewer_context(ctx)?, &input, Mark::Save, false).await
    }

    /// Keeps a post out of the viewer's feeds. Everywhere else it stays. Doing it again changes nothing.
    async fn hide_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<DeletePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let hidden = match id_input::<PostId>("postId", &input.post_id) {
            Ok(id) => vc.domain().mark_post(vc.viewer(), id, Mark::Hide, true).await.map(|post| post.id),
            Err(refused) => Err(refused),
        };
        DeletePayload::of(hidden)
    }

    /// Leaves an emoji on a post: one a person. The same again removes it, another replaces it.
    async fn toggle_reaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which emoji on which post.")] input: ToggleReactionInput,
    ) -> Result<PostPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input::<PostId>("postId", &input.post_id) {
            Ok(id) => vc.domain().toggle_reaction(vc.viewer(), id, &input.emoji, vc.once(ctx).as_ref()).await,
            Err(refused) => Err(refused),
        };
        PostPayload::of(&vc, changed)
    }
}

async fn set(vc: &ViewerContext, input: &PostIdInput, mark: Mark, is_set: bool) -> Result<PostPayload> {
    signed_in(vc)?;
    let changed = match id_input::<PostId>("postId", &input.post_id) {
        Ok(id) => vc.domain().mark_post(vc.viewer(), id, mark, is_set).await,
        Err(refused) => Err(refused),
    };
    PostPayload::of(vc, changed)
}
