//! Beacons: look-ups and writes.

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

use super::area::{Point, point};
use crate::{
    policy::Viewer,
    store::{
        StoreError, Tx,
        db::Executor,
        profile::{Profile, uuids},
        scope,
        sql::Sql,
    },
};

/// The condition that a row of `posts` has a place at all. An adopted one may have none, an empty point, or a point of
/// numbers that are none (at distance 0 from everywhere).
pub(in crate::store) const HAS_PLACE: &str = "(ST_X(location::geometry) BETWEEN -180 AND 180 \
     AND ST_Y(location::geometry) BETWEEN -90 AND 90) IS TRUE";

/// The beacons without a place, for the report on an adopted database.
pub(in crate::store) const WITHOUT_PLACE: &str = "SELECT 1 FROM posts WHERE is_beacon AND \
     (ST_X(location::geometry) BETWEEN -180 AND 180 AND ST_Y(location::geometry) BETWEEN -90 AND 90) IS NOT TRUE";

/// The place of a row of `posts` as JSON, if it has one.
pub(in crate::store) fn place_as_json() -> String {
    let (latitude, longitude) = ("ST_Y(location::geometry)", "ST_X(location::geometry)");
    format!("CASE WHEN {HAS_PLACE} THEN json_build_object('latitude', {latitude}, 'longitude', {longitude}) END")
}

/// Appends the place of a row of `posts` as two columns, NULL if it has none.
pub(in crate::store) fn columns_of_place(sql: &mut Sql) {
    sql.text("ST_Y(posts.location::geometry) AS latitude, ST_X(posts.location::geometry) AS longitude");
}

/// A beacon as one viewer sees it.
#[derive(Clone, Debug)]
pub struct Beacon {
    /// Its id.
    pub id: PostId,
    /// Who signed it; nobody, when it is anonymous.
    pub author: Option<Profile>,
    /// What it says.
    pub body: Option<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// What it is about, as stored.
    pub beacon_type: Option<String>,
    /// How bad it is, as stored.
    pub severity: String,
    /// Whether it still holds, as stored.
    pub state: String,
    /// Where it is: the stored point, which may be the centre of a cell.
    pub location: Point,
    /// How exact the point is, as stored.
    pub precision: String,
    /// How far around the point it matters, in metres.
    pub radius_meters: i32,
    /// 0 to 1.
    pub confidence: f64,
    /// Its rank in the priority order.
    pub priority_key: i64,
    /// How many vouched for it.
    pub vouch_count: i32,
    /// How many reported it.
    pub report_count: i32,
    /// What the viewer says of it, as stored.
    pub viewer_vote: Option<String>,
    /// The hash of its manage key; never leaves the domain.
    pub manage_key_hash: Option<Vec<u8>>,
    /// When it was made; cut to the minute, when it is anonymous.
    pub created_at: DateTime<Utc>,
    /// When it leaves.
    pub expires_at: Option<DateTime<Utc>>,
    /// Metres from the reference point of the area that it was found in; 0 when it was looked up.
    pub distance: f64,
}

impl FromQueryResult for Beacon {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let signed: Option<ProfileId> = row.try_get(prefix, "author_id")?;
        Ok(Self {
            id: row.try_get(prefix, "id")?,
            author: signed.map(|_| Profile::from_query_result(row, "author_")).transpose()?,
            body: row.try_get(prefix, "body")?,
            image_url: row.try_get(prefix, "image_url")?,
            beacon_type: row.try_get(prefix, "beacon_type")?,
            severity: row.try_get(prefix, "severity")?,
            state: row.try_get(prefix, "beacon_state")?,
            location: Point {
                latitude: row.try_get(prefix, "latitude")?,
                longitude: row.try_get(prefix, "longitude")?,
            },
            precision: row.try_get(prefix, "precision_level")?,
            radius_meters: row.try_get(prefix, "radius_meters")?,
            confidence: row.try_get(prefix, "confidence")?,
            priority_key: row.try_get(prefix, "priority_key")?,
            vouch_count: row.try_get(prefix, "vouch_count")?,
            report_count: row.try_get(prefix, "report_count")?,
            viewer_vote: row.try_get(prefix, "viewer_vote")?,
            manage_key_hash: row.try_get(prefix, "manage_key_hash")?,
            created_at: row.try_get(prefix, "created_at")?,
            expires_at: row.try_get(prefix, "expires_at")?,
            distance: row.try_get(prefix, "distance")?,
        })
    }
}

/// Appends the columns of a beacon from the rows `page`, and of its author from `profiles`.
pub(super) fn beacon_columns(sql: &mut Sql, viewer: Viewer, distance: &str) {
    sql.text("page.id, page.author_id, page.body, page.image_url, page.beacon_type, page.severity, page.beacon_state,");
    sql.text(" ST_Y(page.location::geometry) AS latitude, ST_X(page.location::geometry) AS longitude,");
    sql.text(" page.precision_level, page.radius_meters, page.confidence, page.priority_key, page.vouch_count,");
    sql.text(" page.report_count, page.manage_key_hash, page.created_at, page.expires_at, ");
    sql.text(distance).text(" AS distance, ");
    if viewer == Viewer::SIGNED_OUT {
        sql.text("NULL::text");
    } else {
        sql.text("(SELECT vote FROM beacon_votes WHERE beacon_id = page.id AND profile_id = ").viewer(viewer).text(")");
    }
    sql.text(" AS viewer_vote, ");
    scope::profile_columns(sql, viewer, "author_");
}

