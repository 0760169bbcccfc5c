//! `post_mentions`: whom the handles in a text meant when it was written.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_mentions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: crate::PostId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
