//! Likes, saves, hides and reactions: what a person leaves on a post that the person may see.

mod list;
mod react;
mod set;

use std::collections::HashMap;

use entity::PostId;

pub use crate::store::mark::{Fact, Facts, Mark};
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// What the posts say of marks and replies, for the viewer. One statement, however many they are.
    pub async fn facts(
        &self,
        viewer: Viewer,
        ids: &[PostId],
        wanted: &[Fact],
    ) -> Result<HashMap<PostId, Facts>, Error> {
        Ok(store::mark::facts(&self.db, viewer, self.now(), ids, wanted).await?)
    }
}
