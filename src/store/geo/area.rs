//! Areas. Whatever its shape, an area lies inside a cap: the points within a distance of a reference point. The cap is
//! what the index is asked for, the shape decides about the rows that it finds.

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

/// Appends a point as a geography.
pub(super) fn point(sql: &mut Sql, point: Point) {
    sql.text("ST_SetSRID(ST_MakePoint(").bind(point.longitude).text(", ").bind(point.latitude);
    sql.text("), 4326)::geography");
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
    format!("SRID=4326;POINT({} {})", point.longitude, point.latitude)
}
