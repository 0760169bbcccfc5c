//! Beacons of a tile of the web's maps, as a Mapbox Vector Tile.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::{
    area::Area,
    search::{Filter, Order, PriorityKey, restrict},
};
use crate::{
    policy::Viewer,
    store::{StoreError, db::Executor, scope, sql::Sql},
};

/// Units along an edge of a tile.
pub const EXTENT: i32 = 4_096;
/// How far a tile reaches beyond its edges, in units: what is drawn there shows on this side too.
pub const BUFFER: i32 = 64;

/// A tile of the square of the web's maps (spherical Mercator), which has as many columns and rows as two to the power
/// of the zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// How often the square is halved.
    pub zoom: i32,
    /// Counted from -180 degrees eastwards.
    pub column: i32,
    /// Counted from the north.
    pub row: i32,
}

impl Tile {
    /// The middle, in degrees east.
    fn longitude(self) -> f64 {
        (f64::from(self.column) + 0.5) / f64::from(1 << self.zoom) * 360.0 - 180.0
    }
}

#[derive(FromQueryResult)]
struct Drawn {
    tile: Vec<u8>,
}

/// The most urgent active beacons of a tile, `limit` at most, as points of the layer `beacons`; no bytes, when there are
/// none. `area` has to hold the tile with its buffer, and nothing that Mercator cannot draw.
pub async fn tile(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    tile: Tile,
    area: &Area,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<u8>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::beacons(viewer, now));
    // As in a list by priority: walked along the index, with the ties of the last, and then sorted exactly. The order is
    // total, so that the same beacons are the same bytes.
    sql.text(", found AS (SELECT visible.* FROM visible WHERE true");
    restrict(&mut sql, area, filter);
    sql.text(" ORDER BY ");
    PriorityKey::walk(&mut sql, area, true);
    sql.text(" FETCH FIRST ").number(limit).text(" ROWS WITH TIES)");
    sql.text(" SELECT ST_AsMVT(feature, 'beacons', ").number(EXTENT).text(", 'place') AS tile FROM (SELECT ");
    place(&mut sql, tile);
    sql.text(" AS place, ");
    properties(&mut sql, filter);
    sql.text(" FROM (SELECT * FROM found ORDER BY priority_key DESC, created_at DESC, id DESC LIMIT ").number(limit);
    sql.text(") AS page) AS feature WHERE place IS NOT NULL");
    Ok(db.one::<Drawn>(sql).await?.map_or_else(Vec::new, |drawn| drawn.tile))
}

/// Appends where a beacon is in the tile; NULL, when it is beyond the buffer. What lies on the other side of the
/// antimeridian is brought to this one: the map goes on there.
fn place(sql: &mut Sql, tile: Tile) {
    sql.text("ST_AsMVTGeom(ST_Translate(ST_Transform(page.location::geometry, 3857), -40075016.685578488");
    sql.text(" * floor((ST_X(page.location::geometry) - ").bind(tile.longitude()).text(") / 360 + 0.5), 0),");
    sql.text(" ST_TileEnvelope(").bind(tile.zoom).text(", ").bind(tile.column).text(", ").bind(tile.row).text("), ");
    sql.number(EXTENT).text(", ").number(BUFFER).text(")");
}

/// Appends what a beacon says of itself on a map, in the words of the API: a part of what anybody who sees it may ask
/// for, and nothing about its author but whether that is an official profile.
fn properties(sql: &mut Sql, filter: &Filter) {
    sql.text("page.id::text AS id, upper(CASE WHEN page.beacon_type = ANY(").bind(filter.known_types.clone());
    sql.text(") THEN page.beacon_type ELSE 'community' END) AS type, upper(CASE WHEN page.severity IN");
    sql.text(" ('low', 'high', 'critical') THEN page.severity ELSE 'medium' END) AS severity,");
    sql.text(
        " page.confidence, COALESCE((SELECT is_official FROM profiles WHERE profiles.id = page.author_id), false)",
    );
    sql.text(" AS is_official, page.vouch_count >= 3 AS is_priority, page.vouch_count AS vouches,");
    sql.text(" page.report_count AS reports, floor(extract(epoch FROM page.expires_at))::bigint AS expires_at");
}
