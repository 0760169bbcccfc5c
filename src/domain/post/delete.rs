use entity::PostId;

use crate::{
    domain::{Domain, Error, Failure},
    policy::Viewer,
    store,
};

impl Domain {
    /// Deletes a post of the viewer's: it is gone for everybody, and its row stays as long as its author does.
    pub async fn delete_post(&self, viewer: Viewer, id: PostId) -> Result<PostId, Failure> {
        viewer.id().ok_or(Error::Unauthenticated)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                self.lock_own_post(&tx, viewer, id).await?;
                store::post::delete(&tx, id, self.now()).await?;
                store::notification::forget_post(&tx, id).await?;
                tx.commit().await?;
                Ok(id)
            })
            .await
    }
}
