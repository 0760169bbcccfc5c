use entity::ProfileId;

use super::{List, Listed};
use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store::{self, page::TimeKey},
};

impl Domain {
    /// The same page of the same list of several owners. One statement, however many they are.
    pub async fn follow_lists(
        &self,
        viewer: Viewer,
        list: List,
        owners: &[ProfileId],
        arguments: &Arguments,
    ) -> Vec<(ProfileId, Result<Connection<Listed>, Error>)> {
        let name = |owner: ProfileId| format!("{list:?}:{owner}");
        self.pages_of_each(
            owners,
            arguments,
            name,
            |owners, window| async move { store::follow::lists(&self.db, viewer, list, &owners, &window).await },
            key,
        )
        .await
    }

    /// Those who ask to follow the viewer, newest first.
    pub async fn follow_requests(
        &self,
        viewer: Viewer,
        me: ProfileId,
        arguments: &Arguments,
    ) -> Result<Connection<Listed>, Error> {
        let list = format!("Requests:{me}");
        let window = self.cursors.window(&list, arguments)?;
        let slice = store::follow::requests(&self.db, viewer, me, &window).await?;
        Ok(self.cursors.connection(&list, &window, slice, key))
    }
}

fn key(row: &Listed) -> TimeKey {
    TimeKey::profile(row.since, row.profile.id)
}
