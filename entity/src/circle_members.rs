//! `circle_members`: whom a person has taken into the circle.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "circle_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: crate::ProfileId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: crate::ProfileId,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
