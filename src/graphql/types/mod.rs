//! One file per type of the schema. Their doc comments are the descriptions that clients read.

mod area;
mod beacon;
mod cluster;
mod hashtag;
mod json;
mod node;
mod notification;
mod post;
mod profile;
mod search;
mod url;
mod viewer;

pub use self::{
    area::{BeaconArea, BeaconFilter, BeaconOrder, GeoBoundsInput, GeoPoint, GeoPointInput},
    beacon::{
        Beacon, BeaconConnection, BeaconEdge, BeaconPrecision, BeaconSeverity, BeaconType, BeaconVote, beacons_page,
    },
    cluster::BeaconCluster,
    hashtag::Hashtag,
    json::Json,
    node::Node,
    notification::{Notification, NotificationConnection, NotificationKind},
    post::{Post, PostConnection, PostEdge, PostVisibility, posts_page},
    profile::{Profile, ProfileConnection},
    search::{SearchConnection, SearchKind, search_page},
    url::Url,
    viewer::{Viewer, viewer_id},
};
