//! Precision cells. The Earth is cut into rings of equal height, and each ring into cells of (nearly) equal width, so
//! that a cell is as large in Tromsø as in Quito. Rounding degrees would not do: a degree of longitude shrinks to
//! nothing towards the poles, and the cell with it.

use std::f64::consts::PI;

use super::{Point, Precision};
use crate::store::geo::EARTH_RADIUS_METERS;

/// The point that is stored for a place: the place itself when exact, otherwise the centre of the cell that it is in.
/// The same place always gives the same point, and the centre of a cell gives itself.
#[must_use]
pub fn stored_point(place: Point, precision: Precision) -> Point {
    match cell_size_meters(precision) {
        None => place,
        Some(size) => centre_of_cell(place, size),
    }
}

/// The side of a cell, in metres; none when the place is stored as it is.
#[must_use]
pub fn cell_size_meters(precision: Precision) -> Option<f64> {
    match precision {
        Precision::Exact => None,
        Precision::Block => Some(150.0),
        Precision::Neighborhood => Some(1_000.0),
    }
}

fn centre_of_cell(place: Point, size: f64) -> Point {
    let rings = (PI * EARTH_RADIUS_METERS / size).round();
    let height = 180.0 / rings;
    let ring = ((place.latitude + 90.0) / height).floor().clamp(0.0, rings - 1.0);
    let latitude = (ring + 0.5) * height - 90.0;

    let circumference = 2.0 * PI * EARTH_RADIUS_METERS * latitude.to_radians().cos();
    let cells = (circumference / size).round().max(1.0);
    let width = 360.0 / cells;
    // 180 degrees east and west are the same meridian, and every meridian meets at the poles.
    let longitude = if place.latitude.abs() >= 90.0 { 0.0 } else { (place.longitude + 180.0).rem_euclid(360.0) };
    let cell = (longitude / width).floor().clamp(0.0, cells - 1.0);
    Point { latitude, longitude: (cell + 0.5) * width - 180.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COARSE: [Precision; 2] = [Precision::Block, Precision::Neighborhood];

    fn at(latitude: f64, longitude: f64) -> Point {
        Point { latitude, longitude }
    }

    fn meters(a: Point, b: Point) -> f64 {
        crate::domain::beacon::area::distance_meters(a, b)
    }

    #[test]
    fn the_centre_of_a_cell_stands_for_itself_and_is_never_far() {
        for precision in COARSE {
            let size = cell_size_meters(precision).unwrap();
            for step in 0..20_000 {
                let step = f64::from(step);
                let place = at((step * 0.013_7 + 0.003) % 180.0 - 90.0, (step * 1.618_034) % 360.0 - 180.0);
                let stored = stored_point(place, precision);
                assert_eq!(stored_point(stored, precision), stored, "{place:?}");
                let distance = meters(place, stored);
                assert!(distance <= size * 0.80, "{place:?} is {distance} m from its cell's centre");
            }
        }
    }

    #[test]
    fn cells_are_equally_large_at_every_latitude() {
        for precision in COARSE {
            let size = cell_size_meters(precision).unwrap();
            for latitude in [0.0, 23.4, 45.0, 60.1, 69.6, 78.2, 85.0, 89.0] {
                // The neighbour to the east begins one cell's width on.
                let here = stored_point(at(latitude, 12.3), precision);
                let degrees = size / (111_194.926_6 * here.latitude.to_radians().cos());
                let east = stored_point(at(here.latitude, here.longitude + degrees), precision);
                let width = meters(here, east);
                assert!((width / size - 1.0).abs() < 0.02, "{width} m wide at {latitude}");
                let north = stored_point(at(here.latitude + size / 111_194.926_6, here.longitude), precision);
                let height = (north.latitude - here.latitude).to_radians() * EARTH_RADIUS_METERS;
                assert!((height / size - 1.0).abs() < 0.01, "{height} m high at {latitude}");
            }
        }
    }

    #[test]
    fn edges_of_the_map_have_one_answer() {
        for precision in COARSE {
            assert_eq!(stored_point(at(10.0, 180.0), precision), stored_point(at(10.0, -180.0), precision));
            assert_eq!(stored_point(at(90.0, 33.0), precision), stored_point(at(90.0, -120.0), precision));
            assert_eq!(stored_point(at(-90.0, 1.0), precision), stored_point(at(-90.0, 179.0), precision));
        }
    }
}
