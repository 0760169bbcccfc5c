use async_graphql::{Object, Result};

use super::{PostConnection, posts_page};
use crate::graphql::{ViewerContext, arguments::paging, connection::saturated, error::api_error};

/// A word that posts are found under.
pub struct Hashtag {
    pub(in crate::graphql) vc: ViewerContext,
    pub(in crate::graphql) name: String,
}

/// A word that posts are found under.
#[Object]
impl Hashtag {
    /// The word, without the sign, in lower case.
    async fn name(&self) -> &str {
        &self.name
    }

    /// How many posts and replies with it the viewer may see, counted up to 10,000.
    async fn post_count(&self) -> Result<i32> {
        let count = self.vc.hashtag_post_count(self.name.clone()).await;
        Ok(saturated(count.map_err(|error| api_error(&error))?))
    }

    /// The posts and replies with it that the viewer may see, newest first.
    async fn posts(
        &self,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<PostConnection> {
        let arguments = paging(first, after, last, before);
        let page = self.vc.domain().hashtag_posts(self.vc.viewer(), &self.name, &arguments).await;
        Ok(posts_page(&self.vc, page.map_err(|error| api_error(&error))?))
    }
}
