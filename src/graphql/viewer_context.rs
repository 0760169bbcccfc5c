use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    net::IpAddr,
    sync::Arc,
};

use async_graphql::Context;
use entity::{PostId, ProfileId};

use super::batch::Batcher;
use crate::{
    domain::{
        Domain, Error,
        beacon::Beacon,
        follow::{List, Listed},
        mark::{Fact, Facts},
        once::{Once, RequestKey},
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

/// What is known of a request besides who makes it.
#[derive(Clone, Default)]
pub struct RequestInfo {
    /// The key with which it may come again.
    pub key: Option<RequestKey>,
    /// Where it comes from.
    pub address: Option<IpAddr>,
}

struct Inner {
    domain: Arc<Domain>,
    viewer: Viewer,
    info: RequestInfo,
    counts: Batcher<(ProfileId, Count), i64>,
    posts_by_id: Batcher<PostId, Post>,
    beacons_by_id: Batcher<PostId, Beacon>,
    facts: Batcher<(PostId, Fact), Facts>,
    hashtag_counts: Batcher<String, i64>,
    replies: Batcher<(PostId, Arguments), Result<Connection<Post>, Error>>,
    posts: Batcher<(ProfileId, Kind, Arguments), Result<Connection<Post>, Error>>,
    follows: Batcher<(ProfileId, List, Arguments), Result<Connection<Listed>, Error>>,
}

impl ViewerContext {
    /// The context of a viewer's request.
    #[must_use]
    pub fn new(domain: Arc<Domain>, viewer: Viewer, info: RequestInfo) -> Self {
        Self(Arc::new(Inner {
            domain,
            viewer,
            info,
            counts: Batcher::default(),
            posts_by_id: Batcher::default(),
            beacons_by_id: Batcher::default(),
            facts: Batcher::default(),
            hashtag_counts: Batcher::default(),
            replies: Batcher::default(),
            posts: Batcher::default(),
            follows: Batcher::default(),
        }))
    }

    /// The context of somebody else, as after signing in.
    pub(super) fn of(&self, viewer: Viewer) -> Self {
        Self::new(Arc::clone(&self.0.domain), viewer, self.0.info.clone())
    }

    pub(super) fn viewer(&self) -> Viewer {
        self.0.viewer
    }

    pub(super) fn shared_domain(&self) -> &Arc<Domain> {
        &self.0.domain
    }

    pub(super) fn domain(&self) -> &Domain {
        &self.0.domain
    }

    /// Where the request comes from, if that is known.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.0.info.address
    }

    /// What the request does here once, however often it comes; none, when it has no key. Mutations are root fields, so
    /// their key in the answer is their place.
    pub(super) fn once(&self, ctx: &Context<'_>) -> Option<Once> {
        let place = ctx.item.node.response_key().node.as_str();
        self.0.info.key.as_ref().map(|key| self.domain().once(self.viewer(), key, place))
    }

    /// A count around a profile, together with all counts that siblings ask for.
    pub(super) async fn count(&self, profile: ProfileId, count: Count) -> Result<Option<i64>, Error> {
        let load = |keys: Vec<_>| async move { self.domain().profile_counts(self.viewer(), &keys).await };
        self.0.counts.load((profile, count), load).await
    }

    /// The post that another one replies to, or that a notification is about, if it exists for the viewer.
    pub(super) async fn post(&self, id: PostId) -> Result<Option<Post>, Error> {
        let load = |ids: Vec<_>| async move {
            let posts = self.domain().posts(self.viewer(), &ids).await?;
            Ok(posts.into_iter().map(|post| (post.id, post)).collect())
        };
        self.0.posts_by_id.load(id, load).await
    }

    /// A beacon that stands alone on a map, together with its siblings.
    pub(super) async fn beacon(&self, id: PostId) -> Result<Option<Beacon>, Error> {
        let load = |ids: Vec<_>| async move {
            let beacons = self.domain().beacons(self.viewer(), &ids).await?;
            Ok(beacons.into_iter().map(|beacon| (beacon.id, beacon)).collect())
        };
        self.0.beacons_by_id.load(id, load).await
    }

    /// What a post says of marks and replies, together with all that siblings ask for. None of a post that has ceased to
    /// exist meanwhile.
    pub(super) async fn fact(&self, post: PostId, fact: Fact) -> Result<Option<Facts>, Error> {
        let load = |keys: Vec<(PostId, Fact)>| async move {
            let ids: BTreeSet<_> = keys.iter().map(|(id, _)| *id).collect();
            // In order: the same selection is the same statement.
            let wanted: BTreeSet<_> = keys.iter().map(|(_, fact)| *fact).collect();
            let (ids, wanted): (Vec<_>, Vec<_>) = (ids.into_iter().collect(), wanted.into_iter().collect());
            let facts = self.domain().facts(self.viewer(), &ids, &wanted).await?;
            Ok(keys.into_iter().filter_map(|key| Some((key, facts.get(&key.0)?.clone()))).collect())
        };
        self.0.facts.load((post, fact), load).await
    }

    /// How many posts a hashtag has, together with the counts of its siblings.
    pub(super) async fn hashtag_post_count(&self, tag: String) -> Result<i64, Error> {
        let load = |tags: Vec<_>| async move { self.domain().hashtag_post_counts(self.viewer(), &tags).await };
        Ok(self.0.hashtag_counts.load(tag, load).await?.unwrap_or_default())
    }

    /// A page of the replies to a post, together with the same page of its siblings.
    pub(super) async fn replies(&self, parent: PostId, arguments: Arguments) -> Result<Connection<Post>, Error> {
        let load = |keys: Vec<(PostId, Arguments)>| async move {
            let mut loaded = Vec::with_capacity(keys.len());
            for (parents, arguments) in grouped(keys.into_iter()) {
                let pages = self.domain().replies(self.viewer(), &parents, &arguments).await;
                loaded.extend(pages.into_iter().map(|(id, page)| ((id, arguments.clone()), page)));
            }
            Ok(loaded.into_iter().collect())
        };
        self.0.replies.load((parent, arguments), load).await?.unwrap_or_else(missing)
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
fn grouped<I, W: Clone + Eq + Hash>(keys: impl Iterator<Item = (I, W)>) -> Vec<(Vec<I>, W)> {
    let mut groups: Vec<(Vec<I>, W)> = Vec::new();
    let mut places = HashMap::new();
    for (id, wanted) in keys {
        let place = *places.entry(wanted).or_insert_with_key(|wanted| {
            groups.push((Vec::new(), wanted.clone()));
            groups.len() - 1
        });
        groups[place].0.push(id);
    }
    groups
}

fn missing<T>() -> Result<T, Error> {
    Err(Error::Internal("a page that was asked for was not loaded".to_owned()))
}
