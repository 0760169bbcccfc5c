use std::f64::consts::PI;

use super::{Area, Filter, area, search::stored};
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store::{
        self,
        geo::{Cells, Cluster},
    },
};

/// The deepest zoom of a map.
pub(super) const MAX_ZOOM: i32 = 22;
/// Cells of a request at most: more than a large screen has.
const MAX_CELLS: i64 = 4_096;
/// Columns and rows of cells in a tile of 256 points, as powers of two: a cell is 64 points wide.
const CELLS_OF_TILE: i32 = 2;
/// The latitude at which the square of the web's maps ends, in degrees.
const EDGE: f64 = 85.051_128_78;

impl Domain {
    /// The active beacons of a box, gathered by the cells of a grid that stands still while the map moves: a cell that
    /// the box touches is counted as a whole.
    pub async fn beacon_clusters(
        &self,
        viewer: Viewer,
        (south, west, north, east): (f64, f64, f64, f64),
        zoom: i32,
        filter: &Filter,
    ) -> Result<Vec<Cluster>, Error> {
        // Checks the numbers.
        area::bounds("bounds", south, west, north, east)?;
        if !(0..=MAX_ZOOM).contains(&zoom) {
            return Err(bad(format!("a zoom is between 0 and {MAX_ZOOM}")));
        }
        let cells = cells(south, west, north, east, zoom);
        if count(cells) > MAX_CELLS {
            return Err(bad("at this zoom, the box is larger than a screen".to_owned()));
        }
        let (now, area, filter) = (self.now(), &area_of(cells)?, &stored(filter)?);
        let gather = |db| async move { store::geo::clusters(&db, viewer, now, cells, area, filter).await };
        Ok(self.db.reading(gather).await?)
    }
}

fn bad(message: String) -> Error {
    Error::BadInput { argument: "zoom", message }
}

/// The cells that a box touches.
#[allow(clippy::cast_possible_truncation, reason = "kept within the grid, which has far fewer cells than i32")]
fn cells(south: f64, west: f64, north: f64, east: f64, zoom: i32) -> Cells {
    let size = 1 << (zoom + CELLS_OF_TILE);
    let number = |share: f64| ((share * f64::from(size)).floor() as i32).clamp(0, size - 1);
    let column = |longitude: f64| number((longitude + 180.0) / 360.0);
    let row = |latitude: f64| number((1.0 - latitude.clamp(-EDGE, EDGE).to_radians().tan().asinh() / PI) / 2.0);
    let mut columns = (column(west), column(east));
    // Around the Earth, and back into the cell in which it began.
    if west > east && columns.0 <= columns.1 {
        columns = (0, size - 1);
    }
    Cells { size, columns, rows: (row(north), row(south)) }
}

fn count(Cells { size, columns: (first, last), rows: (top, bottom) }: Cells) -> i64 {
    let columns = if first <= last { last - first + 1 } else { size - first + last + 1 };
    i64::from(columns) * i64::from(bottom - top + 1)
}

/// A box that holds these cells. A hair wider than they are: the cells themselves decide.
fn area_of(Cells { size, columns: (first, last), rows: (top, bottom) }: Cells) -> Result<Area, Error> {
    const HAIR: f64 = 1e-9;
    let longitude = |column: i32| f64::from(column) / f64::from(size) * 360.0 - 180.0;
    let latitude = |row: i32| latitude(f64::from(row) / f64::from(size));
    let north = if top == 0 { 90.0 } else { latitude(top) + HAIR };
    let south = if bottom == size - 1 { -90.0 } else { latitude(bottom + 1) - HAIR };
    area::bounds("bounds", south, (longitude(first) - HAIR).max(-180.0), north, (longitude(last + 1) + HAIR).min(180.0))
}

/// The latitude at this share of the way down the square of the web's maps, in degrees.
pub(super) fn latitude(share: f64) -> f64 {
    (PI * (1.0 - 2.0 * share)).sinh().atan().to_degrees()
}
