//! `post_mark_counts`: how many likes and reactions of active accounts a post has, kept by the database.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_mark_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: crate::PostId,
    /// The emoji of reactions; empty for likes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark: String,
    pub count: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
