//! The one door to rows of `profiles` and `posts`. By-id look-up, feed, list, map, count and loader all start from a
//! select of this module, so they cannot come to differ in what they show.
#![allow(clippy::disallowed_methods, reason = "this is the one place for an unfiltered find: it filters")]

use chrono::{DateTime, Utc};
use entity::{ProfileId, posts};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::{geo, own_list::OwnList, sql::Sql};
use crate::policy::{Viewer, visibility};

const POST_COLUMNS: [posts::Column; 14] = [
    posts::Column::Id,
    posts::Column::AuthorId,
    posts::Column::Body,
    posts::Column::ImageUrl,
    posts::Column::VideoUrl,
    posts::Column::ThumbnailUrl,
    posts::Column::Visibility,
    posts::Column::ParentId,
    posts::Column::AllowReplies,
    posts::Column::IsPinned,
    posts::Column::Tags,
    posts::Column::CreatedAt,
    posts::Column::EditedAt,
    posts::Column::ExpiresAt,
];

/// Every post and reply that the viewer may see. Beacons are not among them.
pub(super) fn posts(viewer: Viewer, now: DateTime<Utc>) -> sea_orm::Select<posts::Entity> {
    posts::Entity::find()
        .select_only()
        .columns(POST_COLUMNS)
        .expr_as(Expr::cust("COALESCE(duration_ms, 0)"), "duration_ms")
        .filter(visibility::post(viewer, now))
        .filter(Expr::col((posts::Entity, posts::Column::IsBeacon)).is_not(Expr::Constant(true.into())))
}

/// Those that are no replies.
pub(super) fn root_posts(viewer: Viewer, now: DateTime<Utc>) -> sea_orm::Select<posts::Entity> {
    posts(viewer, now).filter(posts::Column::ParentId.is_null())
}

/// The posts of feeds: no replies, and nothing that the viewer has hidden.
pub(super) fn feed_posts(viewer: Viewer, now: DateTime<Utc>) -> sea_orm::Select<posts::Entity> {
    root_posts(viewer, now).filter(visibility::not_hidden(viewer))
}

/// Appends a select of the ids of those who are blocked by the viewer, or have blocked the viewer.
pub(super) fn blocked_people(sql: &mut Sql, viewer: Viewer) {
    match viewer.id() {
        None => sql.text("SELECT NULL::uuid AS id WHERE false"),
        Some(me) => sql.select(&visibility::blocked_either_way(me)),
    };
}

/// Every beacon that the viewer may see. A beacon without a place (an adopted row) is none.
pub(super) fn beacons(viewer: Viewer, now: DateTime<Utc>) -> sea_orm::Select<posts::Entity> {
    posts::Entity::find()
        .select_only()
        .columns([
            posts::Column::Id,
            posts::Column::AuthorId,
            posts::Column::Body,
            posts::Column::ImageUrl,
            posts::Column::BeaconType,
            posts::Column::Severity,
            posts::Column::BeaconState,
            posts::Column::PrecisionLevel,
            posts::Column::RadiusMeters,
            posts::Column::VouchCount,
            posts::Column::ReportCount,
            posts::Column::ManageKeyHash,
            posts::Column::CreatedAt,
            posts::Column::ExpiresAt,
        ])
        .expr(Expr::cust("location"))
        .expr(Expr::cust("confidence"))
        .expr(Expr::cust("priority_key"))
        .filter(visibility::post(viewer, now))
        .filter(Expr::col((posts::Entity, posts::Column::IsBeacon)))
        .filter(Expr::cust(geo::HAS_PLACE))
}

/// Every beacon that the viewer could see until it ended, as far as is needed to tell that it has.
pub(super) fn ended_beacons(viewer: Viewer) -> sea_orm::Select<posts::Entity> {
    use posts::Column::{AuthorId, BeaconType, ExpiresAt, Id, Severity};
    posts::Entity::find()
        .select_only()
        .columns([Id, AuthorId, BeaconType, Severity, ExpiresAt])
        .expr(Expr::cust("location"))
        .filter(visibility::ended_post(viewer))
        .filter(Expr::col((posts::Entity, posts::Column::IsBeacon)))
        .filter(Expr::cust(geo::HAS_PLACE))
}

