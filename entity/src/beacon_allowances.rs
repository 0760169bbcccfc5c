//! `beacon_allowances`: how many beacons a person (a keyed hash) made in the last hour.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "beacon_allowances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: Vec<u8>,
    pub recent: Vec<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
