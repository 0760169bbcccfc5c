use super::Which;
use crate::{
    domain::{Domain, Error, Failure},
    policy::Viewer,
    store,
};

impl Domain {
    /// Marks notifications of the viewer's as read. Ids that are no notifications of the viewer's are passed over: one
    /// may have ceased to stand since it was shown, and of another's there is nothing to say.
    pub async fn mark_notifications_read(&self, viewer: Viewer, which: Which) -> Result<(), Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let mark = || async { store::notification::mark_read(&self.db, me, &which, self.now()).await };
        Ok(self.db.retrying(mark).await?)
    }
}
