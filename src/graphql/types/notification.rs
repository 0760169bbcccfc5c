use async_graphql::{Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{Post, Profile};
use crate::{
    domain::{notification as domain, page},
    graphql::{
        ViewerContext,
        connection::{connection, page_info},
        error::api_error,
    },
};

/// Something that somebody did and that concerns the viewer. It is there as long as what it tells is so and may be seen.
pub struct Notification {
    vc: ViewerContext,
    row: domain::Notification,
}

/// What a notification tells.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Kind")]
pub enum NotificationKind {
    /// The actor follows the viewer.
    Follow,
    /// The actor asks to follow the viewer.
    FollowRequest,
    /// The actor lets the viewer follow.
    FollowAccepted,
    /// The actor likes a post of the viewer's.
    Like,
    /// The actor has left an emoji on a post of the viewer's.
    Reaction,
    /// The actor has replied to a post of the viewer's.
    Reply,
    /// The actor has named the viewer in a post.
    Mention,
}

connection!(NotificationConnection, NotificationEdge of Notification, "notifications, newest first");

/// A page of notifications.
pub(super) fn notifications_page(
    vc: &ViewerContext,
    page: page::Connection<domain::Notification>,
) -> NotificationConnection {
    let page_info = page_info(&page);
    let edge =
        |edge: page::Edge<_>| NotificationEdge { cursor: edge.cursor, node: Notification::new(vc.clone(), edge.node) };
    NotificationConnection { edges: page.edges.into_iter().map(edge).collect(), page_info }
}

impl Notification {
    pub(in crate::graphql) fn new(vc: ViewerContext, row: domain::Notification) -> Self {
        Self { vc, row }
    }
}

/// Something that somebody did and that concerns the viewer. It is there as long as what it tells is so and may be seen.
#[Object]
impl Notification {
    /// The globally unique id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// What it tells.
    async fn kind(&self) -> NotificationKind {
        self.row.kind.into()
    }

    /// Whose act it was.
    async fn actor(&self) -> Option<Profile> {
        Some(Profile::new(self.vc.clone(), self.row.actor.clone()))
    }

    /// The post of the viewer's that was liked or reacted to, the reply, or the post that names the viewer. Null for
    /// follows.
    async fn post(&self) -> Option<Result<Post>> {
        let post = self.vc.post(self.row.post?).await.map_err(|error| api_error(&error)).transpose()?;
        Some(post.map(|row| Post::new(self.vc.clone(), row)))
    }

    /// Whether the viewer has read it.
    async fn is_read(&self) -> bool {
        self.row.is_read
    }

    /// When it happened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}
