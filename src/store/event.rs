//! What has just happened: rows that triggers write in the transaction that makes it so (migration 16).
//!
//! A reader has to find every event once, though transactions commit in another order than that of their ids. So it
//! does not ask for what is behind an id, but for what one snapshot of the database shows and an earlier one did not.

use chrono::{DateTime, Utc};
use entity::ProfileId;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    StoreError,
    db::Executor,
    geo::{self, Point},
    sql::Sql,
};

/// Minutes for which events are kept. Whoever was away for longer has to look again.
pub const KEPT_MINUTES: i64 = 10;
/// Minutes for which a beacon that has run out is told of: as long as clients can come back to, and less than events are
/// kept, so that it is told once.
const EXPIRY_MINUTES: i64 = KEPT_MINUTES - 1;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is a new beacon.
    BeaconCreated,
    /// A beacon says something else, or others say something else of it.
    BeaconChanged,
    /// A beacon is over, or never was so.
    BeaconResolved,
    /// The time of a beacon has run out.
    BeaconExpired,
    /// A beacon was deleted, or reported away.
    BeaconDeleted,
    /// There is a new root post.
    PostAdded,
    /// Somebody is told something.
    Notified,
    /// Sessions of a person have ended, or the account's state has changed.
    Admission,
}

impl Kind {
    const ALL: [(&str, Self); 8] = [
        ("beacon_created", Self::BeaconCreated),
        ("beacon_changed", Self::BeaconChanged),
        ("beacon_resolved", Self::BeaconResolved),
        ("beacon_expired", Self::BeaconExpired),
        ("beacon_deleted", Self::BeaconDeleted),
        ("post_added", Self::PostAdded),
        ("notified", Self::Notified),
        ("admission", Self::Admission),
    ];

    /// Whether what it is about is no longer there for anybody.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::BeaconExpired | Self::BeaconDeleted)
    }
}

/// An event, with what the server needs to know for whom it may be. Nothing of it leaves.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its number.
    pub id: i64,
    /// Its transaction.
    pub xid: u64,
    /// What happened.
    pub kind: Kind,
    /// To which beacon, post, notification or person.
    pub subject: Uuid,
    /// Where the beacon is.
    pub location: Option<Point>,
    /// To whom the notification is, or who has written the post.
    pub person: Option<ProfileId>,
}

impl Event {
    fn place(&self) -> Place {
        (self.xid, self.id)
    }
}

/// Which transactions had ended at a moment: a `pg_snapshot` of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    text: String,
    /// All below had ended.
    xmin: u64,
    /// None from here on had.
    xmax: u64,
    /// Those between that had not.
    open: Vec<u64>,
}

impl Snapshot {
    /// Reads what PostgreSQL writes: `xmin:xmax:open,open,…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (xmin, xmax, open) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let open: Option<_> = open.split(',').filter(|xid| !xid.is_empty()).map(|xid| xid.parse().ok()).collect();
        Some(Self { text: text.to_owned(), xmin, xmax, open: open? })
    }

    /// As PostgreSQL writes it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether what this transaction did is in the snapshot.
    #[must_use]
    pub fn shows(&self, xid: u64) -> bool {
        xid < self.xmin || (xid < self.xmax && !self.open.contains(&xid))
    }
}

/// The place of an event in a round: its transaction, and its number.
pub type Place = (u64, i64);

/// How far somebody has read: everything that `before` shows and, in the middle of a round, of what `upto` shows the
/// events up to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// What was read before.
    pub before: Snapshot,
    /// The round that is being read.
    pub round: Option<(Snapshot, Place)>,
}

/// Events that were read, and how far the round goes.
#[derive(Debug)]
pub struct Batch {
    /// In the order of their places.
    pub events: Vec<Event>,
    /// The snapshot that the round shows.
    pub upto: Snapshot,
    /// Where to read on.
    pub next: Position,
}

impl Batch {
    /// The position behind one of its events, for whoever was at `from` before.
    #[must_use]
    pub fn behind(&self, from: &Position, event: &Event) -> Position {
        Position { before: from.before.clone(), round: Some((self.upto.clone(), event.place())) }
    }
}

/// The position behind everything that has happened by now.
pub async fn here(db: &impl Executor) -> Result<Position, StoreError> {
    let row = db.one::<Here>(Sql::new("SELECT pg_current_snapshot()::text AS upto")).await?;
    let before = row.and_then(|row| Snapshot::parse(&row.upto)).ok_or_else(unreadable)?;
    Ok(Position { before, round: None })
}

#[derive(FromQueryResult)]
struct Here {
    upto: String,
}

