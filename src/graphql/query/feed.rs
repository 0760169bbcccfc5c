use async_graphql::{Context, Object, Result};

use crate::graphql::{
    arguments::{paging, viewer_context},
    error::api_error,
    types::{PostConnection, posts_page},
};

#[derive(Default)]
pub struct FeedQuery;

#[Object]
impl FeedQuery {
    /// Every post that the viewer may see, newest first. Replies and beacons are elsewhere.
    async fn global_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        let vc = viewer_context(ctx)?;
        let page = vc.domain().global_feed(vc.viewer(), &paging(first, after, last, before)).await;
        Ok(posts_page(&vc, page.map_err(|error| api_error(&error))?))
    }

    /// The posts of those whom the viewer follows, and the viewer's own, newest first. Null, with the error code
    /// UNAUTHENTICATED, when nobody is signed in.
    async fn home_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<PostConnection>> {
        let page = async {
            let vc = viewer_context(ctx)?;
            let page = vc.domain().home_feed(vc.viewer(), &paging(first, after, last, before)).await;
            Ok(posts_page(&vc, page.map_err(|error| api_error(&error))?))
        };
        Some(page.await)
    }

    /// Those of the global feed that have a video.
    async fn quip_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        let vc = viewer_context(ctx)?;
        let page = vc.domain().quip_feed(vc.viewer(), &paging(first, after, last, before)).await;
        Ok(posts_page(&vc, page.map_err(|error| api_error(&error))?))
    }
}
