//! `follows`: the social graph.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follows")]
pub struct Model {
    /// Who follows.
    #[sea_orm(primary_key, auto_increment = false)]
    pub follower_id: crate::ProfileId,
    /// Who is followed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub following_id: crate::ProfileId,
    /// `accepted` or `pending`; anything else (an adopted row) opens nothing.
    pub status: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
