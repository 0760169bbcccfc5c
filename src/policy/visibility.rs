//! The visibility rule. It is written here, once, and every statement gets it through `store::scope`. Whatever narrows it
//! is a `must`, which `tests/it/attack` takes away one by one.
//!
//! Words like `'active'` are rendered into the SQL as constants, not as parameters: PostgreSQL can then prove, also for
//! a plan that it keeps for all parameters, that the partial indexes of the feeds apply.

use chrono::{DateTime, Utc};
use entity::{ProfileId, blocks, circle_members, follows, post_hides, posts, profiles};
use sea_orm::{
    ColumnTrait, Condition, EntityName,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType},
};

use super::{Name, Viewer, conjunct::Conjunct};

/// `visible(viewer, post)`, for rows of `posts`:
///
/// 1. the post is not deleted, its status is `active`, it has not expired, and it was not reported away;
/// 2. its author admits the viewer (see [`author_admits`]), or it is an anonymous beacon, which everybody may see.
///
/// NULL anywhere decides for hiding: it makes a condition unknown, and unknown is not true.
#[must_use]
pub fn post(viewer: Viewer, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .must(posts::Column::DeletedAt.is_null())
        .must(col(posts::Column::Status).eq(word("active")))
        .must(Condition::any().may(posts::Column::ExpiresAt.is_null()).may(posts::Column::ExpiresAt.gt(now)))
        .must(reported_away().not())
        .must(ended_post(viewer))
}

/// For rows of `posts` that were visible until they ended: who may be told that they are gone. The second half of
/// [`post`] alone, as the first is what has come to an end.
#[must_use]
pub fn ended_post(viewer: Viewer) -> Condition {
    Condition::any().may(anonymous_beacon()).may(author_admits(viewer))
}

/// `visible_profile(viewer, profile)`, for rows of `profiles`: the account is active, and no block stands between the
/// two. A profile without a handle (an adopted row) cannot be addressed and does not exist for anybody.
#[must_use]
pub fn profile(viewer: Viewer) -> Condition {
    let exists = Condition::all()
        .must(col(profiles::Column::State).eq(word("active")))
        .must(profiles::Column::Handle.is_not_null());
    match me(viewer) {
        None => exists,
        Some(me) => exists.must(Condition::any().may(is_me(me.clone())).may(no_block_between(&me))),
    }
}

/// `may_view(viewer, profile)`, for rows of `profiles` that are visible: own, public, or followed and accepted. It opens
/// the rest of the profile: bio, website, counts, lists, posts. NULL in `is_private` counts as private.
#[must_use]
pub fn profile_details(viewer: Viewer) -> Condition {
    let public = Condition::any().may(is_public());
    match me(viewer) {
        None => public,
        Some(me) => public.may(is_me(me.clone())).may(follows_accepted(me)),
    }
}

/// Whether the author of a row of `posts` lets the viewer see it: an active account, no block, and then the author
/// himself, or a viewer who may see the profile and whom the post's visibility includes. A word that is none of ours
/// counts as `only_me`.
///
/// A scalar subquery, on purpose: as a join or an EXISTS, PostgreSQL may flatten it and hash every profile to answer a
/// page of twenty posts. This way it is one index probe per row that is looked at.
fn author_admits(viewer: Viewer) -> Expr {
    let visibility = || col(posts::Column::Visibility);
    let open = Condition::all().must(visibility().eq(word("public"))).must(is_public());
    let admitted = match me(viewer) {
        None => open,
        Some(me) => {
            let follower = Condition::all()
                .must(visibility().is_in(["public", "followers"].map(word)))
                .must(follows_accepted(me.clone()));
            let circle = Condition::all()
                .must(visibility().eq(word("circle")))
                .must(in_circle_of_profile(me.clone()))
                .must(profile_details(viewer));
            Condition::any().may(is_me(me)).may(open).may(follower).may(circle)
        }
    };
    let admits = Condition::all().must(profile(viewer)).must(admitted);
    Query::select()
        .expr(Expr::from(admits))
        .from(profiles::Entity.table_ref())
        .cond_where(Condition::all().must(col(profiles::Column::Id).equals((posts::Entity, posts::Column::AuthorId))))
        .take()
        .into()
}

/// Anonymous: no author is stored. Blocks do not touch it, so that a block is no test of who wrote it.
fn anonymous_beacon() -> Condition {
    Condition::all()
        .must(col(posts::Column::IsBeacon))
        .must(posts::Column::AuthorId.is_null())
        .must(col(posts::Column::Visibility).eq(word("public")))
}

