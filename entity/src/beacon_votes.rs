//! `beacon_votes`: what people say of beacons. Who said it is never shown.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "beacon_votes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub beacon_id: crate::PostId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
    /// `vouch` or `report`.
    pub vote: String,
    pub created_at: DateTimeUtc,
    /// Whether it is counted: set by triggers alone.
    pub counts: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
