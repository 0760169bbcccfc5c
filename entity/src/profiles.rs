//! `profiles`: who is there.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: crate::ProfileId,
    pub handle: Option<String>,
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub website: Option<String>,
    pub avatar_url: Option<String>,
    pub cover_url: Option<String>,
    /// NULL counts as private.
    pub is_private: Option<bool>,
    pub is_official: Option<bool>,
    pub identity_key: Option<String>,
    /// `active`, `suspended`, `banned`, `deactivated` or `pending_deletion`.
    pub state: String,
    /// Access tokens issued before are refused.
    pub signed_out_at: Option<DateTimeUtc>,
    /// From when on the account is removed for good; until then its owner can come back. Never of an active one.
    pub delete_after: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
