//! The doors to beacons.

use super::{CountOf, PAGE, Room, Walk};
use crate::matrix::world::PLACE;

impl Walk<'_> {
    pub(super) async fn beacons(&mut self) {
        let (lat, long) = PLACE;
        let (south, north, west, east) = (lat - 0.1, lat + 0.1, long - 0.1, long + 0.1);
        let corner = |lat: f64, long: f64| format!("{{ latitude: {lat}, longitude: {long} }}");
        let ring = [corner(south, west), corner(south, east), corner(north, east), corner(north, west)].join(", ");
        let areas = [
            ("circle", format!("{{ circle: {{ center: {}, radiusMeters: 2000 }} }}", corner(lat, long))),
            ("bounds", format!("{{ bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }} }}")),
            ("polygon", format!("{{ polygon: [{ring}] }}")),
        ];
        for (name, area) in areas {
            for order in ["DISTANCE", "NEWEST", "PRIORITY"] {
                let field = |page: String| format!("{{ c: beacons(area: {area}, orderBy: {order}, {page}) {PAGE} }}");
                let ids = self.pages("/c", field).await;
                self.door(&format!("beacons({name}, {order})"), Room::Beacon, ids);
            }
            let data = self.ask(&format!("{{ beacons(area: {area}) {{ totalCount }} }}")).await;
            let says = data["beacons"]["totalCount"].as_i64();
            self.count(&format!("beacons({name}).totalCount"), CountOf::Beacons, says);
        }
        let map = format!("bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }}, zoom: 4");
        let data = self.ask(&format!("{{ beaconClusters({map}) {{ count beacon {{ id }} }} }}")).await;
        let clusters = data["beaconClusters"].as_array().unwrap();
        self.count("beaconClusters", CountOf::Beacons, clusters.iter().map(|cluster| cluster["count"].as_i64()).sum());
        // A tile of a city, and the one of the world.
        for tile in [(10, 301, 385), (0, 0, 0)] {
            let found = self.world.app.tile(self.viewer.person.as_ref(), tile).await.ids();
            self.mention(&found.join(" "));
            let ids = found.iter().map(|id| id.parse().unwrap()).collect();
            self.door(&format!("the tile {tile:?}"), Room::Beacon, ids);
        }
    }
}
