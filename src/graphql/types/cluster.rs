use async_graphql::{Object, Result};

use super::{Beacon, BeaconSeverity, GeoPoint};
use crate::{
    domain::beacon::{Cluster, Severity},
    graphql::{ViewerContext, connection::saturated, error::api_error},
};

/// Beacons that are close to each other on a map.
pub struct BeaconCluster {
    pub(in crate::graphql) vc: ViewerContext,
    pub(in crate::graphql) row: Cluster,
}

/// Beacons that are close to each other on a map.
#[Object]
impl BeaconCluster {
    /// How many.
    async fn count(&self) -> i32 {
        saturated(self.row.count)
    }

    /// The middle of them.
    async fn center(&self) -> GeoPoint {
        GeoPoint { latitude: self.row.latitude, longitude: self.row.longitude }
    }

    /// How bad the worst of them is.
    async fn max_severity(&self) -> BeaconSeverity {
        let place = usize::try_from(self.row.severity - 1).unwrap_or_default();
        Severity::ALL.get(place).copied().unwrap_or(Severity::Medium).into()
    }

    /// The beacon itself where the count is one.
    async fn beacon(&self) -> Option<Result<Beacon>> {
        let beacon = self.vc.beacon(self.row.beacon?).await.map_err(|error| api_error(&error)).transpose()?;
        Some(beacon.map(|row| Beacon::new(self.vc.clone(), row)))
    }
}
