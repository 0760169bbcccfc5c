use async_graphql::{Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{Profile, Url};
use crate::{
    domain::{
        mark::{Fact, Facts},
        page,
        post::Visibility,
    },
    graphql::{
        ViewerContext,
        arguments::paging,
        connection::{connection, page_info, saturated},
        error::api_error,
        items::Items,
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

/// How many have left an emoji.
#[derive(SimpleObject)]
pub struct ReactionCount {
    /// The emoji.
    emoji: String,
    /// How many have left it, as far as the viewer may know them.
    count: i32,
}

impl Post {
    pub(in crate::graphql) fn new(vc: ViewerContext, row: crate::domain::post::Post) -> Self {
        Self { vc, row }
    }

    async fn fact(&self, fact: Fact) -> Result<Option<Facts>> {
        self.vc.fact(self.row.id, fact).await.map_err(|error| api_error(&error))
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

    /// Whom it is for. That it is for the circle is told to its author alone: to the members, it is for followers.
    async fn visibility(&self) -> PostVisibility {
        Visibility::of(self.row.visibility.as_deref()).told(self.vc.viewer(), self.row.author.id).into()
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

    /// The visible replies to it, oldest first.
    async fn replies(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        let page = self.vc.replies(self.row.id, paging(first, after, last, before)).await;
        Ok(posts_page(&self.vc, page.map_err(|error| api_error(&error))?))
    }

    /// How many replies the viewer may see, counted up to 10,000.
    async fn reply_count(&self) -> Result<i32> {
        Ok(self.fact(Fact::Replies).await?.map_or(0, |facts| saturated(facts.replies)))
    }

    /// How many like it, as far as the viewer may know them.
    async fn like_count(&self) -> Result<i32> {
        Ok(self.fact(Fact::Likes).await?.map_or(0, |facts| saturated(facts.likes)))
    }

    /// The emoji that were left on it, the most frequent first, 50 at most.
    async fn reactions(&self) -> Result<Items<ReactionCount>> {
        let Some(facts) = self.fact(Fact::Reactions).await? else { return Ok(Items::from_iter([])) };
        let counts = facts.emojis.into_iter().zip(facts.emoji_counts);
        Ok(counts.map(|(emoji, count)| ReactionCount { emoji, count: saturated(count) }).collect())
    }

    /// Whether the viewer likes it.
    async fn viewer_has_liked(&self) -> Result<bool> {
        Ok(self.fact(Fact::Liked).await?.is_some_and(|facts| facts.liked))
    }

    /// Whether the viewer has put it aside. Nobody else knows.
    async fn viewer_has_saved(&self) -> Result<bool> {
        Ok(self.fact(Fact::Saved).await?.is_some_and(|facts| facts.saved))
    }

    /// The emoji that the viewer has left on it.
    async fn viewer_reaction(&self) -> Result<Option<String>> {
        Ok(self.fact(Fact::Reaction).await?.and_then(|facts| facts.reaction))
    }

    /// What it replies to. Null when it replies to nothing, and when the viewer may not see that.
    async fn parent(&self) -> Option<Result<Post>> {
        let parent = self.vc.post(self.row.parent_id?).await.map_err(|error| api_error(&error)).transpose()?;
        Some(parent.map(|row| Self::new(self.vc.clone(), row)))
    }
}
