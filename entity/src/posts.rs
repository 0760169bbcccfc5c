//! `posts`: posts, replies and beacons. `location` is read and written by expression only, under `store/geo`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: crate::PostId,
    /// NULL for an anonymous beacon.
    pub author_id: Option<crate::ProfileId>,
    pub body: Option<String>,
    pub image_url: Option<String>,
    pub video_url: Option<String>,
    pub thumbnail_url: Option<String>,
    /// Milliseconds.
    pub duration_ms: Option<i32>,
    pub visibility: Option<String>,
    pub status: Option<String>,
    pub parent_id: Option<crate::PostId>,
    pub allow_replies: bool,
    pub is_pinned: bool,
    pub tags: Vec<String>,
    pub is_beacon: Option<bool>,
    pub beacon_type: Option<String>,
    pub severity: String,
    pub beacon_state: String,
    pub precision_level: String,
    /// Metres.
    pub radius_meters: i32,
    pub vouch_count: i32,
    pub report_count: i32,
    pub manage_key_hash: Option<Vec<u8>>,
    pub created_at: DateTimeUtc,
    pub edited_at: Option<DateTimeUtc>,
    pub expires_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
