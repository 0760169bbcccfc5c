use async_graphql::{Enum, ID, Object};
use chrono::{DateTime, Utc};

use super::{GeoPoint, Profile, Url};
use crate::{
    domain::{
        beacon::{self as domain, Area, Filter},
        page,
    },
    graphql::{
        ViewerContext,
        connection::{Total, connection, page_info},
    },
};

/// Something that people near a place should know. Anonymous unless its author has signed it.
pub struct Beacon {
    vc: ViewerContext,
    row: domain::Beacon,
}

/// What a beacon is about.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::BeaconType")]
pub enum BeaconType {
    /// A matter of safety.
    Safety,
    /// Something dangerous.
    Hazard,
    /// A fire.
    Fire,
    /// Something suspicious.
    Suspicious,
    /// A checkpoint.
    Checkpoint,
    /// Officials on the spot.
    OfficialPresence,
    /// Traffic.
    Traffic,
    /// Noise.
    Noise,
    /// Stolen packages.
    PackageTheft,
    /// A lost or found animal.
    LostPet,
    /// Anything else for the neighbours.
    Community,
    /// Something that takes place.
    Event,
    /// Something that is to be had.
    Resource,
    /// A question to whoever is near.
    Question,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Severity")]
pub enum BeaconSeverity {
    /// Good to know.
    Low,
    /// Worth a look.
    Medium,
    /// Keep away, or help.
    High,
    /// Lives are in danger.
    Critical,
}

/// Whether a beacon still holds.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum BeaconState {
    /// It does.
    Active,
    /// It is over.
    Resolved,
    /// It never was so.
    FalseAlarm,
    /// Its time has run out.
    Expired,
}

/// How exact the place of a beacon is. The true place is not stored unless it is `EXACT`.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Precision")]
pub enum BeaconPrecision {
    /// The point itself. For signed beacons that ask for it.
    Exact,
    /// The centre of a cell of about 150 metres.
    Block,
    /// The centre of a cell of about 1 kilometre.
    Neighborhood,
}

/// What somebody says of a beacon.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Vote")]
pub enum BeaconVote {
    /// It holds.
    Vouch,
    /// It does not.
    Report,
}

connection!(
    BeaconConnection, BeaconEdge of Beacon, "beacons of an area",
    edge: {
        /// Metres from the reference point of the area: the centre of the circle or box, or the polygon's centroid.
        distance_meters: f64
    },
    total: "How many active beacons the area holds."
);

/// A page of the beacons of an area.
#[must_use]
pub fn beacons_page(
    vc: &ViewerContext,
    page: page::Connection<domain::Beacon>,
    area: Area,
    filter: Filter,
) -> BeaconConnection {
    let page_info = page_info(&page);
    let edge = |edge: page::Edge<domain::Beacon>| BeaconEdge {
        cursor: edge.cursor,
        distance_meters: edge.node.distance,
        node: Beacon::new(vc.clone(), edge.node),
    };
    let total = Total::OfBeacons(vc.clone(), area, filter);
    BeaconConnection { edges: page.edges.into_iter().map(edge).collect(), page_info, total }
}

impl Beacon {
    pub(in crate::graphql) fn new(vc: ViewerContext, row: domain::Beacon) -> Self {
        Self { vc, row }
    }
}

/// Something that people near a place should know. Anonymous unless its author has signed it.
#[Object]
impl Beacon {
    /// The globally unique id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// Who signed it; null when it is anonymous.
    async fn author(&self) -> Option<Profile> {
        self.row.author.clone().map(|author| Profile::new(self.vc.clone(), author))
    }

    /// What it is about.
    #[graphql(name = "type")]
    async fn beacon_type(&self) -> BeaconType {
        domain::BeaconType::of(self.row.beacon_type.as_deref().unwrap_or_default()).into()
    }

    /// How bad it is.
    async fn severity(&self) -> BeaconSeverity {
        domain::Severity::of(&self.row.severity).into()
    }

    /// Whether it still holds.
    async fn state(&self) -> BeaconState {
        match domain::State::of(&self.row.state) {
            domain::State::Active => BeaconState::Active,
            domain::State::Resolved => BeaconState::Resolved,
            domain::State::FalseAlarm => BeaconState::FalseAlarm,
        }
    }

    /// What it says.
    async fn body(&self) -> &str {
        self.row.body.as_deref().unwrap_or_default()
    }

    /// Where its picture is.
    async fn image_url(&self) -> Option<Url> {
        Url::shown(self.row.image_url.as_deref())
    }

    /// Where it is, as exactly as `precision` says.
    async fn location(&self) -> GeoPoint {
        GeoPoint { latitude: self.row.location.latitude, longitude: self.row.location.longitude }
    }

    /// How exact its place is.
    async fn precision(&self) -> BeaconPrecision {
        domain::Precision::of(&self.row.precision).into()
    }

    /// How far around its place it matters, in metres.
    async fn radius_meters(&self) -> i32 {
        self.row.radius_meters
    }

    /// How far others confirm it: 0.5, and a tenth more for each vouch and less for each report, within 0 and 1.
    async fn confidence(&self) -> f64 {
        self.row.confidence
    }

    /// Whether three people or more vouched for it.
    async fn is_priority(&self) -> bool {
        self.row.vouch_count >= 3
    }

    /// Whether an official profile signed it.
    async fn is_official(&self) -> bool {
        self.row.author.as_ref().is_some_and(|author| author.is_official)
    }

    /// How many vouched for it.
    async fn vouch_count(&self) -> i32 {
        self.row.vouch_count
    }

    /// How many reported it.
    async fn report_count(&self) -> i32 {
        self.row.report_count
    }

    /// What the viewer says of it; null when nothing. What others say is only counted.
    async fn viewer_vote(&self) -> Option<BeaconVote> {
        self.row.viewer_vote.as_deref().map(|vote| domain::Vote::of(vote).into())
    }

    /// When it was made; of an anonymous one, the minute.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it leaves by itself.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.row.expires_at
    }
}
