use uuid::Uuid;

use super::{
    ImportError, NAMESPACE,
    cells::{boolean, new_handle, time},
    table::{Layout, Row},
};
use crate::{
    domain::{profile::MAX_DISPLAY_NAME, text},
    store::import::StagedProfile,
};

/// Whether somebody is private is never guessed.
pub(super) const LAYOUT: Layout = Layout {
    required: &["handle", "is_private", "created_at"],
    optional: &["display_name", "is_official"],
    dependent: &[],
};

/// A row of `profiles.csv`.
pub(super) fn staged(row: &Row<'_>) -> Result<StagedProfile, ImportError> {
    let handle = row.get("handle", new_handle)?;
    let display_name = row.get("display_name", |text| {
        text::checked_line("display_name", text, MAX_DISPLAY_NAME).map_err(|refusal| refusal.message)
    })?;
    Ok(StagedProfile {
        line: row.line(),
        id: Uuid::new_v5(&NAMESPACE, format!("profile\n{handle}").as_bytes()),
        handle,
        display_name,
        is_private: row.get("is_private", boolean)?,
        is_official: row.find("is_official", boolean)?.unwrap_or(false),
        created_at: row.get("created_at", time)?,
    })
}
