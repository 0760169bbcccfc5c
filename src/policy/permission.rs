//! What may be done, as pure functions over values that are already known to be visible.

use entity::ProfileId;
use subtle::ConstantTimeEq;

use super::Viewer;

/// The state that a new follow starts in: a public or official profile accepts at once, a private one is asked.
#[must_use]
pub fn follow_starts_accepted(is_private: bool, is_official: bool) -> bool {
    !is_private || is_official
}

/// Whether the viewer may edit, pin or delete what this author wrote: only the author may.
#[must_use]
pub fn may_change(viewer: Viewer, author: Option<ProfileId>) -> bool {
    author.is_some_and(|author| viewer.is(author))
}

/// Whether the viewer may resolve or delete a beacon: its signed author, or whoever holds its manage key. `presented`
/// and `stored` are hashes of the key; the comparison takes the same time wherever they differ.
#[must_use]
pub fn may_manage_beacon(
    viewer: Viewer,
    author: Option<ProfileId>,
    presented: Option<&[u8]>,
    stored: Option<&[u8]>,
) -> bool {
    let holds_key = match (presented, stored) {
        (Some(presented), Some(stored)) => presented.ct_eq(stored).into(),
        _ => false,
    };
    may_change(viewer, author) || holds_key
}
