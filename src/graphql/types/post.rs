use async_graphql::{Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{Profile, Url};
use crate::{
    domain::{page, post::Visibility},
    graphql::{
        ViewerContext,
        connection::{connection, page_info},
        error::api_error,
    },
};

/// Something that somebody said, or a reply to it.
pub struct Post {
    vc: ViewerContext,
    row: crate::domain::post::Post,
}

/// Whom a post is for. Nobody sees more of a private profile than its visibility and an accepted follow allow.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Visibility")]
pub enum PostVisibility {
    /// Anybody who may see the author's posts.
    Public,
    /// Accepted followers.
    Followers,
    /// The author's circle.
    Circle,
    /// The author alone.
    OnlyMe,
}

connection!(PostConnection, PostEdge of Post, "posts, newest first");

/// A page of posts.
#[must_use]
pub fn posts_page(vc: &ViewerContext, page: page::Connection<crate::domain::post::Post>) -> PostConnection {
    let page_info = page_info(&page);
    let edge = |edge: page::Edge<_>| PostEdge { cursor: edge.cursor, node: Post::new(vc.clone(), edge.node) };
    PostConnection { edges: page.edges.into_iter().map(edge).collect(), page_info }
}

impl Post {
    pub(in crate::graphql) fn new(vc: ViewerContext, row: crate::domain::post::Post) -> Self {
        Self { vc, row }
    }
}

/// Something that somebody said, or a reply to it.
#[Object]
impl Post {
    /// The globally unique id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// Who wrote it.
    async fn author(&self) -> Profile {
        Profile::new(self.vc.clone(), self.row.author.clone())
    }

    /// What it says; empty when it is a picture or a video without words.
    async fn body(&self) -> &str {
        self.row.body.as_deref().unwrap_or_default()
    }

    /// Where its picture is.
    async fn image_url(&self) -> Option<Url> {
        Url::shown(self.row.image_url.as_deref())
    }

    /// Where its video is.
    async fn video_url(&self) -> Option<Url> {
        Url::shown(self.row.video_url.as_deref())
    }

    /// Where the still of its video is.
    async fn thumbnail_url(&self) -> Option<Url> {
        Url::shown(self.row.thumbnail_url.as_deref())
    }

    /// How long the video is, in milliseconds; 0 when there is no video or its length is unknown.
    async fn duration_ms(&self) -> i32 {
        self.row.duration_ms
    }

    /// Whom it is for.
    async fn visibility(&self) -> PostVisibility {
        Visibility::of(self.row.visibility.as_deref()).into()
    }

    /// The hashtags in its text, without the sign, in lower case.
    async fn tags(&self) -> &[String] {
        &self.row.tags
    }

    /// Whether it may be replied to.
    async fn allow_replies(&self) -> bool {
        self.row.allow_replies
    }

    /// Whether it comes first on its author's page.
    async fn is_pinned(&self) -> bool {
        self.row.is_pinned
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When its text was last changed.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.row.edited_at
    }

    /// When it leaves by itself.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.row.expires_at
    }

    /// What it replies to. Null when it replies to nothing, and when the viewer may not see that.
    async fn parent(&self) -> Option<Result<Post>> {
        let parent = self.vc.parent(self.row.parent_id?).await.map_err(|error| api_error(&error)).transpose()?;
        Some(parent.map(|row| Self::new(self.vc.clone(), row)))
    }
}
