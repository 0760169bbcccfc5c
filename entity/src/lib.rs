//! Tables as data: one module per table, and the id types. No behaviour, no GraphQL.
//!
//! An adopted database may hold NULL where ours cannot, so columns of the three key tables that earlier tools left
//! nullable are `Option` here.

pub mod accounts;
pub mod beacon_allowances;
pub mod beacon_votes;
pub mod blocks;
pub mod circle_members;
pub mod follows;
pub mod handed_out_prekeys;
mod ids;
pub mod key_bundles;
pub mod notifications;
pub mod notifications_read;
pub mod one_time_prekeys;
pub mod post_hides;
pub mod post_likes;
pub mod post_mark_counts;
pub mod post_mentions;
pub mod post_reactions;
pub mod post_revisions;
pub mod post_saves;
pub mod post_tags;
pub mod posts;
pub mod profiles;
pub mod refresh_tokens;
pub mod sessions;

pub use ids::{NotificationId, PostId, ProfileId, SessionId};
