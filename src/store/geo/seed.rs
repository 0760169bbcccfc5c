//! Beacons of the made-up networks.

use entity::PostId;

use super::{area::point, beacon, beacon::NewBeacon};
use crate::store::{StoreError, Tx, db::Executor, sql::Sql};

/// Puts a beacon: inserts it, or sets it back to what it is made as now, so that it is new and open again.
pub async fn put(tx: &Tx, new: NewBeacon, vouches: i32, reports: i32) -> Result<(), StoreError> {
    let id = new.id;
    let mut sql = Sql::new("UPDATE posts SET beacon_state = 'active', status = 'active', deleted_at = NULL, body = ");
    sql.bind(new.body.as_str()).text(", beacon_type = ").bind(new.beacon_type).text(", severity = ").bind(new.severity);
    sql.text(", precision_level = ").bind(new.precision).text(", radius_meters = ").bind(new.radius_meters);
    sql.text(", created_at = ").bind(new.created_at).text(", expires_at = ").bind(new.expires_at);
    sql.text(", location = ");
    point(&mut sql, new.location);
    sql.text(" WHERE id = ").bind(id);
    if tx.execute(sql).await? == 0 {
        beacon::insert(tx, new).await?;
    }
    set_votes(tx, id, vouches, reports).await
}

async fn set_votes(tx: &Tx, id: PostId, vouches: i32, reports: i32) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE posts SET vouch_count = ");
    sql.bind(vouches).text(", report_count = ").bind(reports).text(" WHERE id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}
