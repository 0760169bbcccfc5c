use async_graphql::{Context, Object, Result};

use crate::{
    domain::Error,
    graphql::{arguments::viewer_context, error::api_error, types::Json},
};

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Everything that is stored about the viewer: the profile, the account, sessions, keys, posts and beacons (also those
    /// that are deleted, with their earlier texts), follows and requests both ways, the circle, blocks, likes, reactions,
    /// saves, hides, votes, mentions and notifications. Values are those that are stored. What the viewer may not see of others is left out. Null, with
    /// the error code UNAUTHENTICATED, when nobody is signed in.
    async fn export_my_data(&self, ctx: &Context<'_>) -> Option<Result<Json>> {
        let export = async {
            let vc = viewer_context(ctx)?;
            let text = vc.domain().export(vc.viewer()).await.map_err(|error| api_error(&error))?;
            Json::of(&text).ok_or_else(|| api_error(&Error::Internal("an export is no JSON".to_owned())))
        };
        Some(export.await)
    }
}
