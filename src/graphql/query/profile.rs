use async_graphql::{Context, ID, Object, OneofObject, Result};

use crate::{
    domain::{Error, profile::By},
    graphql::{
        arguments::{id_argument, viewer_context},
        error::api_error,
        types::{Profile, Viewer},
    },
};

/// How to look a profile up.
#[derive(OneofObject)]
pub enum ProfileBy {
    /// By its id.
    Id(ID),
    /// By its handle, upper and lower case alike.
    Handle(String),
}

#[derive(Default)]
pub struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// Who is signed in; null when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<Viewer>> {
        viewer_context(ctx).map(|vc| Viewer::of(&vc)).transpose()
    }

    /// A profile; null when there is none, for the viewer.
    async fn profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id or the handle.")] by: ProfileBy,
    ) -> Option<Result<Profile>> {
        let found = async {
            let vc = viewer_context(ctx)?;
            let by = match by {
                ProfileBy::Id(id) => id_argument("by.id", &id).map(By::Id),
                ProfileBy::Handle(handle) if handle.contains('\0') => {
                    Err(Error::BadInput { argument: "by.handle", message: "a handle has no NUL".to_owned() })
                }
                ProfileBy::Handle(handle) => Ok(By::Handle(handle)),
            };
            let by = by.map_err(|error| api_error(&error))?;
            let row = vc.domain().profile(vc.viewer(), &by).await.map_err(|error| api_error(&error))?;
            Ok(row.map(|row| Profile::new(vc, row)))
        };
        found.await.transpose()
    }
}
