use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::PostId;

use super::DeletePayload;
use crate::{
    domain::{
        Failure,
        post::{self as domain, Edit, NewPost},
    },
    graphql::{
        ViewerContext,
        arguments::{id_input, viewer_context},
        error::{UserError, outcome, signed_in},
        types::{Post, PostEdge, PostVisibility, Url},
    },
};

/// What to post: a text, a picture or a video, or several of them.
#[derive(InputObject)]
pub struct CreatePostInput {
    /// The text, up to 5,000 characters. `#words` in it become tags.
    body: Option<String>,
    /// Where the picture is.
    image_url: Option<Url>,
    /// Where the video is.
    video_url: Option<Url>,
    /// Where the still of the video is.
    thumbnail_url: Option<Url>,
    /// How long the video is, in milliseconds, up to a day.
    duration_ms: Option<i32>,
    /// Whom it is for.
    #[graphql(default_with = "Some(PostVisibility::Public)")]
    visibility: Option<PostVisibility>,
    /// The id of the post that it replies to.
    parent_id: Option<ID>,
    /// Whether it may be replied to.
    #[graphql(default_with = "Some(true)")]
    allow_replies: Option<bool>,
    /// After how many minutes it leaves by itself, from 1 to a year.
    expires_in_minutes: Option<i32>,
}

/// What to change of a post. What is not given stays.
#[derive(InputObject)]
pub struct EditPostInput {
    /// The id of the post.
    post_id: ID,
    /// The new text; null removes it from a post that has a picture or a video. The earlier text is kept for its author.
    body: MaybeUndefined<String>,
    /// Whom it is for from now on.
    visibility: Option<PostVisibility>,
    /// Whether it may be replied to from now on.
    allow_replies: Option<bool>,
}

/// Which post.
#[derive(InputObject)]
pub struct PostIdInput {
    /// The id of the post.
    pub(super) post_id: ID,
}

/// A post after the change, or why it was not changed.
#[derive(SimpleObject)]
pub struct PostPayload {
    /// The post as it is now; null when nothing was changed.
    post: Option<Post>,
    /// The post with its place in the viewer's home feed.
    post_edge: Option<PostEdge>,
    /// Why not.
    user_errors: Vec<UserError>,
}

impl PostPayload {
    pub(super) fn of(vc: &ViewerContext, changed: std::result::Result<domain::Post, Failure>) -> Result<Self> {
        let (row, user_errors) = outcome(changed)?;
        let post = row.clone().map(|row| Post::new(vc.clone(), row));
        let post_edge = row.map(|row| PostEdge {
            cursor: vc.domain().home_cursor(vc.viewer(), &row),
            node: Post::new(vc.clone(), row),
        });
        Ok(Self { post, post_edge, user_errors })
    }
}

#[derive(Default)]
pub struct PostMutation;

#[Object]
impl PostMutation {
    /// Posts something, or replies to a post.
    async fn create_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to post.")] input: CreatePostInput,
    ) -> Result<PostPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let parent = match input.parent_id.as_ref().map(|id| id_input("parentId", id)).transpose() {
            Ok(parent) => parent,
            Err(refused) => return PostPayload::of(&vc, Err(refused)),
        };
        let new = NewPost {
            parent,
            body: input.body,
            image_url: input.image_url.map(Url::into_text),
            video_url: input.video_url.map(Url::into_text),
            thumbnail_url: input.thumbnail_url.map(Url::into_text),
            duration_ms: input.duration_ms,
            visibility: input.visibility.unwrap_or(PostVisibility::Public).into(),
            allow_replies: input.allow_replies.unwrap_or(true),
            expires_in_minutes: input.expires_in_minutes,
        };
        PostPayload::of(&vc, vc.domain().create_post(vc.viewer(), new, vc.once(ctx).as_ref()).await)
    }

    /// Changes a post of the viewer's.
    async fn edit_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: EditPostInput,
    ) -> Result<PostPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let edit = Edit {
            body: input.body.into(),
            visibility: input.visibility.map(Into::into),
            allow_replies: input.allow_replies,
        };
        let changed = match id_input("postId", &input.post_id) {
            Ok(id) => vc.domain().edit_post(vc.viewer(), id, edit).await,
            Err(refused) => Err(refused),
        };
        PostPayload::of(&vc, changed)
    }

    /// Deletes a post of the viewer's. It is gone for everybody.
    async fn delete_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<DeletePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let deleted = match id_input("postId", &input.post_id) {
            Ok(id) => vc.domain().delete_post(vc.viewer(), id).await,
            Err(refused) => Err(refused),
        };
        DeletePayload::of(deleted)
    }

    /// Puts a post of the viewer's first on the own page. Three can be there.
    async fn pin_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set_pinned(&viewer_context(ctx)?, &input, true).await
    }

    /// Takes a pinned post of the viewer's back into its place.
    async fn unpin_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which post.")] input: PostIdInput,
    ) -> Result<PostPayload> {
        set_pinned(&viewer_context(ctx)?, &input, false).await
    }
}

async fn set_pinned(vc: &ViewerContext, input: &PostIdInput, pinned: bool) -> Result<PostPayload> {
    signed_in(vc)?;
    let changed = match id_input::<PostId>("postId", &input.post_id) {
        Ok(id) => vc.domain().pin_post(vc.viewer(), id, pinned).await,
        Err(refused) => Err(refused),
    };
    PostPayload::of(vc, changed)
}
