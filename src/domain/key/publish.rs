use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::{
    domain::{Domain, Error, Failure, Refusal, RefusalCode},
    policy::Viewer,
    store,
};

/// One-time prekeys that are kept for a person at most.
const MAX_PREKEYS: usize = 200;
/// Registration ids have 14 bits, key ids 24, as in Signal's clients.
const MAX_REGISTRATION_ID: i32 = (1 << 14) - 1;
const MAX_KEY_ID: i32 = (1 << 24) - 1;
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// What a person publishes. Keys and the signature are standard base64 with padding.
#[derive(Clone, Debug)]
pub struct NewKeys {
    /// An Ed25519 public key.
    pub identity_key: String,
    /// A number of the client's for its installation.
    pub registration_id: i32,
    /// The number of the signed prekey.
    pub signed_prekey_id: i32,
    /// An X25519 public key.
    pub signed_prekey: String,
    /// The identity key's Ed25519 signature of the 32 bytes of the signed prekey.
    pub signature: String,
    /// Numbers and X25519 public keys.
    pub one_time: Vec<(i32, String)>,
}

impl Domain {
    /// Publishes the viewer's keys. The one-time prekeys are added to those that are left, in the place of one with the
    /// same number. One that was handed out stays what it was: with another key, its number is refused. A new identity
    /// key and a new installation begin anew.
    pub async fn publish_keys(&self, viewer: Viewer, keys: NewKeys) -> Result<(), Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        let keys = checked(&keys)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                store::key::lock(&tx, me).await?;
                if !store::key::publish(&tx, me, keys.clone(), self.now()).await? {
                    let message = "a number was handed out already, with another key";
                    return Err(Failure::refused(RefusalCode::Conflict, "oneTimePrekeys", message));
                }
                let left = store::key::count_left(&tx, me).await?;
                if usize::try_from(left).is_ok_and(|left| left > MAX_PREKEYS) {
                    let message = format!("{MAX_PREKEYS} one-time prekeys are kept at most");
                    return Err(Failure::refused(RefusalCode::LimitReached, "oneTimePrekeys", message));
                }
                tx.commit().await?;
                Ok(())
            })
            .await
    }
}

fn checked(keys: &NewKeys) -> Result<store::key::NewKeys, Failure> {
    let identity = bytes("identityKey", &keys.identity_key, KEY_BYTES)?;
    let signed_prekey = bytes("signedPrekey", &keys.signed_prekey, KEY_BYTES)?;
    let signature = bytes("signedPrekeySignature", &keys.signature, SIGNATURE_BYTES)?;
    in_range("registrationId", keys.registration_id, MAX_REGISTRATION_ID)?;
    in_range("signedPrekeyId", keys.signed_prekey_id, MAX_KEY_ID)?;
    if UnparsedPublicKey::new(&ED25519, &identity).verify(&signed_prekey, &signature).is_err() {
        return Err(
            invalid("signedPrekeySignature", "it is not the identity key's signature of the signed prekey").into()
        );
    }
    if keys.one_time.len() > MAX_PREKEYS {
        let message = format!("{MAX_PREKEYS} one-time prekeys are kept at most");
        return Err(Failure::refused(RefusalCode::LimitReached, "oneTimePrekeys", message));
    }
    let mut seen = HashSet::new();
    let mut one_time = Vec::with_capacity(keys.one_time.len());
    for (id, key) in &keys.one_time {
        in_range("oneTimePrekeys", *id, MAX_KEY_ID)?;
        if !seen.insert(*id) {
            return Err(invalid("oneTimePrekeys", "each needs a number of its own").into());
        }
        one_time.push((*id, bytes("oneTimePrekeys", key, KEY_BYTES)?));
    }
    Ok(store::key::NewKeys {
        identity_key: keys.identity_key.clone(),
        registration_id: keys.registration_id,
        signed_prekey_id: keys.signed_prekey_id,
        signed_prekey,
        signature,
        one_time,
    })
}

fn bytes(field: &'static str, text: &str, length: usize) -> Result<Vec<u8>, Refusal> {
    let bytes = BASE64_STANDARD.decode(text).ok().filter(|bytes| bytes.len() == length);
    bytes.ok_or_else(|| invalid(field, &format!("{length} bytes in base64 are needed")))
}

fn in_range(field: &'static str, number: i32, max: i32) -> Result<(), Refusal> {
    if (0..=max).contains(&number) {
        Ok(())
    } else {
        Err(invalid(field, &format!("the number must be between 0 and {max}")))
    }
}

fn invalid(field: &'static str, message: &str) -> Refusal {
    Refusal::new(RefusalCode::Invalid, field, message)
}
