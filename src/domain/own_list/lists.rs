use super::OwnList;
use crate::{
    domain::{
        Domain, Error,
        follow::Listed,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store::{self, page::TimeKey},
};

impl Domain {
    /// A page of one of the viewer's own lists, the last who came first.
    pub async fn own_list(
        &self,
        viewer: Viewer,
        list: OwnList,
        arguments: &Arguments,
    ) -> Result<Connection<Listed>, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let name = format!("{list:?}:{me}");
        let window = self.cursors.window(&name, arguments)?;
        let slice = store::own_list::page(&self.db, list, me, &window).await?;
        Ok(self.cursors.connection(&name, &window, slice, |row| TimeKey::profile(row.since, row.profile.id)))
    }

    /// How many are in one of the viewer's own lists.
    pub async fn own_list_count(&self, viewer: Viewer, list: OwnList) -> Result<i64, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        Ok(store::own_list::count(&self.db, list, me).await?)
    }
}
