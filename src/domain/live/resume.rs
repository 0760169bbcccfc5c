//! Event ids: where a client was, to go on from there. What is in one, numbers of transactions, would tell how much is
//! written; so it is encrypted.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{
    domain::{Error, Random, cursor::derive_key},
    store::event::{KEPT_MINUTES, Position, Snapshot},
};

/// Makes and reads event ids.
pub struct Resume(LessSafeKey);

const ARGUMENT: &str = "lastEventId";

impl Resume {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, &derive_key(secret, "event id"));
        Self(LessSafeKey::new(key.unwrap_or_else(|_| unreachable!("the key has the length of AES-256"))))
    }

    /// The id of the event behind which this position is.
    pub(super) fn seal(&self, position: &Position, now: DateTime<Utc>, random: &Random) -> String {
        let (upto, last) = match &position.round {
            Some((upto, (xid, id))) => (upto.text(), format!("{xid},{id}")),
            None => ("", String::new()),
        };
        let plain = format!("{};{};{upto};{last}", now.timestamp(), position.before.text());
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut bytes = plain.into_bytes();
        let sealed = self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes);
        // Fails for texts of gigabytes.
        if sealed.is_err() {
            return String::new();
        }
        BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat())
    }

    /// The position behind the event with this id.
    pub(crate) fn open(&self, id: &str, now: DateTime<Utc>) -> Result<Position, Error> {
        let (made, position) = self.opened(id).ok_or(Error::BadCursor { argument: ARGUMENT })?;
        // A minute less than events are kept.
        if now - made > TimeDelta::minutes(KEPT_MINUTES - 1) {
            return Err(too_much());
        }
        Ok(position)
    }

    fn opened(&self, id: &str) -> Option<(DateTime<Utc>, Position)> {
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
        let plain = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), sealed).ok()?;
        let mut parts = str::from_utf8(plain).ok()?.split(';');
        let made = DateTime::from_timestamp(parts.next()?.parse().ok()?, 0)?;
        let before = Snapshot::parse(parts.next()?)?;
        let round = match (parts.next()?, parts.next()?) {
            ("", _) => None,
            (upto, last) => {
                let (xid, id) = last.split_once(',')?;
                Some((Snapshot::parse(upto)?, (xid.parse().ok()?, id.parse().ok()?)))
            }
        };
        Some((made, Position { before, round }))
    }
}

/// More has happened since then than is kept.
pub(super) fn too_much() -> Error {
    let message = "too much has happened since that event: look again, and subscribe without it".to_owned();
    Error::BadInput { argument: ARGUMENT, message }
}
