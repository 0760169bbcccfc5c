use super::{
    ImportError,
    cells::{follow_status, known_handle, time},
    error::shown,
    table::{Layout, Row},
};
use crate::store::import::StagedFollow;

pub(super) const LAYOUT: Layout =
    Layout { required: &["follower", "following", "status", "created_at"], optional: &[], dependent: &[] };

/// A row of `follows.csv`.
pub(super) fn staged(row: &Row<'_>) -> Result<StagedFollow, ImportError> {
    let follower = row.get("follower", known_handle)?;
    let following = row.get("following", known_handle)?;
    if follower == following {
        return Err(row.wrong("following", format!("{} cannot follow himself", shown(&follower))));
    }
    Ok(StagedFollow {
        line: row.line(),
        follower,
        following,
        status: row.get("status", follow_status)?,
        created_at: row.get("created_at", time)?,
    })
}
