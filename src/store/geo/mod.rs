//! Everything that speaks PostGIS. Distances are metres on the sphere that PostGIS uses for `use_spheroid = false`,
//! which is also what the index orders by, so that order, radius and the distance shown never disagree.

mod area;
mod beacon;
mod cluster;
mod search;
pub mod seed;
mod tile;
mod vote;
mod watch;

pub use area::{Area, EARTH_RADIUS_METERS, Point, Shape};
pub(in crate::store) use area::{POINT_TYPE, point_text};
pub use beacon::{Beacon, NewBeacon, allowance, by_ids, forget_allowance, give_back, insert, resolve};
pub(super) use beacon::{HAS_PLACE, WITHOUT_PLACE, columns_of_place, place_as_json};
pub use cluster::{Cells, Cluster, clusters};
pub use search::{DistanceKey, Filter, Order, PriorityKey, count, search};
pub use tile::{BUFFER, EXTENT, Tile, tile};
pub use vote::{lock, unvote, vote};
pub use watch::{Watch, to_watchers, to_watchers_of_ended};
