use entity::PostId;

use super::{MAX_BODY, Post, Visibility, mentions::handles, tags::hashtags};
use crate::{
    domain::{Domain, Error, Failure, RefusalCode, text},
    policy::Viewer,
    store,
};

/// What its author wants to change of a post: `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The new text; `Some(None)` removes it from a post that has a picture or a video.
    pub body: Option<Option<String>>,
    /// Whom it is for from now on.
    pub visibility: Option<Visibility>,
    /// Whether it may be replied to from now on.
    pub allow_replies: Option<bool>,
}

impl Domain {
    /// Changes a post of the viewer's. A text that is replaced is kept for its author.
    pub async fn edit_post(&self, viewer: Viewer, id: PostId, edit: Edit) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let body = match edit.body {
            None => None,
            Some(body) => Some(text::checked("body", body.as_deref().unwrap_or_default(), MAX_BODY)?),
        };
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let post = self.lock_own_post(&tx, viewer, id).await?;
                let now = self.now();
                let mut change = store::post::Edit {
                    body: None,
                    visibility: edit.visibility.map(Visibility::word),
                    allow_replies: edit.allow_replies,
                };
                if let Some(body) = body.clone().filter(|body| *body != post.body) {
                    if body.is_none() && post.image_url.is_none() && post.video_url.is_none() {
                        return Err(Failure::refused(
                            RefusalCode::Invalid,
                            "body",
                            "a post needs a text, a picture or a video",
                        ));
                    }
                    store::post::keep_revision(&tx, id, post.body.clone(), now).await?;
                    let tags = body.as_deref().map(hashtags).unwrap_or_default();
                    let parent = match post.parent_id {
                        Some(parent) => store::post::by_ids(&tx, viewer, now, &[parent]).await?.pop(),
                        None => None,
                    };
                    let mentioned = body.as_deref().map(handles).unwrap_or_default();
                    self.mention(&tx, viewer, (id, me), &mentioned, parent.as_ref()).await?;
                    change.body = Some((body, tags));
                }
                store::post::edit(&tx, id, change, now).await?;
                let post = self.changed_post(&tx, viewer, id).await?;
                tx.commit().await?;
                Ok(post)
            })
            .await
    }
}
