use async_graphql::{Context, ID, Object, Result};

use crate::graphql::{
    arguments::{id_argument, viewer_context},
    error::api_error,
    types::Post,
};

#[derive(Default)]
pub struct PostQuery;

#[Object]
impl PostQuery {
    /// A post or a reply; null when there is none, for the viewer.
    async fn post(&self, ctx: &Context<'_>, #[graphql(desc = "The id of the post.")] id: ID) -> Option<Result<Post>> {
        let found = async {
            let vc = viewer_context(ctx)?;
            let id = id_argument("id", &id).map_err(|error| api_error(&error))?;
            let mut rows = vc.domain().posts(vc.viewer(), &[id]).await.map_err(|error| api_error(&error))?;
            Ok(rows.pop().map(|row| Post::new(vc, row)))
        };
        found.await.transpose()
    }
}