/// What has happened behind a position, `limit` events at most.
pub async fn read(db: &impl Executor, from: &Position, limit: usize) -> Result<Batch, StoreError> {
    let mut sql = Sql::new("WITH given AS (SELECT ");
    sql.bind(from.before.text()).text("::text::pg_snapshot AS before, COALESCE(");
    let (upto, last) = from.round.clone().map_or((None, (0, 0)), |(upto, last)| (Some(upto.text), last));
    sql.bind(upto).text("::text::pg_snapshot, pg_current_snapshot()) AS upto, ");
    sql.bind(last.0.to_string()).text("::text::xid8 AS xid, ").bind(last.1).text("::bigint AS id)");
    // The index is walked from one place: with two bounds it would be walked from the lower one.
    sql.text(", seen AS (SELECT before, upto, GREATEST(xid, pg_snapshot_xmin(before)) AS xid, id FROM given)");
    sql.text(" SELECT seen.upto::text AS upto, happened.id,");
    sql.text(" happened.xid::text AS xid, happened.kind, happened.subject,");
    sql.text(" CASE happened.kind WHEN 'post_added' THEN posts.author_id WHEN 'notified' THEN");
    sql.text(" (SELECT recipient_id FROM notifications WHERE id = happened.subject) END AS person, ");
    geo::columns_of_place(&mut sql);
    sql.text(" FROM seen LEFT JOIN LATERAL (SELECT * FROM live_events WHERE");
    sql.text(" NOT pg_visible_in_snapshot(xid, seen.before) AND pg_visible_in_snapshot(xid, seen.upto)");
    // Along the index: how many there are behind a place, no plan can know.
    sql.text(
        " AND (live_events.xid, live_events.id) > (seen.xid, seen.id) ORDER BY live_events.xid, live_events.id LIMIT ",
    );
    sql.number(i64::try_from(limit).unwrap_or(i64::MAX));
    sql.text(") AS happened ON true LEFT JOIN posts ON posts.id = happened.subject");
    sql.text(" ORDER BY happened.xid, happened.id");
    let rows: Vec<Row> = db.all(sql).await?;
    let upto = rows.first().and_then(|row| Snapshot::parse(&row.upto)).ok_or_else(unreadable)?;
    // By rows: one of a kind that a newer server has brought is passed over, and counts.
    let next = match rows.last().and_then(Row::place) {
        Some(last) if rows.len() >= limit => {
            Position { before: from.before.clone(), round: Some((upto.clone(), last)) }
        }
        _ => Position { before: upto.clone(), round: None },
    };
    let events: Vec<_> = rows.into_iter().filter_map(Row::event).collect();
    Ok(Batch { events, upto, next })
}

#[derive(FromQueryResult)]
struct Row {
    upto: String,
    id: Option<i64>,
    xid: Option<String>,
    kind: Option<String>,
    subject: Option<Uuid>,
    person: Option<ProfileId>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Row {
    fn place(&self) -> Option<Place> {
        Some((self.xid.as_ref()?.parse().ok()?, self.id?))
    }

    /// None of the row that is there when nothing has happened.
    fn event(self) -> Option<Event> {
        let word = self.kind?;
        Some(Event {
            id: self.id?,
            xid: self.xid?.parse().ok()?,
            kind: Kind::ALL.iter().find(|(known, _)| *known == word)?.1,
            subject: self.subject?,
            location: self.latitude.zip(self.longitude).map(|(latitude, longitude)| Point { latitude, longitude }),
            person: self.person,
        })
    }
}

fn unreadable() -> StoreError {
    StoreError::Failed(sea_orm::DbErr::Custom("a snapshot cannot be read".to_owned()))
}

/// Tells of the beacons that have run out. Several servers may do so at the same time: the index takes one event, and
/// lets the others pass. Answers whether there were any.
pub async fn expire(db: &impl Executor, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut sql =
        Sql::new("INSERT INTO live_events (kind, subject) SELECT 'beacon_expired', id FROM posts WHERE is_beacon");
    sql.text(" AND deleted_at IS NULL AND beacon_state = 'active' AND beacon_stands(posts) AND expires_at <= ");
    sql.bind(now).text(" AND expires_at > ").bind(now - chrono::TimeDelta::minutes(EXPIRY_MINUTES));
    sql.text(" ORDER BY expires_at, id ON CONFLICT (subject) WHERE kind = 'beacon_expired' DO NOTHING");
    Ok(db.execute(sql).await? > 0)
}

/// Forgets events whose time is over. What another server forgets at the moment is passed over.
pub async fn forget(db: &impl Executor) -> Result<(), StoreError> {
    let mut sql =
        Sql::new("DELETE FROM live_events WHERE id IN (SELECT id FROM live_events WHERE at < clock_timestamp()");
    sql.text(" - interval '1 minute' * ").number(KEPT_MINUTES).text(" FOR UPDATE SKIP LOCKED)");
    db.execute(sql).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_shows_what_had_ended() {
        let snapshot = Snapshot::parse("10:20:12,15").unwrap();
        let shown: Vec<_> = (8..22).filter(|xid| snapshot.shows(*xid)).collect();
        assert_eq!(shown, [8, 9, 10, 11, 13, 14, 16, 17, 18, 19]);
        assert!(Snapshot::parse("10:10:").unwrap().shows(9));
        for wrong in ["", "10", "10:20", "10:20:x", "a:b:"] {
            assert_eq!(Snapshot::parse(wrong), None, "{wrong}");
        }
    }
}
