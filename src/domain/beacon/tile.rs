use super::{
    Area, Filter, area,
    clusters::{MAX_ZOOM, latitude},
    search::stored,
};
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store::{
        self,
        geo::{BUFFER, EXTENT, Tile},
    },
};

/// Beacons of a tile at most, the most urgent ones. More cannot be told apart on a map.
const MAX_BEACONS: u32 = 5_000;

impl Domain {
    /// The active beacons of a tile of the web's maps, given as zoom, column and row, as a Mapbox Vector Tile; empty when
    /// there are none.
    pub async fn beacon_tile(&self, viewer: Viewer, (zoom, column, row): (i32, i32, i32)) -> Result<Vec<u8>, Error> {
        let tile = Tile { zoom, column, row };
        if !is_on_the_map(tile) {
            return Err(bad("a zoom is between 0 and 22, and a column and a row below 2 to its power"));
        }
        let (now, area, filter) = (self.now(), &area_of(tile)?, &stored(&Filter::default())?);
        let draw = |db| async move { store::geo::tile(&db, viewer, now, tile, area, filter, MAX_BEACONS).await };
        Ok(self.db.reading(draw).await?)
    }
}

fn bad(message: &str) -> Error {
    Error::BadInput { argument: "tile", message: message.to_owned() }
}

fn is_on_the_map(Tile { zoom, column, row }: Tile) -> bool {
    (0..=MAX_ZOOM).contains(&zoom) && [column, row].iter().all(|number| (0..1 << zoom).contains(number))
}

/// The box of a tile with its buffer, which goes on behind the antimeridian. The square ends at its upper and its lower
/// edge: what is nearer to the poles is in no tile.
fn area_of(Tile { zoom, column, row }: Tile) -> Result<Area, Error> {
    let (column, row, size) = (f64::from(column), f64::from(row), f64::from(1 << zoom));
    let buffer = f64::from(BUFFER) / f64::from(EXTENT);
    let longitude = |column: f64| (column / size).rem_euclid(1.0) * 360.0 - 180.0;
    let (west, east) =
        if zoom == 0 { (-180.0, 180.0) } else { (longitude(column - buffer), longitude(column + 1.0 + buffer)) };
    let north = latitude(((row - buffer) / size).max(0.0));
    let south = latitude(((row + 1.0 + buffer) / size).min(1.0));
    area::bounds("tile", south, west, north, east)
}
