//! Beacons of a map, gathered by the cells of a grid.

use chrono::{DateTime, Utc};
use entity::PostId;
use sea_orm::FromQueryResult;

use super::{
    area::Area,
    search::{Filter, restrict},
};
use crate::{
    policy::Viewer,
    store::{StoreError, db::Executor, scope},
};

/// Cells of a grid over the square of the web's maps (spherical Mercator): `size` columns from -180 degrees eastwards,
/// and as many rows from the north. What lies beyond 85.05 degrees belongs to the row at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Columns and rows of the whole grid.
    pub size: i32,
    /// The first and the last column; the first is greater across the antimeridian.
    pub columns: (i32, i32),
    /// The first and the last row.
    pub rows: (i32, i32),
}

/// The active beacons of a cell, as far as the viewer may see them.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Cluster {
    /// How many.
    pub count: i64,
    /// The mean of their latitudes, in degrees.
    pub latitude: f64,
    /// The mean of their longitudes, in degrees.
    pub longitude: f64,
    /// The place of the worst severity among low, medium, high and critical.
    pub severity: i32,
    /// The beacon, where it is only one.
    pub beacon: Option<PostId>,
}

/// The cells that hold anything, from the north-west to the south-east. `area` has to hold all of them.
pub async fn clusters(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    cells: Cells,
    area: &Area,
    filter: &Filter,
) -> Result<Vec<Cluster>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::beacons(viewer, now));
    // Exactly, since a sum of floats depends on the order of the rows, and that on rows that the viewer may not see.
    sql.text(" SELECT count(*) AS count, avg(latitude::numeric)::float8 AS latitude,");
    sql.text(" avg(longitude::numeric)::float8 AS longitude,");
    sql.text(" max(array_position('{low,medium,high,critical}', severity)) AS severity,");
    sql.text(" CASE count(*) WHEN 1 THEN (array_agg(id))[1] END AS beacon FROM (SELECT seen.*, ");
    let size = format!("{}", cells.size);
    let number = |share: &str| format!("greatest(0, least({size} - 1, floor({share} * {size})))::int");
    sql.text(&number("(seen.longitude + 180) / 360")).text(" AS cell_column, ");
    let edge = "greatest(-85.05112878, least(85.05112878, seen.latitude))";
    sql.text(&number(&format!("(1 - asinh(tan(radians({edge}))) / pi()) / 2"))).text(" AS cell_row FROM (");
    sql.text("SELECT visible.id, visible.severity, ST_Y(visible.location::geometry) AS latitude,");
    sql.text(" ST_X(visible.location::geometry) AS longitude FROM visible WHERE true");
    restrict(&mut sql, area, filter);
    sql.text(") AS seen) AS placed WHERE cell_row BETWEEN ").bind(cells.rows.0).text(" AND ").bind(cells.rows.1);
    let (first, last) = cells.columns;
    sql.text(" AND (cell_column >= ").bind(first).text(if first <= last { " AND " } else { " OR " });
    sql.text("cell_column <= ").bind(last).text(") GROUP BY cell_row, cell_column ORDER BY cell_row, cell_column");
    db.all(sql).await
}
