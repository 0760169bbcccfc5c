//! Public keys: publishing them, and handing them out.

use chrono::{DateTime, Utc};
use entity::{ProfileId, key_bundles};
use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult, sea_query::OnConflict};
use serde::{Deserialize, Serialize};

use super::{StoreError, Tx, db::Executor, sql::Sql};

/// What a person publishes.
#[derive(Clone, Debug)]
pub struct NewKeys {
    /// Standard base64 of an Ed25519 public key.
    pub identity_key: String,
    /// A number of the client's for its installation.
    pub registration_id: i32,
    /// The number of the signed prekey.
    pub signed_prekey_id: i32,
    /// An X25519 public key.
    pub signed_prekey: Vec<u8>,
    /// The identity key's Ed25519 signature of it.
    pub signature: Vec<u8>,
    /// Numbers and X25519 public keys.
    pub one_time: Vec<(i32, Vec<u8>)>,
}

/// Publishes keys. With a new identity key, and with a new installation, the one-time prekeys of the old one go; which of
/// them were handed out is remembered, and those are not handed out again when they come back. Answers
/// whether that can be: not when a number was handed out already, with another key.
pub async fn publish(tx: &Tx, me: ProfileId, keys: NewKeys, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let mut identity = Sql::new("UPDATE profiles SET identity_key = ");
    identity.bind(keys.identity_key.clone()).text(" WHERE id = ").bind(me);
    identity.text(" AND identity_key IS DISTINCT FROM ").bind(keys.identity_key);
    let is_new = tx.execute(identity).await? > 0;
    let mut old = Sql::new("WITH old AS (DELETE FROM one_time_prekeys WHERE profile_id = ");
    old.bind(me).text(" AND (").bind(is_new).text(" OR NOT EXISTS (SELECT 1 FROM key_bundles WHERE profile_id = ");
    old.bind(me).text(" AND registration_id = ").bind(keys.registration_id).text("))");
    old.text(" RETURNING profile_id, key_id, public_key, claimed_at) INSERT INTO handed_out_prekeys");
    old.text(" SELECT profile_id, key_id, public_key FROM old WHERE claimed_at IS NOT NULL ON CONFLICT DO NOTHING");
    tx.execute(old).await?;
    let row = key_bundles::ActiveModel {
        profile_id: Set(me),
        registration_id: Set(keys.registration_id),
        signed_prekey_id: Set(keys.signed_prekey_id),
        signed_prekey: Set(keys.signed_prekey),
        signed_prekey_signature: Set(keys.signature),
        published_at: Set(now),
    };
    let mut replace = OnConflict::column(key_bundles::Column::ProfileId);
    replace.update_columns([
        key_bundles::Column::RegistrationId,
        key_bundles::Column::SignedPrekeyId,
        key_bundles::Column::SignedPrekey,
        key_bundles::Column::SignedPrekeySignature,
        key_bundles::Column::PublishedAt,
    ]);
    key_bundles::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.connection()).await?;
    let one_time = keys.one_time.len() as u64;
    let (ids, publics): (Vec<_>, Vec<_>) = keys.one_time.into_iter().unzip();
    let mut sql = Sql::new("INSERT INTO one_time_prekeys (profile_id, key_id, public_key, claimed_at) SELECT ");
    sql.bind(me).text("::uuid, new.id, new.public, CASE WHEN EXISTS (SELECT 1 FROM handed_out_prekeys AS handed_out");
    sql.text(" WHERE handed_out.profile_id = ").bind(me).text(" AND handed_out.key_id = new.id");
    sql.text(" AND handed_out.public_key = new.public) THEN ").bind(now).text("::timestamptz END");
    sql.text(" FROM unnest(").bind(ids).text("::int[], ").bind(publics);
    // The last one counts as long as nobody has got another. Writing the same again is to count it among those written.
    sql.text("::bytea[]) AS new (id, public) ON CONFLICT (profile_id, key_id) DO UPDATE");
    sql.text(" SET public_key = excluded.public_key,");
    sql.text(" claimed_at = COALESCE(one_time_prekeys.claimed_at, excluded.claimed_at) WHERE one_time_prekeys.claimed_at IS NULL");
    sql.text(" OR one_time_prekeys.public_key = excluded.public_key");
    Ok(tx.execute(sql).await? == one_time)
}

/// Lets one transaction at a time publish the keys of a person.
pub async fn lock(tx: &Tx, me: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended('keys:' || ");
    sql.bind(me.to_string()).text(", 0))");
    tx.execute(sql).await?;
    Ok(())
}

/// Keeps the keys of a person as they are until the transaction ends, so that no bundle mixes what was published before
/// with what is published meanwhile. Others who do the same are not kept waiting.
pub async fn lock_shared(tx: &Tx, owner: ProfileId) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT pg_advisory_xact_lock_shared(hashtextextended('keys:' || ");
    sql.bind(owner.to_string()).text(", 0))");
    tx.execute(sql).await?;
    Ok(())
}

/// How many one-time prekeys are left to be handed out.
pub async fn count_left(db: &impl Executor, me: ProfileId) -> Result<i64, StoreError> {
    let mut sql = Sql::new("SELECT count(*) AS count FROM one_time_prekeys WHERE claimed_at IS NULL AND profile_id = ");
    sql.bind(me);
    Ok(db.one::<Counted>(sql).await?.map_or(0, |row| row.count))
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
}

/// The keys of a person, without a one-time prekey.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
pub struct Keys {
    /// Standard base64 of an Ed25519 public key.
    pub identity_key: String,
    /// A number of the client's for its installation.
    pub registration_id: i32,
    /// The number of the signed prekey.
    pub signed_prekey_id: i32,
    /// An X25519 public key.
    pub signed_prekey: Vec<u8>,
    /// The identity key's signature of it.
    pub signed_prekey_signature: Vec<u8>,
}

/// The keys of somebody whom the viewer may see, which was checked in the same transaction.
pub async fn find(tx: &Tx, owner: ProfileId) -> Result<Option<Keys>, StoreError> {
    let mut sql = Sql::new("SELECT profiles.identity_key, key_bundles.* FROM key_bundles");
    sql.text(" JOIN profiles ON profiles.id = key_bundles.profile_id");
    sql.text(" WHERE profiles.identity_key IS NOT NULL AND key_bundles.profile_id = ").bind(owner);
    tx.one(sql).await
}

/// A one-time prekey.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
pub struct Prekey {
    /// Its number.
    pub key_id: i32,
    /// An X25519 public key.
    pub public_key: Vec<u8>,
}

/// Hands out a one-time prekey, each once. Those that others are taking in this moment are passed over, so that nobody
/// waits.
pub async fn claim(tx: &Tx, owner: ProfileId, now: DateTime<Utc>) -> Result<Option<Prekey>, StoreError> {
    let mut sql = Sql::new("UPDATE one_time_prekeys SET claimed_at = ");
    sql.bind(now).text(" WHERE profile_id = ").bind(owner).text(" AND key_id = (SELECT key_id FROM one_time_prekeys");
    sql.text(" WHERE claimed_at IS NULL AND profile_id = ").bind(owner);
    sql.text(" ORDER BY key_id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING key_id, public_key");
    tx.one(sql).await
}
