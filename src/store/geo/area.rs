//! Areas. Whatever its shape, an area lies inside a cap: the points within a distance of a reference point. The cap is
//! what the index is asked for, the shape decides about the rows that it finds.

use serde_json::{Value, json};

use crate::store::sql::Sql;

/// The radius of PostGIS's sphere, in metres: (2a + b) / 3 of WGS 84 (`WGS84_RADIUS` in its sources).
pub const EARTH_RADIUS_METERS: f64 = 6_371_008.771_415_059;

/// A place on the Earth, in degrees. Whoever makes one has checked that it is finite and in range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north, from -90 to 90.
    pub latitude: f64,
    /// Degrees east, from -180 to 180.
    pub longitude: f64,
}

impl Point {
    /// The point on the other side of the Earth.
    #[must_use]
    pub fn antipode(self) -> Self {
        let longitude = if self.longitude > 0.0 { self.longitude - 180.0 } else { self.longitude + 180.0 };
        Self { latitude: -self.latitude, longitude }
    }
}

/// What an area looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// All of its cap.
    Circle,
    /// Between two parallels and two meridians, in degrees. `west > east` means across the antimeridian.
    Bounds {
        /// The southern parallel.
        south: f64,
        /// The western meridian.
        west: f64,
        /// The northern parallel.
        north: f64,
        /// The eastern meridian.
        east: f64,
    },
    /// The inside of a ring of great-circle arcs; the ring closes itself.
    Polygon(Vec<Point>),
}

/// An area, and the point that distances are measured from.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// The centre of the circle or of the box, or the centroid of the polygon.
    pub reference: Point,
    /// The distance from the reference point within which the whole area lies, in metres.
    pub radius_meters: f64,
    /// The shape.
    pub shape: Shape,
}

impl Area {
    /// Whether a point may lie in the area: whether it lies in its cap, a hundredth wider for rounding. Spares asking the
    /// database; what it says decides nothing.
    #[must_use]
    pub fn may_hold(&self, place: Point) -> bool {
        let [here, there] =
            [self.reference, place].map(|point| (point.latitude.to_radians(), point.longitude.to_radians()));
        let half = |a: f64, b: f64| ((a - b) / 2.0).sin().powi(2);
        let share = half(here.0, there.0) + here.0.cos() * there.0.cos() * half(here.1, there.1);
        let meters = 2.0 * EARTH_RADIUS_METERS * share.clamp(0.0, 1.0).sqrt().asin();
        meters <= self.radius_meters * 1.01 + 1.0
    }

    /// Appends the reference point as a geography.
    pub(super) fn reference(&self, sql: &mut Sql) {
        point(sql, self.reference);
    }

    /// Appends ` AND` and the condition that `visible.location` lies in the area: first a box that the index knows and
    /// that holds the cap (a hundredth wider, for rounding), then the exact shape.
    pub(super) fn restrict(&self, sql: &mut Sql) {
        sql.text(" AND visible.location && _ST_Expand(");
        self.reference(sql);
        sql.text(", ").bind(self.radius_meters * 1.01 + 1.0).text(")");
        match &self.shape {
            Shape::Circle => {
                sql.text(" AND visible.location <-> ");
                self.reference(sql);
                sql.text(" <= ").bind(self.radius_meters);
            }
            Shape::Bounds { south, west, north, east } => {
                sql.text(" AND ST_Y(visible.location::geometry) BETWEEN ").bind(*south).text(" AND ").bind(*north);
                sql.text(" AND (ST_X(visible.location::geometry) >= ").bind(*west);
                sql.text(if west <= east { " AND " } else { " OR " });
                sql.text("ST_X(visible.location::geometry) <= ").bind(*east);
                // Two numbers for one meridian, and every meridian for a pole.
                if *west <= -180.0 {
                    sql.text(" OR ST_X(visible.location::geometry) = 180");
                }
                if *east >= 180.0 {
                    sql.text(" OR ST_X(visible.location::geometry) = -180");
                }
                if *north >= 90.0 || *south <= -90.0 {
                    sql.text(" OR abs(ST_Y(visible.location::geometry)) = 90");
                }
                sql.text(")");
            }
            Shape::Polygon(ring) => {
                sql.text(" AND ST_Covers(ST_GeogFromText(").bind(well_known_text(ring)).text("), visible.location)");
            }
        }
    }
}

/// Appends, for a row of `watch` (see [`columns`]), the condition that `page.location` lies in its area: what
/// [`Area::restrict`] says of one area, for many at once. There is no index to ask, as the rows are known.
pub(super) fn restrict_each(sql: &mut Sql) {
    let (north, east) = ("ST_Y(page.location::geometry)", "ST_X(page.location::geometry)");
    sql.text("CASE watch.shape WHEN 'circle' THEN page.location <-> ");
    sql.text("ST_SetSRID(ST_MakePoint(watch.longitude, watch.latitude), 4326)::geography <= watch.radius_meters");
    sql.text(&format!(" WHEN 'bounds' THEN {north} BETWEEN watch.south AND watch.north"));
    sql.text(&format!(" AND (CASE WHEN watch.west <= watch.east THEN {east} BETWEEN watch.west AND watch.east"));
    sql.text(&format!(" ELSE {east} >= watch.west OR {east} <= watch.east END"));
    sql.text(&format!(" OR watch.west <= -180 AND {east} = 180 OR watch.east >= 180 AND {east} = -180"));
    sql.text(&format!(" OR (watch.north >= 90 OR watch.south <= -90) AND abs({north}) = 90)"));
    sql.text(" ELSE ST_Covers(ST_GeogFromText(watch.ring), page.location) END");
}

/// The area as columns of `watch`, as JSON.
pub(super) fn columns(area: &Area) -> Value {
    match &area.shape {
        Shape::Circle => json!({
            "shape": "circle", "radius_meters": area.radius_meters,
            "latitude": area.reference.latitude, "longitude": area.reference.longitude,
        }),
        Shape::Bounds { south, west, north, east } => {
            json!({ "shape": "bounds", "south": south, "west": west, "north": north, "east": east })
        }
        Shape::Polygon(ring) => json!({ "shape": "polygon", "ring": well_known_text(ring) }),
    }
}

/// The columns of [`columns`], with their types.
pub(super) const COLUMNS: &str = "shape text, latitude float8, longitude float8, radius_meters float8, \
     south float8, west float8, north float8, east float8, ring text";

/// Appends a point as a geography.
pub(super) fn point(sql: &mut Sql, point: Point) {
    sql.text("ST_SetSRID(ST_MakePoint(").bind(longitude(point)).text(", ").bind(point.latitude);
    sql.text("), 4326)::geography");
}

/// 180 for -180, which is the same meridian: PostGIS loses the order of distances between the two ("index returned tuples
/// in wrong order"). Stored points have 180 as well (migration 17).
fn longitude(point: Point) -> f64 {
    if point.longitude <= -180.0 { 180.0 } else { point.longitude }
}

fn well_known_text(ring: &[Point]) -> String {
    let vertex = |point: &Point| format!("{} {}", point.longitude, point.latitude);
    let ring: Vec<_> = ring.iter().chain(ring.first()).map(vertex).collect();
    format!("SRID=4326;POLYGON(({}))", ring.join(","))
}

/// The type of a column that holds a place.
pub(in crate::store) const POINT_TYPE: &str = "geography(Point, 4326)";

/// A point in the form that COPY takes for a geography.
pub(in crate::store) fn point_text(point: Point) -> String {
    format!("SRID=4326;POINT({} {})", longitude(point), point.latitude)
}
