//! Areas that a client may ask for, checked and measured.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Area, Point};
use crate::{
    domain::Error,
    store::geo::{EARTH_RADIUS_METERS, Shape},
};

/// The greatest radius of a circle, in metres.
pub const MAX_RADIUS_METERS: f64 = 50_000.0;
/// The most corners of a polygon.
pub const MAX_CORNERS: usize = 100;
/// The greatest distance of a polygon's corner from its centroid, in metres. Far below a quarter of the Earth's
/// circumference, so that it is always clear which side of the ring is the inside.
pub const MAX_POLYGON_RADIUS_METERS: f64 = 2_500_000.0;

/// A place, if the numbers are one.
///
/// # Errors
///
/// When a number is not finite or out of range.
pub fn checked_point(argument: &'static str, latitude: f64, longitude: f64) -> Result<Point, Error> {
    let is_place = latitude.is_finite() && longitude.is_finite() && latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    if is_place {
        Ok(Point { latitude, longitude })
    } else {
        Err(bad(argument, "a latitude is between -90 and 90 degrees, a longitude between -180 and 180"))
    }
}

/// Everything within `radius_meters` of a place.
///
/// # Errors
///
/// When the radius is not above 0 and at most [`MAX_RADIUS_METERS`].
pub fn circle(centre: Point, radius_meters: f64) -> Result<Area, Error> {
    if !(radius_meters > 0.0 && radius_meters <= MAX_RADIUS_METERS) {
        return Err(bad("area.circle.radiusMeters", "a radius is more than 0 and at most 50000 metres"));
    }
    Ok(Area { reference: centre, radius_meters, shape: Shape::Circle })
}

/// Everything between two parallels and two meridians; `west > east` means across the antimeridian.
///
/// # Errors
///
/// When a number is out of range, or the south lies north of the north.
pub fn bounds(argument: &'static str, south: f64, west: f64, north: f64, east: f64) -> Result<Area, Error> {
    let southwest = checked_point(argument, south, west)?;
    let northeast = checked_point(argument, north, east)?;
    if south > north {
        return Err(bad(argument, "south must not be greater than north"));
    }
    let width = if west <= east { east - west } else { east - west + 360.0 };
    let middle = west + width / 2.0;
    let reference = Point {
        latitude: f64::midpoint(south, north),
        longitude: if middle > 180.0 { middle - 360.0 } else { middle },
    };
    // The farthest point of a box is a corner, as long as the box reaches no more than a quarter around the Earth to
    // either side. Of a wider one, all of the Earth is a good enough guess.
    let radius_meters = if width <= 180.0 {
        let southeast = Point { latitude: south, longitude: east };
        let northwest = Point { latitude: north, longitude: west };
        [southwest, northwest, southeast, northeast]
            .map(|corner| distance_meters(reference, corner))
            .into_iter()
            .fold(0.0, f64::max)
    } else {
        PI * EARTH_RADIUS_METERS
    };
    Ok(Area { reference, radius_meters, shape: Shape::Bounds { south, west, north, east } })
}

/// The inside of a ring of great-circle arcs.
///
/// # Errors
///
/// When there are fewer than three different corners, more than [`MAX_CORNERS`], or they lie too far apart.
pub fn polygon(corners: Vec<Point>) -> Result<Area, Error> {
    const ARGUMENT: &str = "area.polygon";
    if corners.len() > MAX_CORNERS {
        return Err(bad(ARGUMENT, "a polygon has 100 corners at most"));
    }
    let mut ring = corners;
    ring.dedup();
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let differs = |corner: &Point| Some(corner) != ring.first();
    let second = ring.iter().find(|corner| differs(corner)).copied();
    if second.is_none() || !ring.iter().any(|corner| differs(corner) && Some(*corner) != second) {
        return Err(bad(ARGUMENT, "a polygon has at least three different corners"));
    }
    let reference = centroid(&ring);
    let radius_meters = ring.iter().map(|corner| distance_meters(reference, *corner)).fold(0.0, f64::max);
    if radius_meters > MAX_POLYGON_RADIUS_METERS {
        return Err(bad(ARGUMENT, "a polygon may not reach farther than 2500 km from its centroid"));
    }
    Ok(Area { reference, radius_meters, shape: Shape::Polygon(ring) })
}

/// The distance of two places on the sphere, in metres (haversine).
#[must_use]
pub fn distance_meters(a: Point, b: Point) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let h = half(b.latitude - a.latitude)
        + a.latitude.to_radians().cos() * b.latitude.to_radians().cos() * half(b.longitude - a.longitude);
    2.0 * EARTH_RADIUS_METERS * h.sqrt().min(1.0).asin()
}

