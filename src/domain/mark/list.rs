use super::Mark;
use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store::{self, mark::Marked},
};

impl Domain {
    /// The posts that the viewer has marked and may still see, the last marked first.
    pub async fn marked_posts(
        &self,
        viewer: Viewer,
        mark: Mark,
        arguments: &Arguments,
    ) -> Result<Connection<Marked>, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let list = format!("{mark:?}:{me}");
        let window = self.cursors.window(&list, arguments)?;
        let slice = store::mark::marked(&self.db, viewer, me, self.now(), mark, &window).await?;
        Ok(self.cursors.connection(&list, &window, slice, Marked::key))
    }
}
