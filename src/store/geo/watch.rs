//! For whom an event of a beacon is: who watches an area that it lies in, and may see it. See [`crate::store::delivery`].

use chrono::{DateTime, Utc};
use entity::posts;
use sea_orm::{QueryTrait, Select};
use serde_json::{Value, json};

use super::{
    Beacon,
    area::{self, Area},
    beacon::beacon_columns,
    search::{self, Filter},
};
use crate::{
    policy::Viewer,
    store::{
        StoreError,
        db::Executor,
        delivery::{Delivered, Gone, Subscriber, let_in, subject_of, subscribers},
        event, scope,
        sql::Sql,
    },
};

/// What somebody watches.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// Where.
    pub area: Area,
    /// What.
    pub filter: Filter,
}

/// The beacons among the subjects that lie in the areas of their subscribers and may be seen. [`Subscriber::watch`] is a
/// place in `watches`.
pub async fn to_watchers(
    db: &impl Executor,
    now: DateTime<Utc>,
    watches: &[&Watch],
    all: &[Subscriber],
) -> Result<Vec<Delivered<Beacon>>, StoreError> {
    let viewer = Viewer::EACH_SUBSCRIBER;
    let mut sql = with_watches(watches);
    sql.text(" SELECT subscriber.key, ");
    beacon_columns(&mut sql, viewer, "0::double precision");
    from_subjects(&mut sql, scope::beacons(viewer, now), all);
    // Of what has ended it is not asked: the reports that took it away took its confidence first.
    sql.text(" AND (watch.min_confidence IS NULL OR page.confidence >= watch.min_confidence)");
    db.all(sql).await
}

/// Those among the subjects that lay in the areas of their subscribers and could be seen until they ended.
pub async fn to_watchers_of_ended(
    db: &impl Executor,
    now: DateTime<Utc>,
    watches: &[&Watch],
    all: &[Subscriber],
) -> Result<Vec<Delivered<Gone>>, StoreError> {
    let mut sql = with_watches(watches);
    sql.text(" SELECT subscriber.key");
    from_subjects(&mut sql, scope::ended_beacons(Viewer::EACH_SUBSCRIBER), all);
    // What had run out long before was gone already.
    let lately = now - chrono::TimeDelta::minutes(event::KEPT_MINUTES);
    sql.text(" AND (page.expires_at IS NULL OR page.expires_at > ").bind(lately).text(")");
    db.all(sql).await
}

fn with_watches(watches: &[&Watch]) -> Sql {
    let mut sql = Sql::new("WITH watch AS MATERIALIZED (SELECT * FROM ROWS FROM (jsonb_to_recordset(");
    sql.bind(watches.iter().map(|watch| columns(watch)).collect::<Value>());
    sql.text(") AS (").text(area::COLUMNS).text(", ").text(search::COLUMNS).text(")) WITH ORDINALITY)");
    sql
}

/// Area and filter in one object.
fn columns(watch: &Watch) -> Value {
    let (mut columns, filter) = (area::columns(&watch.area), json!(watch.filter));
    if let (Value::Object(columns), Value::Object(filter)) = (&mut columns, filter) {
        columns.extend(filter);
    }
    columns
}

fn from_subjects(sql: &mut Sql, select: Select<posts::Entity>, all: &[Subscriber]) {
    sql.text(" FROM ");
    subscribers(sql, all);
    sql.text(" JOIN watch ON watch.ordinality = subscriber.watch + 1 CROSS JOIN LATERAL (");
    sql.select(&subject_of(select).into_query());
    sql.text(") AS page LEFT JOIN profiles ON profiles.id = page.author_id WHERE ");
    let_in(sql);
    sql.text(" AND ");
    area::restrict_each(sql);
    search::restrict_each(sql);
}
