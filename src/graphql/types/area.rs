use async_graphql::{Enum, InputObject, OneofObject, SimpleObject};

use super::{BeaconSeverity, BeaconType};
use crate::domain::{
    Error,
    beacon::{self as domain, Area, Filter, Order, Point, area},
};

/// A place on the Earth (WGS 84).
#[derive(Clone, Copy, SimpleObject)]
pub struct GeoPoint {
    /// Degrees north, from -90 to 90.
    pub(in crate::graphql) latitude: f64,
    /// Degrees east, from -180 to 180.
    pub(in crate::graphql) longitude: f64,
}

/// A place on the Earth (WGS 84).
#[derive(Clone, Copy, InputObject)]
pub struct GeoPointInput {
    /// Degrees north, from -90 to 90.
    latitude: f64,
    /// Degrees east, from -180 to 180.
    longitude: f64,
}

impl GeoPointInput {
    pub(in crate::graphql) fn checked(self, argument: &'static str) -> Result<Point, Error> {
        area::checked_point(argument, self.latitude, self.longitude)
    }
}

/// Everything between two parallels and two meridians. `west` greater than `east` means across the antimeridian.
#[derive(Clone, Copy, InputObject)]
pub struct GeoBoundsInput {
    /// The southern edge, in degrees north.
    south: f64,
    /// The western edge, in degrees east.
    west: f64,
    /// The northern edge, in degrees north.
    north: f64,
    /// The eastern edge, in degrees east.
    east: f64,
}

impl GeoBoundsInput {
    /// South, west, north and east.
    pub(in crate::graphql) fn edges(self) -> (f64, f64, f64, f64) {
        (self.south, self.west, self.north, self.east)
    }
}

/// Everything within a distance of a place.
#[derive(Clone, Copy, InputObject)]
pub struct GeoCircleInput {
    /// The middle.
    center: GeoPointInput,
    /// The distance in metres, more than 0 and at most 50,000.
    #[graphql(default = 5000.0)]
    radius_meters: f64,
}

/// Where to look. `DISTANCE` is measured from the centre of the circle, of the box, or from the polygon's centroid.
#[derive(Clone, OneofObject)]
pub enum BeaconArea {
    /// Around a place.
    Circle(GeoCircleInput),
    /// In a box, as of a map on a screen.
    Bounds(GeoBoundsInput),
    /// Inside a ring of 3 to 100 corners, which closes itself. Its edges are the shortest ways between the corners.
    Polygon(Vec<GeoPointInput>),
}

impl BeaconArea {
    pub(in crate::graphql) fn checked(self) -> Result<Area, Error> {
        match self {
            Self::Circle(circle) => area::circle(circle.center.checked("area.circle.center")?, circle.radius_meters),
            Self::Bounds(GeoBoundsInput { south, west, north, east }) => {
                area::bounds("area.bounds", south, west, north, east)
            }
            Self::Polygon(corners) => {
                // Too many are refused before each is looked at.
                let corners = corners.into_iter().take(area::MAX_CORNERS + 1);
                area::polygon(corners.map(|corner| corner.checked("area.polygon")).collect::<Result<_, _>>()?)
            }
        }
    }
}

/// Which beacons of an area.
#[derive(Clone, Default, InputObject)]
pub struct BeaconFilter {
    /// Only these types.
    types: Option<Vec<BeaconType>>,
    /// Only those at least so bad.
    min_severity: Option<BeaconSeverity>,
    /// Only those that official profiles have signed.
    official_only: Option<bool>,
    /// Only those at least so confident, from 0 to 1.
    min_confidence: Option<f64>,
}

impl From<BeaconFilter> for Filter {
    fn from(filter: BeaconFilter) -> Self {
        let types = |types: Vec<BeaconType>| types.into_iter().map(domain::BeaconType::from).collect();
        Self {
            types: filter.types.map(types),
            min_severity: filter.min_severity.map(Into::into),
            official_only: filter.official_only.unwrap_or_default(),
            min_confidence: filter.min_confidence,
        }
    }
}

/// The order of a list of beacons.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Order")]
pub enum BeaconOrder {
    /// Nearest first.
    Distance,
    /// Newest first.
    Newest,
    /// Those that three people or more vouched for first, then by severity, then newest first.
    Priority,
}
