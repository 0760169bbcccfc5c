use entity::PostId;

use crate::{
    domain::{Domain, Error, Failure, RefusalCode, budget::Ration, notification::Kind, once::Once, post::Post},
    policy::Viewer,
    store,
};

impl Domain {
    /// Leaves an emoji on a post in the place of another one; the same one again is taken away. Answers the post as it is
    /// then. It is done `once`, if the request can come again.
    pub async fn toggle_reaction(
        &self,
        viewer: Viewer,
        id: PostId,
        emoji: &str,
        once: Option<&Once>,
    ) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        // One that Unicode knows, in the form that Unicode recommends: with and without the variation selector it is the
        // same, and counts as the same.
        let emoji = emojis::get(emoji.trim())
            .ok_or_else(|| Failure::refused(RefusalCode::Invalid, "emoji", "a reaction is one emoji"))?
            .as_str();
        if self.earlier(once).await?.is_none() {
            self.ration(Ration::Likes, me)?;
        }
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let post = self.lock_visible_post(&tx, viewer, id, "postId").await?;
                if self.unless_made(&tx, once, &[]).await?.is_some() {
                    return Ok(post);
                }
                if store::mark::toggle_reaction(&tx, me, id, emoji, self.now()).await? {
                    let author = post.author.id;
                    store::notification::tell(&tx, Kind::Reaction, me, Some(id), &[author], self.now()).await?;
                }
                tx.commit().await?;
                Ok(post)
            })
            .await
    }
}
