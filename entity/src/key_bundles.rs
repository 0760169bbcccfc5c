//! `key_bundles`: the public keys of a person, but for the identity key (`profiles.identity_key`).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_bundles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: crate::ProfileId,
    pub registration_id: i32,
    pub signed_prekey_id: i32,
    pub signed_prekey: Vec<u8>,
    pub signed_prekey_signature: Vec<u8>,
    pub published_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
