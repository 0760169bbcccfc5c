use entity::PostId;

use super::Post;
use crate::{
    domain::{Domain, Error, Failure, RefusalCode},
    policy::Viewer,
    store,
};

/// Posts that a profile can have pinned at the same time.
const MAX_PINS: u64 = 3;

impl Domain {
    /// Puts a post of the viewer's first on the own page, or takes it back into its place. Doing it again changes
    /// nothing.
    pub async fn pin_post(&self, viewer: Viewer, id: PostId, pinned: bool) -> Result<Post, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let post = self.lock_own_post(&tx, viewer, id).await?;
                if pinned {
                    if post.parent_id.is_some() {
                        return Err(Failure::refused(RefusalCode::NotAllowed, "postId", "a reply cannot be pinned"));
                    }
                    store::profile::lock_pins(&tx, me).await?;
                    if store::post::count_other_pins(&tx, viewer, self.now(), me, id).await? >= MAX_PINS {
                        return Err(Failure::refused(
                            RefusalCode::LimitReached,
                            "postId",
                            format!("{MAX_PINS} posts can be pinned; unpin one first"),
                        ));
                    }
                }
                store::post::set_pinned(&tx, id, pinned).await?;
                let post = self.changed_post(&tx, viewer, id).await?;
                tx.commit().await?;
                Ok(post)
            })
            .await
    }
}
