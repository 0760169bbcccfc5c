use std::sync::Arc;

use entity::{PostId, ProfileId};

use super::batch::Batcher;
use crate::{
    domain::{
        Domain, Error,
        follow::{List, Listed},
        page::{Arguments, Connection},
        post::{Kind, Post},
        profile::Count,
    },
    policy::Viewer,
};

/// Who is asking, and how: the viewer, the domain, and what has to be loaded together.
///
/// Every object of the schema holds the context that it was made in and makes its fields with it, so that what is under
/// a viewer stays under that viewer, also in an answer that signs somebody in. It is made anew for each request;
/// nothing in it outlives the request.
#[derive(Clone)]
pub struct ViewerContext(Arc<Inner>);

struct Inner {
    domain: Arc<Domain>,
    viewer: Viewer,
    counts: Batcher<(ProfileId, Count), i64>,
    parents: Batcher<PostId, Post>,
    posts: Batcher<(ProfileId, Kind, Arguments), Result<Connection<Post>, Error>>,
    follows: Batcher<(ProfileId, List, Arguments), Result<Connection<Listed>, Error>>,
}

impl ViewerContext {
    /// The context of a viewer.
    #[must_use]
    pub fn new(domain: Arc<Domain>, viewer: Viewer) -> Self {
        Self(Arc::new(Inner {
            domain,
            viewer,
            counts: Batcher::default(),
            parents: Batcher::default(),
            posts: Batcher::default(),
            follows: Batcher::default(),
        }))
    }

    /// The context of somebody else, as after signing in.
    pub(super) fn of(&self, viewer: Viewer) -> Self {
        Self::new(Arc::clone(&self.0.domain), viewer)
    }

    pub(super) fn viewer(&self) -> Viewer {
        self.0.viewer
    }

    pub(super) fn domain(&self) -> &Domain {
        &self.0.domain
    }

    /// A count around a profile, together with all counts that siblings ask for.
    pub(super) async fn count(&self, profile: ProfileId, count: Count) -> Result<Option<i64>, Error> {
        let load = |keys: Vec<_>| async move { self.domain().profile_counts(self.viewer(), &keys).await };
        self.0.counts.load((profile, count), load).await
    }

    /// The post that another one replies to, if it exists for the viewer.
    pub(super) async fn parent(&self, id: PostId) -> Result<Option<Post>, Error> {
        let load = |ids: Vec<_>| async move {
            let posts = self.domain().posts(self.viewer(), &ids).await?;
            Ok(posts.into_iter().map(|post| (post.id, post)).collect())
        };
        self.0.parents.load(id, load).await
    }

    /// A page of a profile's posts, together with the same page of its siblings.
    pub(super) async fn posts(
        &self,
        author: ProfileId,
        kind: Kind,
        arguments: Arguments,
    ) -> Result<Connection<Post>, Error> {
        let load = |keys: Vec<(ProfileId, Kind, Arguments)>| async move {
            let mut loaded = Vec::with_capacity(keys.len());
            for (authors, (kind, arguments)) in grouped(keys.into_iter().map(|(id, kind, args)| (id, (kind, args)))) {
                let pages = self.domain().posts_of_profiles(self.viewer(), &authors, kind, &arguments).await;
                loaded.extend(pages.into_iter().map(|(id, page)| ((id, kind, arguments.clone()), page)));
            }
            Ok(loaded.into_iter().collect())
        };
        self.0.posts.load((author, kind, arguments), load).await?.unwrap_or_else(missing)
    }

    /// A page of a profile's followers or followees, together with the same page of its siblings.
    pub(super) async fn follows(
        &self,
        owner: ProfileId,
        list: List,
        arguments: Arguments,
    ) -> Result<Connection<Listed>, Error> {
        let load = |keys: Vec<(ProfileId, List, Arguments)>| async move {
            let mut loaded = Vec::with_capacity(keys.len());
            for (owners, (list, arguments)) in grouped(keys.into_iter().map(|(id, list, args)| (id, (list, args)))) {
                let pages = self.domain().follow_lists(self.viewer(), list, &owners, &arguments).await;
                loaded.extend(pages.into_iter().map(|(id, page)| ((id, list, arguments.clone()), page)));
            }
            Ok(loaded.into_iter().collect())
        };
        self.0.follows.load((owner, list, arguments), load).await?.unwrap_or_else(missing)
    }
}

/// Those who want the same thing, together, in the order in which they came.
fn grouped<W: PartialEq>(keys: impl Iterator<Item = (ProfileId, W)>) -> Vec<(Vec<ProfileId>, W)> {
    let mut groups: Vec<(Vec<ProfileId>, W)> = Vec::new();
    for (id, wanted) in keys {
        match groups.iter_mut().find(|(_, other)| *other == wanted) {
            Some((ids, _)) => ids.push(id),
            None => groups.push((vec![id], wanted)),
        }
    }
    groups
}

fn missing<T>() -> Result<T, Error> {
    Err(Error::Internal("a page that was asked for was not loaded".to_owned()))
}