/// The centroid of a ring on the sphere: half the sum, over its arcs, of the arc's angle times the unit vector across
/// it (J. E. Brock, The Inertia Tensor for a Spherical Triangle, 1975). A ring without area has the mean of its corners.
fn centroid(ring: &[Point]) -> Point {
    let corners: Vec<_> = ring.iter().map(|corner| unit_vector(*corner)).collect();
    let mean = corners.iter().fold([0.0; 3], |sum, corner| add(sum, *corner));
    let mut sum = [0.0; 3];
    for (index, a) in corners.iter().enumerate() {
        let b = &corners[(index + 1) % corners.len()];
        let across = cross(*a, *b);
        let length = dot(across, across).sqrt();
        if length > 0.0 {
            let angle = length.atan2(dot(*a, *b));
            sum = add(sum, across.map(|x| x * angle / length));
        }
    }
    // The sum points inward or outward with the direction in which the ring runs.
    let side = dot(sum, mean);
    let is_flat = side.abs() <= 1e-12 * dot(mean, mean).sqrt();
    let [x, y, z] = if is_flat { mean } else { sum.map(|x| x * side.signum()) };
    Point {
        latitude: z.atan2(x.hypot(y)).clamp(-FRAC_PI_2, FRAC_PI_2).to_degrees(),
        longitude: y.atan2(x).to_degrees(),
    }
}

fn unit_vector(point: Point) -> [f64; 3] {
    let (latitude, longitude) = (point.latitude.to_radians(), point.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn add(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn bad(argument: &'static str, message: &str) -> Error {
    Error::BadInput { argument, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Point {
        Point { latitude, longitude }
    }

    #[test]
    fn the_centroid_of_a_ring_is_in_its_middle_whichever_way_it_runs() {
        let mut ring = vec![at(44.0, -94.0), at(44.0, -92.0), at(46.0, -92.0), at(46.0, -94.0)];
        for _ in 0..2 {
            let middle = centroid(&ring);
            assert!((middle.longitude + 93.0).abs() < 1e-9, "{middle:?}");
            assert!((middle.latitude - 45.0).abs() < 0.02, "{middle:?}");
            ring.reverse();
        }
        // Many corners on one side do not pull it there.
        let uneven: Vec<_> =
            (0..50).map(|n| at(44.0 + f64::from(n) * 0.04, -94.0)).chain([at(46.0, -92.0), at(44.0, -92.0)]).collect();
        assert!((centroid(&uneven).longitude + 93.0).abs() < 0.05);
        // Across the antimeridian.
        let fiji = centroid(&[at(-18.0, 179.0), at(-18.0, -179.0), at(-16.0, -179.0), at(-16.0, 179.0)]);
        assert!((fiji.longitude.abs() - 180.0).abs() < 1e-9, "{fiji:?}");
    }

    #[test]
    fn the_cap_of_a_box_holds_the_box() {
        for (south, west, north, east) in [
            (10.0, 20.0, 11.0, 21.0),
            (-18.0, 179.0, -16.0, -179.0),
            (60.0, -80.0, 90.0, 100.0),
            (-90.0, -180.0, 90.0, 180.0),
        ] {
            let area = bounds("area.bounds", south, west, north, east).unwrap();
            let width = if west <= east { east - west } else { east - west + 360.0 };
            for i in 0..=20 {
                for j in 0..=20 {
                    let longitude = west + width * f64::from(i) / 20.0;
                    let inside = at(south + (north - south) * f64::from(j) / 20.0, longitude);
                    assert!(
                        distance_meters(area.reference, inside) <= area.radius_meters + 1e-3,
                        "{inside:?} of {area:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn areas_that_are_none_are_refused() {
        assert!(checked_point("x", f64::NAN, 0.0).is_err());
        assert!(checked_point("x", 0.0, f64::INFINITY).is_err());
        assert!(checked_point("x", 90.000_001, 0.0).is_err());
        assert!(circle(at(0.0, 0.0), 0.0).is_err());
        assert!(circle(at(0.0, 0.0), f64::NAN).is_err());
        assert!(circle(at(0.0, 0.0), 50_000.1).is_err());
        assert!(bounds("area.bounds", 1.0, 0.0, 0.0, 1.0).is_err());
        assert!(polygon(vec![at(0.0, 0.0), at(0.0, 1.0)]).is_err());
        assert!(polygon(vec![at(0.0, 0.0), at(0.0, 1.0), at(0.0, 0.0)]).is_err());
        assert!(polygon(vec![at(0.0, 0.0); 101]).is_err());
        assert!(polygon(vec![at(0.0, 0.0), at(0.0, 90.0), at(80.0, 0.0)]).is_err());
        assert!(polygon(vec![at(0.0, 0.0), at(0.0, 1.0), at(1.0, 0.0)]).is_ok());
    }
}
