//! `post_reactions`: who has left which emoji where; one a person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_reactions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: crate::PostId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
    pub emoji: String,
    pub created_at: DateTimeUtc,
    /// Whether it is among those that everybody counts. Set by the database.
    pub counts: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
