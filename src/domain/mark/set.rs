use entity::PostId;

use super::Mark;
use crate::{
    domain::{Domain, Error, Failure, budget::Ration, notification::Kind, post::Post},
    policy::Viewer,
    store,
};

impl Domain {
    /// Leaves a mark on a post, or takes it away. Doing it again changes nothing. Answers the post as it is then.
    pub async fn mark_post(&self, viewer: Viewer, id: PostId, mark: Mark, is_set: bool) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        if is_set {
            self.ration(Ration::Likes, me)?;
        }
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let post = self.lock_visible_post(&tx, viewer, id, "postId").await?;
                if is_set {
                    let is_new = store::mark::set(&tx, mark, me, id, self.now()).await?;
                    if is_new && mark == Mark::Like {
                        let author = post.author.id;
                        store::notification::tell(&tx, Kind::Like, me, Some(id), &[author], self.now()).await?;
                    }
                } else {
                    store::mark::clear(&tx, mark, me, id).await?;
                }
                tx.commit().await?;
                Ok(post)
            })
            .await
    }
}
