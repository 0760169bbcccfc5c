use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// Everything that is stored about the viewer, as the text of one JSON object.
    pub async fn export(&self, viewer: Viewer) -> Result<String, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        Ok(store::export::of(&self.db, viewer, me, self.now()).await?)
    }
}
