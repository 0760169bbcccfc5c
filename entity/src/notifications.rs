//! `notifications`: what somebody is told.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: crate::NotificationId,
    /// Who is told.
    pub recipient_id: crate::ProfileId,
    /// Whose act it was.
    pub actor_id: crate::ProfileId,
    /// `follow`, `follow_request`, `follow_accepted`, `like`, `reaction`, `reply` or `mention`.
    pub kind: String,
    /// What was liked, or what was written.
    pub post_id: Option<crate::PostId>,
    pub created_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
