//! The root fields that change something, one file per area. Each takes one `input` and answers a payload: what was
//! changed, as it is now, or the reasons why nothing was.

mod account;
mod beacon;
mod follow;
mod key;
mod mark;
mod notification;
mod own_list;
mod post;
mod profile;

use async_graphql::{ID, MergedObject, SimpleObject};
use entity::PostId;

use super::{
    error::{UserError, outcome},
    types::Viewer,
};
use crate::domain::Failure;

/// What can be done. Several mutations in one request are done one after the other.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    profile::ProfileMutation,
    follow::FollowMutation,
    own_list::OwnListMutation,
    post::PostMutation,
    mark::MarkMutation,
    notification::NotificationMutation,
    key::KeyMutation,
    beacon::BeaconMutation,
);

/// The viewer after the change, or why nothing was changed.
#[derive(SimpleObject)]
pub struct ViewerPayload {
    /// The viewer as it is now; null when nothing was changed.
    viewer: Option<Viewer>,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// What was deleted.
#[derive(SimpleObject)]
pub struct DeletePayload {
    /// The id that no longer exists; null when nothing was deleted.
    deleted_id: Option<ID>,
    /// Why not.
    user_errors: Vec<UserError>,
}

impl DeletePayload {
    fn of(deleted: Result<PostId, Failure>) -> async_graphql::Result<Self> {
        let (id, user_errors) = outcome(deleted)?;
        Ok(Self { deleted_id: id.map(|id| id.to_string().into()), user_errors })
    }
}
