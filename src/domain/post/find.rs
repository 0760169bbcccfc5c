use entity::{PostId, ProfileId};

use super::{Kind, Post};
use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store,
};

impl Domain {
    /// Those of the posts that exist for the viewer. Beacons are not among them.
    pub async fn posts(&self, viewer: Viewer, ids: &[PostId]) -> Result<Vec<Post>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(store::post::by_ids(&self.db, viewer, self.now(), ids).await?)
    }

    /// The same page of the replies to several posts, oldest first. One statement, however many they are.
    pub async fn replies(
        &self,
        viewer: Viewer,
        parents: &[PostId],
        arguments: &Arguments,
    ) -> Vec<(PostId, Result<Connection<Post>, Error>)> {
        self.pages_of_each(
            parents,
            arguments,
            |parent| format!("Replies:{parent}"),
            |parents, window| async move {
                store::post::replies(&self.db, viewer, self.now(), &parents, &window).await
            },
            Post::oldest_key,
        )
        .await
    }

    /// The same page of the posts of several profiles: pins first, then newest first. One statement, however many they
    /// are.
    pub async fn posts_of_profiles(
        &self,
        viewer: Viewer,
        authors: &[ProfileId],
        kind: Kind,
        arguments: &Arguments,
    ) -> Vec<(ProfileId, Result<Connection<Post>, Error>)> {
        self.pages_of_each(
            authors,
            arguments,
            |author| format!("Posts:{author}:{kind:?}"),
            |authors, window| async move {
                store::post::of_profiles(&self.db, viewer, self.now(), &authors, kind, &window).await
            },
            Post::pinned_key,
        )
        .await
    }
}
