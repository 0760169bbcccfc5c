use async_graphql::{Context, Object, Result};

use crate::{
    domain::search::Kind,
    graphql::{
        arguments::{paging, viewer_context},
        error::api_error,
        types::{SearchConnection, SearchKind, search_page},
    },
};

#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Whom and what the viewer may find: profiles whose handle begins with the text, hashtags that do, profiles whose
    /// display name does, then profiles whose names are like it, 100 at most, and last the posts with its words, newest
    /// first. Private profiles are found by their names.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "1 to 100 characters. Behind @ it is looked for among profiles only, behind # among hashtags and \
                    posts only. For posts, \"quotes\" keep words together, - excludes a word, and or is or."
        )]
        query: String,
        #[graphql(desc = "What to look for, at least one kind; everything unless said.")] kinds: Option<
            Vec<SearchKind>,
        >,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
    ) -> Result<SearchConnection> {
        let vc = viewer_context(ctx)?;
        let kinds = kinds.map(|kinds| kinds.into_iter().map(Kind::from).collect::<Vec<_>>());
        let arguments = paging(first, after, None, None);
        let page = vc.domain().search(vc.viewer(), &query, kinds.as_deref(), &arguments).await;
        Ok(search_page(&vc, page.map_err(|error| api_error(&error))?))
    }
}
