use async_graphql::{Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{PostConnection, Url, posts_page};
use crate::{
    domain::{
        follow::{List, Listed},
        page::{self, Arguments},
        post::Kind,
        profile::{Count, Details},
    },
    graphql::{
        ViewerContext,
        arguments::paging,
        connection::{Total, connection, page_info, saturated},
        error::api_error,
    },
};

/// A person or an organization, as one viewer sees it.
pub struct Profile {
    vc: ViewerContext,
    row: crate::domain::profile::Profile,
}

/// How a follow stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum FollowStatus {
    /// There is none.
    None,
    /// It was asked for and not answered.
    Pending,
    /// It is in force.
    Accepted,
}

/// Which posts of a profile.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum PostKind {
    /// Those that reply to nothing.
    Roots,
    /// Those that reply to something.
    Replies,
    /// Both.
    All,
}

connection!(
    ProfileConnection, ProfileEdge of Profile, "profiles, newest first",
    edge: {
        /// Since when the profile has been in the list.
        since: DateTime<Utc>
    },
    total: "How many there are in all, as far as the viewer may know them."
);

impl Profile {
    pub(in crate::graphql) fn new(vc: ViewerContext, row: crate::domain::profile::Profile) -> Self {
        Self { vc, row }
    }

    fn details(&self) -> Option<&Details> {
        self.row.details.as_ref()
    }

    async fn count(&self, count: Count) -> Option<Result<i32>> {
        self.details()?;
        match self.vc.count(self.row.id, count).await {
            Ok(count) => count.map(|count| Ok(saturated(count))),
            Err(error) => Some(Err(api_error(&error))),
        }
    }

    async fn list(&self, list: List, arguments: Arguments) -> Result<ProfileConnection> {
        let count = match list {
            List::Followers => Count::Followers,
            List::Following => Count::Following,
        };
        let page = self.vc.follows(self.row.id, list, arguments).await.map_err(|error| api_error(&error))?;
        let total = match self.details() {
            Some(_) => Total::OfProfile(self.vc.clone(), self.row.id, count),
            None => Total::Zero,
        };
        Ok(profiles_page(&self.vc, page, total))
    }
}

pub(super) fn profiles_page(vc: &ViewerContext, page: page::Connection<Listed>, total: Total) -> ProfileConnection {
    let page_info = page_info(&page);
    let edge = |edge: page::Edge<Listed>| ProfileEdge {
        cursor: edge.cursor,
        since: edge.node.since,
        node: Profile::new(vc.clone(), edge.node.profile),
    };
    ProfileConnection { edges: page.edges.into_iter().map(edge).collect(), page_info, total }
}

/// A person or an organization, as one viewer sees it.
#[Object]
impl Profile {
    /// The globally unique id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// The unique handle: 3 to 30 of a to z, 0 to 9, `_` and `.`.
    async fn handle(&self) -> &str {
        &self.row.handle
    }

    /// The name to show; the handle, where the person has given none.
    async fn display_name(&self) -> &str {
        let given = self.row.display_name.as_deref().filter(|name| !name.trim().is_empty());
        given.unwrap_or(&self.row.handle)
    }

    /// Where the picture is.
    async fn avatar_url(&self) -> Option<Url> {
        Url::shown(self.row.avatar_url.as_deref())
    }

    /// Whether followers need to be accepted, and only they see posts and lists.
    async fn is_private(&self) -> bool {
        self.row.is_private
    }

    /// Whether Sojorn's operators vouch for who this is.
    async fn is_official(&self) -> bool {
        self.row.is_official
    }

    /// Whether this is the viewer's own profile.
    async fn viewer_is_owner(&self) -> bool {
        self.vc.viewer().is(self.row.id)
    }

    /// The viewer's follow of this profile.
    async fn viewer_follow_status(&self) -> FollowStatus {
        match self.row.follow_status.as_deref() {
            Some("accepted") => FollowStatus::Accepted,
            Some("pending") => FollowStatus::Pending,
            _ => FollowStatus::None,
        }
    }

    /// Whether this profile follows the viewer, accepted.
    async fn follows_viewer(&self) -> bool {
        self.row.follows_viewer
    }

    /// Whether the viewer has blocked this profile. Only the list of blocked profiles shows such a one: everywhere
    /// else, who is blocked does not exist.
    async fn viewer_has_blocked(&self) -> bool {
        self.row.is_blocked
    }

    /// Whether the viewer may see what follows: it is the viewer's own profile, or public, or follows it, accepted.
    async fn viewer_can_see_posts(&self) -> bool {
        self.details().is_some()
    }

    /// A few lines about the person, up to 300 characters. Null unless `viewerCanSeePosts`.
    async fn bio(&self) -> Option<&str> {
        self.details()?.bio.as_deref()
    }

    /// The person's page elsewhere. Null unless `viewerCanSeePosts`.
    async fn website(&self) -> Option<Url> {
        Url::shown(self.details()?.website.as_deref())
    }

    /// Where the wide picture is. Null unless `viewerCanSeePosts`.
    async fn cover_url(&self) -> Option<Url> {
        Url::shown(self.details()?.cover_url.as_deref())
    }

    /// How many follow it, accepted, as far as the viewer may know them. Null unless `viewerCanSeePosts`.
    async fn follower_count(&self) -> Option<Result<i32>> {
        self.count(Count::Followers).await
    }

    /// How many it follows, accepted, as far as the viewer may know them. Null unless `viewerCanSeePosts`.
    async fn following_count(&self) -> Option<Result<i32>> {
        self.count(Count::Following).await
    }

    /// How many posts (not replies) the viewer may see. Null unless `viewerCanSeePosts`.
    async fn post_count(&self) -> Option<Result<i32>> {
        self.count(Count::Posts).await
    }

    /// When the person joined. Null unless `viewerCanSeePosts`.
    async fn created_at(&self) -> Option<DateTime<Utc>> {
        Some(self.details()?.created_at)
    }

    /// Those who follow it, accepted, newest first. Empty unless `viewerCanSeePosts`.
    async fn followers(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<ProfileConnection> {
        self.list(List::Followers, paging(first, after, last, before)).await
    }

    /// Those whom it follows, accepted, newest first. Empty unless `viewerCanSeePosts`.
    async fn following(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<ProfileConnection> {
        self.list(List::Following, paging(first, after, last, before)).await
    }

    /// Its posts: pins first, then newest first. Empty unless `viewerCanSeePosts`.
    #[allow(clippy::too_many_arguments)]
    async fn posts(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them.", default_with = "Some(PostKind::Roots)")] kind: Option<PostKind>,
    ) -> Result<PostConnection> {
        let arguments = paging(first, after, last, before);
        let page = self
            .vc
            .posts(self.row.id, kind.unwrap_or(PostKind::Roots).into(), arguments)
            .await
            .map_err(|error| api_error(&error))?;
        Ok(posts_page(&self.vc, page))
    }
}
