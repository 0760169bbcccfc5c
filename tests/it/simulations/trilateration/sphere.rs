//! Places on a sphere, as an attacker reckons with them.

use sojorn::domain::beacon::{
    Point, Precision,
    area::distance_meters,
    cell::{cell_size_meters, stored_point},
};
use sojorn::store::geo::EARTH_RADIUS_METERS;

pub fn distance(a: Point, b: Point) -> f64 {
    distance_meters(a, b)
}

/// The place so far north and east, in degrees.
pub fn moved(from: Point, north: f64, east: f64) -> Point {
    Point {
        latitude: (from.latitude + north).clamp(-90.0, 90.0),
        longitude: (from.longitude + east + 180.0).rem_euclid(360.0) - 180.0,
    }
}

/// The place so many metres away, in this direction (degrees from north).
pub fn away(from: Point, direction: f64, meters: f64) -> Point {
    let (latitude, angle, direction) =
        (from.latitude.to_radians(), meters / EARTH_RADIUS_METERS, direction.to_radians());
    let sine = latitude.sin() * angle.cos() + latitude.cos() * angle.sin() * direction.cos();
    let east = (direction.sin() * angle.sin() * latitude.cos()).atan2(angle.cos() - latitude.sin() * sine);
    moved(Point { latitude: sine.clamp(-1.0, 1.0).asin().to_degrees(), ..from }, 0.0, east.to_degrees())
}

/// Where somebody is whose distances from three places are known: three equations for a unit vector, since its product
/// with that of a place is the cosine of the angle between them.
pub fn solve(anchors: [Point; 3], meters: [f64; 3]) -> Point {
    let rows = anchors.map(unit);
    let right = meters.map(|meters| (meters / EARTH_RADIUS_METERS).cos());
    let determinant = |m: [[f64; 3]; 3]| {
        let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
        m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
    };
    let whole = determinant(rows);
    let [x, y, z] = [0, 1, 2].map(|column| {
        let mut replaced = rows;
        for (row, right) in replaced.iter_mut().zip(right) {
            row[column] = right;
        }
        determinant(replaced) / whole
    });
    Point { latitude: z.atan2(x.hypot(y)).to_degrees(), longitude: y.atan2(x).to_degrees() }
}

fn unit(place: Point) -> [f64; 3] {
    let (latitude, longitude) = (place.latitude.to_radians(), place.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// The places of a cell that are farthest from its middle.
pub struct Corners {
    pub middle: Point,
    pub southwest: Point,
    pub northeast: Point,
    others: [Point; 6],
    /// No corner is nearer to the middle, in metres.
    pub least: f64,
}

impl Corners {
    /// The middle, the corners and the edges.
    pub fn all(&self) -> [Point; 9] {
        let ends = [self.middle, self.southwest, self.northeast];
        std::array::from_fn(|n| if n < 3 { ends[n] } else { self.others[n - 3] })
    }
}

/// The corners of the cell that a place is in, felt out from its middle: how cells are cut is not known here.
pub fn corners(place: Point, precision: Precision) -> Corners {
    let size = cell_size_meters(precision).unwrap();
    let middle = stored_point(place, precision);
    let reach = |north: f64, east: f64| {
        let is_inside = |share: f64| stored_point(moved(middle, north * share, east * share), precision) == middle;
        let (mut inside, mut outside) = (0.0, 1.0);
        while outside - inside > 1e-9 {
            let half = f64::midpoint(inside, outside);
            *(if is_inside(half) { &mut inside } else { &mut outside }) = half;
        }
        // A hair within, since a corner is reached along two edges.
        inside * 0.999
    };
    let (north, south, east, west) = (reach(0.01, 0.0), reach(-0.01, 0.0), reach(0.0, 180.0), reach(0.0, -180.0));
    let (north, south, east, west) = (north * 0.01, south * -0.01, east * 180.0, west * -180.0);
    let [southwest, northeast] = [(south, west), (north, east)].map(|(north, east)| moved(middle, north, east));
    let others = [(north, west), (south, east), (north, 0.0), (south, 0.0), (0.0, east), (0.0, west)];
    let others = others.map(|(north, east)| moved(middle, north, east));
    let corners = Corners { middle, southwest, northeast, others, least: size * 0.45 };
    for place in corners.all() {
        assert_eq!(stored_point(place, precision), middle, "{place:?} is in the cell");
    }
    for corner in [southwest, northeast] {
        let from_middle = distance(corner, middle);
        assert!(from_middle > corners.least && from_middle < size, "{corner:?} is {from_middle} m from {middle:?}");
    }
    corners
}
