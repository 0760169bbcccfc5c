//! Notifications: what others did that concerns the viewer, as long as it stands and may be seen.
//!
//! The verbs tell them, in their own transactions; whether one is shown is asked anew each time.

mod list;
mod mark_read;

pub use crate::store::notification::{Kind, Notification, Which};
