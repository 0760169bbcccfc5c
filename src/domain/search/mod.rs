//! Search: profiles, hashtags and posts, in one list.

mod query;

use std::{cmp::Reverse, collections::HashMap};

use entity::{PostId, ProfileId};

use self::query::wanted;
pub use crate::store::search::Kind;
use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection, Edge},
        post::Post,
        profile::Profile,
    },
    policy::Viewer,
    store::{self, search::Place},
};

/// Something that was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// A person.
    Profile(Profile),
    /// A post or a reply.
    Post(Box<Post>),
    /// A hashtag, without the sign.
    Hashtag(String),
}

impl Domain {
    /// What is called so, or says so, as far as the viewer may see it: handles that begin with the text, hashtags that
    /// do, display names that do, names that are like it, and posts with its words. Three statements at most.
    pub async fn search(
        &self,
        viewer: Viewer,
        query: &str,
        kinds: Option<&[Kind]>,
        arguments: &Arguments,
    ) -> Result<Connection<Found>, Error> {
        let wanted = wanted(query, kinds)?;
        let list = format!("Search:{:?}:{}", wanted.kinds, wanted.text);
        let window = self.cursors.window(&list, arguments)?;
        let slice = store::search::find(&self.db, viewer, self.now(), &wanted, &window).await?;
        let page = self.cursors.connection(&list, &window, slice, Place::clone);
        self.found(viewer, page).await
    }

    /// What stands in these places, each through the door that it always comes through. What has ceased to exist
    /// meanwhile is left out.
    async fn found(&self, viewer: Viewer, page: Connection<Place>) -> Result<Connection<Found>, Error> {
        let places = || page.edges.iter().map(|edge| &edge.node);
        let people: Vec<_> = places().filter_map(profile_at).collect();
        let posts: Vec<_> = places().filter_map(post_at).collect();
        let profiles = self.profiles(viewer, &people).await?.into_iter();
        let mut profiles: HashMap<_, _> = profiles.map(|profile| (profile.id, profile)).collect();
        let posts = self.posts(viewer, &posts).await?.into_iter();
        let mut posts: HashMap<_, _> = posts.map(|post| (post.id, post)).collect();
        let mut at = |place: Place| match place {
            Place::Hashtag(name) => Some(Found::Hashtag(name)),
            Place::Post(Reverse((_, id))) => posts.remove(&id).map(Box::new).map(Found::Post),
            Place::Handle(_, id) | Place::Name(_, id) | Place::Alike(_, id) => profiles.remove(&id).map(Found::Profile),
        };
        let edges = page.edges.into_iter();
        let edges = edges.filter_map(|Edge { cursor, node }| at(node).map(|node| Edge { cursor, node })).collect();
        Ok(Connection { edges, has_next_page: page.has_next_page, has_previous_page: page.has_previous_page })
    }
}

fn profile_at(place: &Place) -> Option<ProfileId> {
    match place {
        Place::Handle(_, id) | Place::Name(_, id) | Place::Alike(_, id) => Some(*id),
        Place::Hashtag(_) | Place::Post(_) => None,
    }
}

fn post_at(place: &Place) -> Option<PostId> {
    if let Place::Post(Reverse((_, id))) = place { Some(*id) } else { None }
}
