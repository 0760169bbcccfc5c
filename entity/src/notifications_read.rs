//! `notifications_read`: up to when a person has read all notifications.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications_read")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
    pub until: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