/// The visible beacons among these.
pub async fn by_ids(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    ids: &[PostId],
) -> Result<Vec<Beacon>, StoreError> {
    let mut sql = scope::with_visible_posts(scope::beacons(viewer, now));
    sql.text(" SELECT ");
    beacon_columns(&mut sql, viewer, "0::double precision");
    sql.text(" FROM visible AS page LEFT JOIN profiles ON profiles.id = page.author_id WHERE page.id = ANY(");
    sql.bind(uuids(ids)).text(")");
    db.all(sql).await
}

/// What a new beacon is made of.
#[derive(Clone, Debug)]
pub struct NewBeacon {
    /// Its id.
    pub id: PostId,
    /// Who signs it; nobody, when it is anonymous.
    pub author: Option<ProfileId>,
    /// What it says.
    pub body: String,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// What it is about.
    pub beacon_type: &'static str,
    /// How bad it is.
    pub severity: &'static str,
    /// Where it is, as it may be stored.
    pub location: Point,
    /// How exact that is.
    pub precision: &'static str,
    /// How far around it matters, in metres.
    pub radius_meters: i32,
    /// The hash of its manage key.
    pub manage_key_hash: Option<Vec<u8>>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it leaves.
    pub expires_at: DateTime<Utc>,
}

/// Writes a beacon.
pub async fn insert(tx: &Tx, new: NewBeacon) -> Result<(), StoreError> {
    let mut sql = Sql::new("INSERT INTO posts (id, author_id, body, image_url, visibility, status, is_beacon,");
    sql.text(
        " beacon_type, severity, precision_level, radius_meters, manage_key_hash, created_at, expires_at, location)",
    );
    sql.text(" VALUES (").bind(new.id).text(", ").bind(new.author).text(", ").bind(new.body).text(", ");
    sql.bind(new.image_url).text(", 'public', 'active', true, ").bind(new.beacon_type).text(", ").bind(new.severity);
    sql.text(", ").bind(new.precision).text(", ").bind(new.radius_meters).text(", ").bind(new.manage_key_hash);
    sql.text(", ").bind(new.created_at).text(", ").bind(new.expires_at).text(", ");
    point(&mut sql, new.location);
    sql.text(")");
    tx.execute(sql).await?;
    Ok(())
}

/// Marks an active beacon as resolved, or as a false alarm. Answers whether it was active.
pub async fn resolve(tx: &Tx, id: PostId, false_alarm: bool) -> Result<bool, StoreError> {
    let mut sql = Sql::new("UPDATE posts SET beacon_state = ");
    sql.bind(if false_alarm { "false_alarm" } else { "resolved" });
    sql.text(" WHERE beacon_state = 'active' AND id = ").bind(id);
    Ok(tx.execute(sql).await? > 0)
}

/// Counts one more beacon for a person, unless there were `limit` within the hour before `now` already; answers whether
/// it was counted.
///
/// `person` is a keyed hash, and `slot` is `now` rounded up to ten minutes: enough to count by, too little to point at
/// a beacon. This is a statement of its own, not one of the transaction that writes the beacon, because PostgreSQL
/// marks every row with the transaction that wrote it.
pub async fn allowance(
    db: &impl Executor,
    person: &[u8],
    now: DateTime<Utc>,
    slot: DateTime<Utc>,
    limit: u32,
) -> Result<bool, StoreError> {
    let hour_ago = now - chrono::TimeDelta::hours(1);
    // What is older than the hour says nothing any more and is not kept.
    let mut sql = Sql::new("WITH forgotten AS (DELETE FROM beacon_allowances WHERE person IN (");
    sql.text("SELECT person FROM beacon_allowances WHERE person <> ").bind(person.to_vec());
    sql.text(" AND recent[cardinality(recent)] <= ").bind(hour_ago).text(" LIMIT 100 FOR UPDATE SKIP LOCKED))");
    sql.text(" INSERT INTO beacon_allowances AS mine (person, recent) VALUES (").bind(person.to_vec());
    sql.text(", ARRAY[").bind(slot).text("]::timestamptz[]) ON CONFLICT (person) DO UPDATE SET recent =");
    sql.text(" ARRAY(SELECT at FROM unnest(mine.recent) AS at WHERE at > ").bind(hour_ago).text(") || excluded.recent");
    sql.text(" WHERE (SELECT count(*) FROM unnest(mine.recent) AS at WHERE at > ").bind(hour_ago).text(") < ");
    sql.number(limit);
    Ok(db.execute(sql).await? > 0)
}

/// Takes back one beacon that was counted in this slot, of several.
pub async fn give_back(db: &impl Executor, person: &[u8], slot: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE beacon_allowances SET recent = recent[:array_position(recent, ");
    sql.bind(slot).text(") - 1] || recent[array_position(recent, ").bind(slot).text(") + 1:] WHERE person = ");
    sql.bind(person.to_vec()).text(" AND ").bind(slot).text(" = ANY(recent)");
    db.execute(sql).await?;
    Ok(())
}

/// Forgets how many beacons a person made.
pub async fn forget_allowance(tx: &Tx, person: &[u8]) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM beacon_allowances WHERE person = ");
    sql.bind(person.to_vec());
    tx.execute(sql).await?;
    Ok(())
}
