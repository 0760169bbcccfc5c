use std::collections::HashMap;

use async_graphql::{Context, ID, Object, Result};
use entity::{PostId, ProfileId};
use uuid::Uuid;

use crate::{
    domain::Error,
    graphql::{
        ViewerContext,
        arguments::{MAX_IDS, id_argument, viewer_context},
        error::api_error,
        types::{Beacon, Node, Notification, Post, Profile, Viewer, viewer_id},
    },
};

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Whatever has this id; null when there is no such thing, for the viewer.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id that the thing was given out with.")] id: ID,
    ) -> Option<Result<Node>> {
        let found = async {
            let vc = viewer_context(ctx)?;
            let id = id_argument::<Uuid>("id", &id).map_err(|error| api_error(&error))?;
            let found = find(&vc, &[id]).await?.remove(&id);
            Ok::<_, async_graphql::Error>(found.and_then(|found| found.node(&vc)))
        };
        found.await.transpose()
    }

    /// Whatever has these ids, in their order, with null at the place of each that does not exist for the viewer.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node>>>> {
        let vc = viewer_context(ctx)?;
        if ids.len() > MAX_IDS {
            let message = format!("{MAX_IDS} ids at most can be asked for at once");
            return Err(api_error(&Error::BadInput { argument: "ids", message }));
        }
        let ids: Vec<_> = ids.iter().map(|id| id_argument::<Uuid>("ids", id)).collect();
        let wanted: Vec<_> = ids.iter().filter_map(|id| id.as_ref().ok().copied()).collect();
        let found = find(&vc, &wanted).await?;
        Ok(ids
            .into_iter()
            .map(|id| match id {
                Ok(id) => found.get(&id).cloned().and_then(|found| found.node(&vc)).map(Ok),
                Err(error) => Some(Err(api_error(&error))),
            })
            .collect())
    }
}

/// The things with these ids that exist for the viewer: a statement for each kind of thing, until all are found.
async fn find(vc: &ViewerContext, ids: &[Uuid]) -> Result<HashMap<Uuid, Found>> {
    let (viewer, domain) = (vc.viewer(), vc.domain());
    let mut found = HashMap::new();
    if let Some(me) = viewer.id().map(viewer_id).filter(|me| ids.contains(me)) {
        found.insert(me, Found::Viewer);
    }
    let missing = |found: &HashMap<_, _>| ids.iter().copied().filter(|id| !found.contains_key(id)).collect::<Vec<_>>();
    let profiles: Vec<_> = missing(&found).into_iter().map(ProfileId).collect();
    let profiles = domain.profiles(viewer, &profiles).await.map_err(|error| api_error(&error))?;
    found.extend(profiles.into_iter().map(|row| (row.id.0, Found::Profile(row))));
    let posts: Vec<_> = missing(&found).into_iter().map(PostId).collect();
    let posts = domain.posts(viewer, &posts).await.map_err(|error| api_error(&error))?;
    found.extend(posts.into_iter().map(|row| (row.id.0, Found::Post(row))));
    let beacons: Vec<_> = missing(&found).into_iter().map(PostId).collect();
    let beacons = domain.beacons(viewer, &beacons).await.map_err(|error| api_error(&error))?;
    found.extend(beacons.into_iter().map(|row| (row.id.0, Found::Beacon(row))));
    let notifications = domain.notifications_by_id(viewer, &missing(&found)).await;
    let notifications = notifications.map_err(|error| api_error(&error))?;
    found.extend(notifications.into_iter().map(|row| (row.id.0, Found::Notification(row))));
    Ok(found)
}

/// What was found, before it is an object of the schema: the same id may be asked for twice.
#[derive(Clone)]
enum Found {
    Viewer,
    Profile(crate::domain::profile::Profile),
    Post(crate::domain::post::Post),
    Beacon(crate::domain::beacon::Beacon),
    Notification(crate::domain::notification::Notification),
}

impl Found {
    fn node(self, vc: &ViewerContext) -> Option<Node> {
        Some(match self {
            Self::Viewer => Node::Viewer(Viewer::of(vc)?),
            Self::Profile(row) => Node::Profile(Profile::new(vc.clone(), row)),
            Self::Post(row) => Node::Post(Post::new(vc.clone(), row)),
            Self::Beacon(row) => Node::Beacon(Beacon::new(vc.clone(), row)),
            Self::Notification(row) => Node::Notification(Notification::new(vc.clone(), row)),
        })
    }
}
