use async_graphql::{Context, Object, Result};

use crate::graphql::{arguments::viewer_context, error::api_error, types::Hashtag};

#[derive(Default)]
pub struct HashtagQuery;

#[Object]
impl HashtagQuery {
    /// A hashtag; null when the viewer may see nothing under it.
    async fn hashtag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word, with or without the sign, upper and lower case alike.")] name: String,
    ) -> Option<Result<Hashtag>> {
        let found = async {
            let vc = viewer_context(ctx)?;
            let name = vc.domain().hashtag(vc.viewer(), &name).await.map_err(|error| api_error(&error))?;
            Ok(name.map(|name| Hashtag { vc, name }))
        };
        found.await.transpose()
    }
}
