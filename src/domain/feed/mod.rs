//! Feeds: root posts that are no beacons, newest first.

use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
        post::Post,
    },
    policy::Viewer,
    store,
};

impl Domain {
    /// Everything that the viewer may see.
    pub async fn global_feed(&self, viewer: Viewer, arguments: &Arguments) -> Result<Connection<Post>, Error> {
        let window = self.cursors.window("Global", arguments)?;
        let (now, page) = (self.now(), &window);
        let slice = self.db.reading(|db| async move { store::feed::global(&db, viewer, now, page).await }).await?;
        Ok(self.cursors.connection("Global", &window, slice, Post::time_key))
    }

    /// Those of the global feed that have a video.
    pub async fn quip_feed(&self, viewer: Viewer, arguments: &Arguments) -> Result<Connection<Post>, Error> {
        let window = self.cursors.window("Quips", arguments)?;
        let (now, page) = (self.now(), &window);
        let slice = self.db.reading(|db| async move { store::feed::quips(&db, viewer, now, page).await }).await?;
        Ok(self.cursors.connection("Quips", &window, slice, Post::time_key))
    }

    /// Those of the people whom the viewer follows, accepted, and the viewer's own.
    pub async fn home_feed(&self, viewer: Viewer, arguments: &Arguments) -> Result<Connection<Post>, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let list = format!("Home:{me}");
        let window = self.cursors.window(&list, arguments)?;
        let (now, page) = (self.now(), &window);
        let slice = self.db.reading(|db| async move { store::feed::home(&db, viewer, me, now, page).await }).await?;
        Ok(self.cursors.connection(&list, &window, slice, Post::time_key))
    }

    /// The cursor of a post in the viewer's home feed, for clients that put a new post on top of it.
    #[must_use]
    pub fn home_cursor(&self, viewer: Viewer, post: &Post) -> String {
        let list = viewer.id().map(|me| format!("Home:{me}")).unwrap_or_default();
        self.cursors.seal(&list, &post.time_key())
    }
}
