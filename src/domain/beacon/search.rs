use super::{Area, Beacon, BeaconType, Severity};
use crate::{
    domain::{
        Domain, Error,
        cursor::CursorKey,
        page::{Arguments, Connection},
    },
    policy::Viewer,
    store::{
        self,
        geo::{DistanceKey, PriorityKey},
        page::TimeKey,
    },
};

/// Which beacons of an area are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Only these types.
    pub types: Option<Vec<BeaconType>>,
    /// Only those at least so bad.
    pub min_severity: Option<Severity>,
    /// Only those signed by official profiles.
    pub official_only: bool,
    /// Only those at least so confident, 0 to 1.
    pub min_confidence: Option<f64>,
}

/// The order of a list of beacons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Nearest first.
    Distance,
    /// Newest first.
    Newest,
    /// By priority, then severity, then newest first.
    Priority,
}

impl Domain {
    /// The active beacons of an area.
    pub async fn beacons_in(
        &self,
        viewer: Viewer,
        area: &Area,
        filter: &Filter,
        order: Order,
        arguments: &Arguments,
    ) -> Result<Connection<Beacon>, Error> {
        let stored = stored(filter)?;
        match order {
            Order::Distance => self.walk::<DistanceKey>(viewer, area, filter, &stored, arguments).await,
            Order::Newest => self.walk::<TimeKey>(viewer, area, filter, &stored, arguments).await,
            Order::Priority => self.walk::<PriorityKey>(viewer, area, filter, &stored, arguments).await,
        }
    }

    async fn walk<K: store::geo::Order + CursorKey>(
        &self,
        viewer: Viewer,
        area: &Area,
        filter: &Filter,
        stored: &store::geo::Filter,
        arguments: &Arguments,
    ) -> Result<Connection<Beacon>, Error> {
        // Area and filter decide which list it is, and so they are in the seal of its cursors, and nowhere else.
        let list = format!("Beacons:{}:{area:?}:{filter:?}", K::COLUMNS[0]);
        let window = self.cursors.window::<K>(&list, arguments)?;
        let (now, page) = (self.now(), &window);
        let search = |db| async move { store::geo::search(&db, viewer, now, area, stored, page).await };
        let slice = self.db.reading(search).await?;
        Ok(self.cursors.connection(&list, &window, slice, K::of))
    }

    /// How many active beacons of an area there are for the viewer.
    pub async fn count_beacons_in(&self, viewer: Viewer, area: &Area, filter: &Filter) -> Result<i64, Error> {
        let (now, filter) = (self.now(), &stored(filter)?);
        Ok(self.db.reading(|db| async move { store::geo::count(&db, viewer, now, area, filter).await }).await?)
    }

    /// The cursor of a beacon by itself, which is in no list yet.
    #[must_use]
    pub fn beacon_cursor(&self, beacon: &Beacon) -> String {
        self.cursors.seal("Beacon", &TimeKey::post(beacon.created_at, beacon.id))
    }
}

pub(in crate::domain) fn stored(filter: &Filter) -> Result<store::geo::Filter, Error> {
    if filter.min_confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        return Err(Error::BadInput {
            argument: "filter.minConfidence",
            message: "a confidence is between 0 and 1".to_owned(),
        });
    }
    let words = |is_wanted: &dyn Fn(&BeaconType) -> bool| {
        BeaconType::ALL.iter().filter(|word| is_wanted(word)).map(|word| word.word().to_owned()).collect::<Vec<_>>()
    };
    Ok(store::geo::Filter {
        // Each once, however often it is named.
        types: filter.types.as_ref().map(|types| words(&|word| types.contains(word))),
        known_types: words(&|_| true),
        severities: filter.min_severity.map(|least| {
            let enough = Severity::ALL.iter().filter(|severity| **severity >= least);
            enough.map(|severity| severity.word().to_owned()).collect()
        }),
        official_only: filter.official_only,
        min_confidence: filter.min_confidence,
    })
}
