//! What is inside an area and how far away it is, computed without PostGIS and without the server's code.

/// A place, in degrees north and east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place(pub f64, pub f64);

/// The sphere that PostGIS measures on.
const RADIUS: f64 = 6_371_008.771_415;

/// The distance of two places, in metres, from the angle between their vectors: exact near and far.
pub fn distance(a: Place, b: Place) -> f64 {
    let (a, b) = (vector(a), vector(b));
    RADIUS * length(cross(a, b)).atan2(dot(a, b))
}

/// The haversine formula, to check the above with: exact except opposite of each other.
pub fn haversine(a: Place, b: Place) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let h = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
    2.0 * RADIUS * h.sqrt().asin()
}

/// An area as a client asks for it.
#[derive(Clone, Debug)]
pub enum Area {
    Circle(Place, f64),
    /// South, west, north, east.
    Bounds(f64, f64, f64, f64),
    /// The corners of a convex ring.
    Polygon(Vec<Place>),
}

impl Area {
    /// As it is written in a document.
    pub fn literal(&self) -> String {
        let point = |Place(latitude, longitude): &Place| format!("{{ latitude: {latitude}, longitude: {longitude} }}");
        match self {
            Self::Circle(centre, radius) => {
                format!("{{ circle: {{ center: {}, radiusMeters: {radius} }} }}", point(centre))
            }
            Self::Bounds(south, west, north, east) => {
                format!("{{ bounds: {{ south: {south}, west: {west}, north: {north}, east: {east} }} }}")
            }
            Self::Polygon(ring) => {
                format!("{{ polygon: [{}] }}", ring.iter().map(point).collect::<Vec<_>>().join(", "))
            }
        }
    }

    pub fn holds(&self, place: Place) -> bool {
        match self {
            Self::Circle(centre, radius) => distance(*centre, place) <= *radius,
            Self::Bounds(south, west, north, east) => {
                let between = if west <= east {
                    (*west..=*east).contains(&place.1)
                } else {
                    place.1 >= *west || place.1 <= *east
                };
                (*south..=*north).contains(&place.0) && between
            }
            Self::Polygon(ring) => {
                let p = vector(place);
                let side = |n: usize| dot(cross(vector(ring[n]), vector(ring[(n + 1) % ring.len()])), p);
                // Not on the other side of the Earth, where all is the other way round.
                let near = dot(vector(ring[0]), p) > 0.0;
                near && ((0..ring.len()).all(|n| side(n) >= 0.0) || (0..ring.len()).all(|n| side(n) <= 0.0))
            }
        }
    }

    /// Where distances are measured from.
    pub fn reference(&self) -> Place {
        match self {
            Self::Circle(centre, _) => *centre,
            Self::Bounds(south, west, north, east) => {
                let width = (east - west).rem_euclid(360.0);
                let width = if width == 0.0 && east > west { 360.0 } else { width };
                let middle = west + width / 2.0;
                Place(f64::midpoint(*south, *north), if middle > 180.0 { middle - 360.0 } else { middle })
            }
            Self::Polygon(ring) => {
                let corners: Vec<_> = ring.iter().map(|corner| vector(*corner)).collect();
                let mut sum = [0.0; 3];
                for n in 1..corners.len() - 1 {
                    heavy_point(corners[0], corners[n], corners[n + 1], 6, &mut sum);
                }
                place(sum)
            }
        }
    }
}

/// Adds the middle of a triangle times its area, of many small triangles that the triangle is cut into.
fn heavy_point(a: [f64; 3], b: [f64; 3], c: [f64; 3], cuts: u32, sum: &mut [f64; 3]) {
    if cuts == 0 {
        let side = |from: [f64; 3], to: [f64; 3]| [0, 1, 2].map(|n| to[n] - from[n]);
        let area = length(cross(side(a, b), side(a, c))) / 2.0;
        let middle = unit([0, 1, 2].map(|n| a[n] + b[n] + c[n]));
        *sum = [0, 1, 2].map(|n| sum[n] + area * middle[n]);
        return;
    }
    let half = |a: [f64; 3], b: [f64; 3]| unit([0, 1, 2].map(|n| a[n] + b[n]));
    let (ab, bc, ca) = (half(a, b), half(b, c), half(c, a));
    for [a, b, c] in [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]] {
        heavy_point(a, b, c, cuts - 1, sum);
    }
}

fn vector(Place(latitude, longitude): Place) -> [f64; 3] {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn place([x, y, z]: [f64; 3]) -> Place {
    Place(z.atan2(x.hypot(y)).to_degrees(), y.atan2(x).to_degrees())
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    v.map(|x| x / length(v))
}

fn length(v: [f64; 3]) -> f64 {
    dot(v, v).sqrt()
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