/// Five reports, and more reports than vouches, hide a beacon. Posts have no reports.
fn reported_away() -> Condition {
    Condition::all()
        .must(col(posts::Column::ReportCount).gte(Expr::Constant(5.into())))
        .must(col(posts::Column::ReportCount).gt(col(posts::Column::VouchCount)))
}

/// The people between whom and the viewer a block stands, as `id`: those whom a count that is kept for everybody has to
/// leave out for this viewer.
#[must_use]
pub fn blocked_either_way(me: ProfileId) -> SelectStatement {
    let of = |mine: blocks::Column, theirs: blocks::Column| {
        let of_mine = Condition::all().must(col(mine).eq(me));
        Query::select().expr_as(col(theirs), "id").from(blocks::Entity).cond_where(of_mine).take()
    };
    let mut people = of(blocks::Column::BlockerId, blocks::Column::BlockedId);
    people.union(UnionType::Distinct, of(blocks::Column::BlockedId, blocks::Column::BlockerId)).take()
}

/// Those whom a person has blocked, as `id` and `created_at`.
#[must_use]
pub fn blocked_by(me: ProfileId) -> SelectStatement {
    own(blocks::Entity, blocks::Column::BlockerId, me, blocks::Column::BlockedId, blocks::Column::CreatedAt)
}

/// Those whom a person has taken into the circle, as `id` and `created_at`.
#[must_use]
pub fn circle_of(me: ProfileId) -> SelectStatement {
    use circle_members::Column;
    own(circle_members::Entity, Column::OwnerId, me, Column::MemberId, Column::CreatedAt)
}

fn own<C: ColumnTrait>(table: impl EntityName, owner: C, me: ProfileId, other: C, since: C) -> SelectStatement {
    let mut select = Query::select();
    select.expr_as(col(other), "id").expr_as(col(since), "created_at");
    select.from(table.table_ref()).cond_where(Condition::all().must(col(owner).eq(me))).take()
}

/// Whether the viewer wants to see a row of `posts` in feeds. A scalar subquery for the reason given below.
#[must_use]
pub fn not_hidden(viewer: Viewer) -> Condition {
    let Some(me) = me(viewer) else { return Condition::all() };
    let hide = one_of(
        post_hides::Entity,
        Condition::all()
            .must(col(post_hides::Column::ProfileId).eq(me))
            .must(col(post_hides::Column::PostId).equals((posts::Entity, posts::Column::Id))),
    );
    Condition::all().must(Expr::from(hide).is_null())
}

/// The viewer, in the words of a statement.
fn me(viewer: Viewer) -> Option<Expr> {
    viewer.name().map(|name| match name {
        Name::Id(id) => Expr::value(id),
        Name::Column => Expr::col(("subscriber", "viewer_id")),
    })
}

fn is_me(me: Expr) -> Expr {
    col(profiles::Column::Id).eq(me)
}

fn is_public() -> Expr {
    col(profiles::Column::IsPrivate).is(Expr::Constant(false.into()))
}

fn no_block_between(me: &Expr) -> Condition {
    let block = |blocker: Expr, blocked: Expr| {
        Expr::exists(one_of(
            blocks::Entity,
            Condition::all()
                .must(col(blocks::Column::BlockerId).eq(blocker))
                .must(col(blocks::Column::BlockedId).eq(blocked)),
        ))
    };
    let me = || me.clone();
    let them = || col(profiles::Column::Id);
    Condition::all().must(block(me(), them()).not()).must(block(them(), me()).not())
}

/// Only `accepted` opens anything; `pending`, NULL and any other word do not.
fn follows_accepted(me: Expr) -> Expr {
    Expr::exists(one_of(
        follows::Entity,
        Condition::all()
            .must(col(follows::Column::FollowerId).eq(me))
            .must(col(follows::Column::FollowingId).equals((profiles::Entity, profiles::Column::Id)))
            .must(col(follows::Column::Status).eq(word("accepted"))),
    ))
}

fn in_circle_of_profile(me: Expr) -> Expr {
    Expr::exists(one_of(
        circle_members::Entity,
        Condition::all()
            .must(col(circle_members::Column::MemberId).eq(me))
            .must(col(circle_members::Column::OwnerId).equals((profiles::Entity, profiles::Column::Id))),
    ))
}

fn one_of(table: impl EntityName, condition: Condition) -> SelectStatement {
    Query::select().expr(Expr::Constant(1.into())).from(table.table_ref()).cond_where(condition).take()
}

fn col<C: ColumnTrait>(column: C) -> Expr {
    Expr::col(column.as_column_ref())
}

fn word(word: &'static str) -> Expr {
    Expr::Constant(word.into())
}
