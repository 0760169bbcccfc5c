//! `post_hides`: what a person does not want to see in feeds.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_hides")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: crate::PostId,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
