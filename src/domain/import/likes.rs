use super::{
    ImportError,
    cells::{known_handle, post_name, time},
    table::{Layout, Row},
};
use crate::store::import::StagedLike;

pub(super) const LAYOUT: Layout =
    Layout { required: &["profile", "post_id", "created_at"], optional: &[], dependent: &[] };

/// A row of `likes.csv`.
pub(super) fn staged(row: &Row<'_>) -> Result<StagedLike, ImportError> {
    Ok(StagedLike {
        line: row.line(),
        profile: row.get("profile", known_handle)?,
        post: row.get("post_id", post_name)?,
        created_at: row.get("created_at", time)?,
    })
}
