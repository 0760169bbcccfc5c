use async_graphql::{ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::ProfileId;
use uuid::{Uuid, uuid};

use super::{
    NotificationConnection, PostConnection, Profile, ProfileConnection, notification::notifications_page, posts_page,
    profile::profiles_page,
};
use crate::{
    domain::{Error, mark::Mark, own_list::OwnList, page::Arguments, profile::By},
    graphql::{
        ViewerContext,
        arguments::paging,
        connection::{Total, connection, page_info, saturated},
        error::api_error,
    },
};

/// The signed-in person, and what only that person sees.
pub struct Viewer {
    vc: ViewerContext,
    me: ProfileId,
}

/// Somebody asks to follow the viewer.
#[derive(SimpleObject)]
pub struct FollowRequest {
    /// Who asks.
    from: Profile,
    /// Since when.
    created_at: DateTime<Utc>,
}

connection!(
    FollowRequestConnection, FollowRequestEdge of FollowRequest, "follow requests, newest first",
    total: "How many requests there are in all, from people whom the viewer may see."
);

/// The id of a viewer: made from the profile's, and different from it, since the two are different nodes.
#[must_use]
pub fn viewer_id(me: ProfileId) -> Uuid {
    const VIEWERS: Uuid = uuid!("6f1d0c52-6a53-5f0e-9a55-2f5c5b8a7c11");
    Uuid::new_v5(&VIEWERS, me.0.as_bytes())
}

impl Viewer {
    /// The viewer of a context, unless signed out.
    pub(in crate::graphql) fn of(vc: &ViewerContext) -> Option<Self> {
        vc.viewer().id().map(|me| Self { vc: vc.clone(), me })
    }

    async fn own_list(&self, list: OwnList, arguments: &Arguments) -> Result<ProfileConnection> {
        let page = self.vc.domain().own_list(self.vc.viewer(), list, arguments).await;
        let page = page.map_err(|error| api_error(&error))?;
        Ok(profiles_page(&self.vc, page, Total::OfOwnList(self.vc.clone(), list)))
    }

    async fn marked(&self, mark: Mark, arguments: &Arguments) -> Result<PostConnection> {
        let page = self.vc.domain().marked_posts(self.vc.viewer(), mark, arguments).await;
        let page = page.map_err(|error| api_error(&error))?;
        Ok(posts_page(&self.vc, page.map(|marked| marked.post)))
    }
}

/// The signed-in person, and what only that person sees.
#[Object]
impl Viewer {
    /// The globally unique id. Not that of the profile.
    pub(in crate::graphql) async fn id(&self) -> ID {
        viewer_id(self.me).to_string().into()
    }

    /// The viewer's own profile.
    async fn profile(&self) -> Result<Profile> {
        let row = self.vc.domain().profile(self.vc.viewer(), &By::Id(self.me)).await;
        // Gone between the check of the token and now.
        let row = row.and_then(|row| row.ok_or(Error::Unauthenticated)).map_err(|error| api_error(&error))?;
        Ok(Profile::new(self.vc.clone(), row))
    }

    /// The viewer's e-mail address; empty for an imported profile that has no account.
    async fn email(&self) -> Result<String> {
        self.vc.domain().email(self.vc.viewer()).await.map_err(|error| api_error(&error))
    }

    /// Those who ask to follow the viewer, newest first.
    async fn follow_requests(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<FollowRequestConnection> {
        let arguments = paging(first, after, last, before);
        let page = self.vc.domain().follow_requests(self.vc.viewer(), self.me, &arguments).await;
        let page = page.map_err(|error| api_error(&error))?;
        let page_info = page_info(&page);
        let edges = page.edges.into_iter().map(|edge| FollowRequestEdge {
            cursor: edge.cursor,
            node: FollowRequest { from: Profile::new(self.vc.clone(), edge.node.profile), created_at: edge.node.since },
        });
        let total = Total::OfRequests(self.vc.clone(), self.me);
        Ok(FollowRequestConnection { edges: edges.collect(), page_info, total })
    }

    /// What others did that concerns the viewer, newest first.
    async fn notifications(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<NotificationConnection> {
        let page = self.vc.domain().notifications(self.vc.viewer(), &paging(first, after, last, before)).await;
        Ok(notifications_page(&self.vc, page.map_err(|error| api_error(&error))?))
    }

    /// How many notifications the viewer has not read, counted up to 1,000.
    async fn unread_notification_count(&self) -> Result<i32> {
        let unread = self.vc.domain().unread_notifications(self.vc.viewer()).await;
        Ok(saturated(unread.map_err(|error| api_error(&error))?))
    }

    /// How many of the viewer's one-time prekeys are left to be handed out.
    async fn one_time_prekey_count(&self) -> Result<i32> {
        let left = self.vc.domain().prekeys_left(self.vc.viewer()).await;
        Ok(saturated(left.map_err(|error| api_error(&error))?))
    }

    /// Those whom the viewer has blocked, the last first. Nowhere else do they exist for the viewer.
    async fn blocked_profiles(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<ProfileConnection> {
        self.own_list(OwnList::Blocked, &paging(first, after, last, before)).await
    }

    /// Those who see what the viewer posts to the circle, the last who came first. They are not told.
    async fn circle(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<ProfileConnection> {
        self.own_list(OwnList::Circle, &paging(first, after, last, before)).await
    }

    /// What the viewer has put aside and may still see, the last first.
    async fn saved_posts(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        self.marked(Mark::Save, &paging(first, after, last, before)).await
    }

    /// What the viewer likes and may still see, the last first.
    async fn liked_posts(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        self.marked(Mark::Like, &paging(first, after, last, before)).await
    }
}
