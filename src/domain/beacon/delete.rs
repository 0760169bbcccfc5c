use entity::PostId;

use crate::{
    domain::{Domain, Failure},
    policy::Viewer,
    store,
};

impl Domain {
    /// Deletes a beacon: it is gone for everybody.
    pub async fn delete_beacon(&self, viewer: Viewer, id: PostId, manage_key: Option<&str>) -> Result<PostId, Failure> {
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                self.managed_beacon(&tx, viewer, id, manage_key).await?;
                store::post::delete(&tx, id, self.now()).await?;
                tx.commit().await?;
                Ok(id)
            })
            .await
    }
}
