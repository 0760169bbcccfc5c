use async_graphql::{ID, Interface};

use super::{Beacon, Notification, Post, Profile, Viewer};

/// Whatever has a globally unique id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The globally unique id."))]
pub enum Node {
    /// The signed-in person.
    Viewer(Viewer),
    /// A profile.
    Profile(Profile),
    /// A post.
    Post(Post),
    /// A beacon.
    Beacon(Beacon),
    /// A notification of the viewer's.
    Notification(Notification),
}
