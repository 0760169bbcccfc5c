//! One file per type of the schema. Their doc comments are the descriptions that clients read.

mod area;
mod beacon;
mod hashtag;
mod node;
mod notification;
mod post;
mod profile;
mod url;
mod viewer;

pub use self::{
    area::{BeaconArea, BeaconFilter, BeaconOrder, GeoPoint, GeoPointInput},
    beacon::{
        Beacon, BeaconConnection, BeaconEdge, BeaconPrecision, BeaconSeverity, BeaconType, BeaconVote, beacons_page,
    },
    hashtag::Hashtag,
    node::Node,
    notification::{Notification, NotificationConnection, NotificationKind},
    post::{Post, PostConnection, PostEdge, PostVisibility, posts_page},
    profile::{Profile, ProfileConnection},
    url::Url,
    viewer::{Viewer, viewer_id},
};
