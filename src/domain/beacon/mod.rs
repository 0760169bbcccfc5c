//! Beacons: posts with a place. What the place is made coarse by is in [`cell`], what an area is in [`area`].

pub mod area;
pub mod cell;
mod clusters;
mod create;
mod delete;
mod find;
mod manage;
mod resolve;
mod search;
mod tile;
mod vote;
mod words;

pub(super) use self::search::stored as stored_filter;
pub use self::{
    create::{Created, NewBeacon},
    search::{Filter, Order},
    words::{BeaconType, Precision, Severity, State, Vote},
};
pub use crate::store::geo::{Area, Beacon, Cluster, Point};
