//! Mentions: whom the handles in a text mean.

use entity::{PostId, ProfileId};
use sea_orm::FromQueryResult;

use super::{StoreError, Tx, profile::uuids, scope, sql::Sql};
use crate::{policy::Viewer, store::db::Executor};

/// Who has these handles, in lower case, of those whom the writer may see.
pub async fn people(tx: &Tx, writer: Viewer, handles: &[String]) -> Result<Vec<ProfileId>, StoreError> {
    // Adopted handles may collide in lower case; then it is the one whom `profile(by: { handle })` finds.
    let mut sql = Sql::new("SELECT DISTINCT ON (lower(profiles.handle)) profiles.id FROM profiles WHERE ");
    sql.condition(scope::profile_is_visible(writer));
    sql.text(" AND lower(profiles.handle) = ANY(").bind(handles.to_vec()).text("::text[])");
    sql.text(" ORDER BY lower(profiles.handle), profiles.created_at, profiles.id");
    ids(tx, sql).await
}

/// Makes these people the ones whom a post mentions. Answers who was not mentioned before.
pub async fn set(tx: &Tx, post: PostId, people: &[ProfileId]) -> Result<Vec<ProfileId>, StoreError> {
    let mut sql = Sql::new("WITH gone AS (DELETE FROM post_mentions WHERE post_id = ");
    sql.bind(post).text(" AND profile_id <> ALL(").bind(uuids(people)).text("::uuid[]))");
    sql.text(" INSERT INTO post_mentions (post_id, profile_id) SELECT ");
    sql.bind(post).text("::uuid, person.id FROM unnest(").bind(uuids(people));
    sql.text("::uuid[]) AS person (id) ON CONFLICT (post_id, profile_id) DO NOTHING RETURNING profile_id AS id");
    ids(tx, sql).await
}

async fn ids(tx: &Tx, sql: Sql) -> Result<Vec<ProfileId>, StoreError> {
    Ok(tx.all::<Id>(sql).await?.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct Id {
    id: ProfileId,
}
