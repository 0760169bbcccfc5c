//! Importing people, follows, posts and likes. Rows are copied into temporary tables first, then checked against each other
//! and the database, then inserted where they are missing. Doing it again adds nothing.

mod checks;
mod inserts;
mod rows;

pub use self::{
    checks::{Fault, Misfit, first_fault},
    inserts::{Table, insert},
    rows::{StagedBeacon, StagedFollow, StagedLike, StagedPost, StagedProfile},
};
use super::{StoreError, bulk::Bulk, geo::POINT_TYPE};

/// Makes the temporary tables. They go when the transaction ends. `line` is where a row stands in its file.
pub async fn stage(bulk: &mut Bulk) -> Result<(), StoreError> {
    bulk.run(&format!(
        "CREATE TEMPORARY TABLE import_profiles (
             line bigint NOT NULL, id uuid NOT NULL, handle text NOT NULL, display_name text,
             is_private boolean NOT NULL, is_official boolean NOT NULL, created_at timestamptz NOT NULL
         ) ON COMMIT DROP;
         CREATE TEMPORARY TABLE import_follows (
             line bigint NOT NULL, follower text NOT NULL, following text NOT NULL, status text NOT NULL,
             created_at timestamptz NOT NULL
         ) ON COMMIT DROP;
         CREATE TEMPORARY TABLE import_posts (
             line bigint NOT NULL, key uuid NOT NULL, name text, parent text, author text NOT NULL, body text, visibility text NOT NULL,
             video_url text, duration_ms int, tags text[] NOT NULL, is_beacon boolean NOT NULL, beacon_type text,
             location {POINT_TYPE}, expires_at timestamptz, created_at timestamptz NOT NULL
         ) ON COMMIT DROP;
         CREATE TEMPORARY TABLE import_likes (
             line bigint NOT NULL, profile text NOT NULL, post text NOT NULL, created_at timestamptz NOT NULL
         ) ON COMMIT DROP;
         -- Who a handle of the files stands for.
         CREATE TEMPORARY TABLE import_people (handle text PRIMARY KEY, id uuid NOT NULL) ON COMMIT DROP"
    ))
    .await?;
    Ok(())
}

/// Everything is staged: lets the planner know how much there is.
pub async fn staged(bulk: &mut Bulk) -> Result<(), StoreError> {
    bulk.run("ANALYZE import_profiles, import_follows, import_posts, import_likes").await?;
    Ok(())
}

/// Brings the planner's numbers about the tables that were imported into up to date.
pub async fn analyze(db: &super::Db) -> Result<(), StoreError> {
    super::bulk::analyze(db, &["profiles", "follows", "posts", "post_tags", "post_likes", "post_mark_counts"]).await
}
