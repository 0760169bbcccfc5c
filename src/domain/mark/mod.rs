//! Likes, saves, hides and reactions: what a person leaves on a post that the person may see.

mod list;
mod react;
mod set;

pub use crate::store::mark::{Fact, Facts, Mark};
use crate::{
    domain::{Domain, Error, Failure, RefusalCode, post::Post},
    policy::Viewer,
    store::{self, Tx},
};
use entity::{PostId, ProfileId};

impl Domain {
    /// A post that the viewer may see, while nothing else between the two people can change: a block waits until the mark
    /// is there, and a mark waits for a block and finds no post.
    async fn lock_visible_post(&self, tx: &Tx, viewer: Viewer, me: ProfileId, id: PostId) -> Result<Post, Failure> {
        let read = async || {
            let post = store::post::by_ids(tx, viewer, self.now(), &[id]).await?.pop();
            post.ok_or_else(|| Failure::refused(RefusalCode::NotFound, "postId", "there is no such post"))
        };
        let author = read().await?.author.id;
        store::follow::lock_pair(tx, me, author).await?;
        read().await
    }

    /// What the posts say of marks and replies, for the viewer. One statement, however many they are.
    pub async fn facts(
        &self,
        viewer: Viewer,
        ids: &[PostId],
        wanted: &[Fact],
    ) -> Result<std::collections::HashMap<PostId, Facts>, Error> {
        Ok(store::mark::facts(&self.db, viewer, self.now(), ids, wanted).await?)
    }
}
