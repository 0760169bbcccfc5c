use uuid::Uuid;

use super::Notification;
use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store,
};

/// Unread notifications are counted up to here: whoever has more is told that there are this many.
const MAX_UNREAD: i64 = 1_000;

impl Domain {
    /// The viewer's notifications, newest first.
    pub async fn notifications(
        &self,
        viewer: Viewer,
        arguments: &Arguments,
    ) -> Result<Connection<Notification>, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let list = format!("Notifications:{me}");
        let window = self.cursors.window(&list, arguments)?;
        let slice = store::notification::page(&self.db, viewer, self.now(), &window).await?;
        Ok(self.cursors.connection(&list, &window, slice, Notification::key))
    }

    /// Those among these that are the viewer's; nobody else has them.
    pub async fn notifications_by_id(&self, viewer: Viewer, ids: &[Uuid]) -> Result<Vec<Notification>, Error> {
        match viewer.id() {
            Some(_) if !ids.is_empty() => Ok(store::notification::by_ids(&self.db, viewer, self.now(), ids).await?),
            _ => Ok(Vec::new()),
        }
    }

    /// How many of the viewer's notifications are unread, at most [`MAX_UNREAD`].
    pub async fn unread_notifications(&self, viewer: Viewer) -> Result<i64, Error> {
        viewer.id().ok_or(Error::Unauthenticated)?;
        Ok(store::notification::unread(&self.db, viewer, self.now(), MAX_UNREAD).await?)
    }
}