/// Appends a select of those in one of the viewer's own lists, as `id` and `created_at`.
pub(super) fn own_list(sql: &mut Sql, list: OwnList, me: ProfileId) {
    match list {
        OwnList::Blocked => sql.select(&visibility::blocked_by(me)),
        OwnList::Circle => sql.select(&visibility::circle_of(me)),
    };
}

/// Starts `WITH visible AS NOT MATERIALIZED (select)`. Not materialized: each use of `visible` is planned in its place,
/// along the index that fits there.
pub(super) fn with_visible(select: &SelectStatement) -> Sql {
    let mut sql = Sql::new("WITH visible AS NOT MATERIALIZED (");
    sql.select(select).text(")");
    sql
}

/// As [`with_visible`], of a select by SeaORM.
pub(super) fn with_visible_posts(select: sea_orm::Select<posts::Entity>) -> Sql {
    with_visible(&select.into_query())
}

/// Adds `named AS NOT MATERIALIZED (...)`: those who exist for the viewer, with what they are searched by. It is on their
/// cards. The names are written as in the indexes on them (migration 13).
pub(super) fn and_named_profiles(sql: &mut Sql, viewer: Viewer) {
    sql.text(
        ", named AS NOT MATERIALIZED (SELECT profiles.id, lower(left(profiles.handle, 100)) COLLATE \"C\" AS handle, ",
    );
    sql.text("lower(left(profiles.display_name, 100)) COLLATE \"C\" AS display_name, ");
    sql.text("left(profiles.handle, 100) || ' ' || COALESCE(left(profiles.display_name, 100), '') AS names");
    sql.text(" FROM profiles WHERE ").condition(profile_is_visible(viewer)).text(")");
}

/// The condition on rows of `profiles` that the viewer may see at all.
pub(super) fn profile_is_visible(viewer: Viewer) -> Condition {
    visibility::profile(viewer)
}

/// The condition on rows of `profiles` whose details and lists the viewer may see.
pub(super) fn profile_is_open(viewer: Viewer) -> Condition {
    Condition::all().add(visibility::profile(viewer)).add(visibility::profile_details(viewer))
}

/// Appends the columns of a profile as the viewer sees it, each behind `prefix`, from a row of `profiles` that is
/// visible. The id is not among them: the row that is joined with has it.
pub(super) fn profile_columns(sql: &mut Sql, viewer: Viewer, prefix: &str) {
    let plain = [
        ("profiles.handle", "handle"),
        ("profiles.display_name", "display_name"),
        ("profiles.avatar_url", "avatar_url"),
        ("profiles.is_private IS DISTINCT FROM false", "is_private"),
        ("profiles.is_official IS TRUE", "is_official"),
        ("profiles.bio", "bio"),
        ("profiles.website", "website"),
        ("profiles.cover_url", "cover_url"),
        ("profiles.created_at", "created_at"),
    ];
    for (expression, name) in plain {
        sql.text(expression).text(" AS ").text(prefix).text(name).text(", ");
    }
    // NULL, where one of many subscribers is nobody in particular, is no.
    sql.condition(visibility::profile_details(viewer)).text(" IS TRUE AS ").text(prefix).text("is_open, ");
    if viewer == Viewer::SIGNED_OUT {
        sql.text("NULL::text AS ").text(prefix).text("follow_status, false AS ").text(prefix).text("follows_viewer");
        return;
    }
    sql.text("(SELECT status FROM follows WHERE follower_id = ").viewer(viewer);
    sql.text(" AND following_id = profiles.id) AS ").text(prefix).text("follow_status, ");
    sql.text("EXISTS (SELECT 1 FROM follows WHERE follower_id = profiles.id AND following_id = ").viewer(viewer);
    sql.text(" AND status = 'accepted') AS ").text(prefix).text("follows_viewer");
}

/// Starts a select of profiles that the viewer may see, to be followed by further conditions (` AND ...`).
pub(super) fn select_profiles(viewer: Viewer) -> Sql {
    let mut sql = Sql::new("SELECT profiles.id, ");
    profile_columns(&mut sql, viewer, "");
    sql.text(" FROM profiles WHERE ").condition(profile_is_visible(viewer));
    sql
}
