//! Requests that may come again. A client that has got no answer to a request cannot know whether it was carried out; with
//! a key of the client's on it, it can be repeated, and is carried out once.
//!
//! What a request made is kept in the transaction that makes it. Nothing that is kept can be read without the client's key,
//! which is not kept: a dump and the server's secret do not tell who asked, nor which beacon came of it.

use chrono::{DurationRound, TimeDelta};
use hmac::Mac;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use super::{
    Domain, Error, Failure,
    cursor::{derive_key, keyed},
};
use crate::{
    policy::Viewer,
    store::{self, StoreError, Tx, once::Kept},
};

/// How long a request can be repeated. A little longer, by the rounding.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// A key has this many characters at least, so that nobody finds it by trying.
const MIN_KEY: usize = 16;
const MAX_KEY: usize = 200;

/// The key that a client has given to a request, and what it asks.
#[derive(Clone)]
pub struct RequestKey {
    key: String,
    request: [u8; 32],
}

impl RequestKey {
    /// A key, and the whole of the request that it was given to. None when no client may choose such a key.
    #[must_use]
    pub fn new(key: &str, request: &[u8]) -> Option<Self> {
        let is_possible = (MIN_KEY..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        is_possible.then(|| Self { key: key.to_owned(), request: Sha256::digest(request).into() })
    }
}

/// What a request with a key does in one place of its answer, once.
pub struct Once {
    name: [u8; 32],
    request: [u8; 32],
    seal: LessSafeKey,
}

impl Once {
    fn opened(&self, kept: Kept) -> Result<Vec<u8>, Error> {
        if kept.request != self.request {
            return Err(Error::KeyReused);
        }
        let mut bytes = kept.result;
        let opened = bytes.split_first_chunk_mut::<NONCE_LEN>().and_then(|(nonce, sealed)| {
            self.seal.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), sealed).ok()
        });
        opened.map(|plain| plain.to_vec()).ok_or_else(|| Error::Internal("a kept result cannot be opened".to_owned()))
    }
}

impl Domain {
    /// What a viewer's request does in this place of its answer.
    #[must_use]
    pub fn once(&self, viewer: Viewer, key: &RequestKey, place: &str) -> Once {
        let mut mac = keyed(&self.repeat_key);
        // Each part says where it ends.
        for part in [viewer.id().map(|id| id.0.into_bytes()).unwrap_or_default().as_slice(), key.key.as_bytes()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(place.as_bytes());
        let root = mac.finalize().into_bytes();
        let mut request = keyed(&derive_key(&root, "request"));
        request.update(&key.request);
        let seal = UnboundKey::new(&AES_256_GCM, &derive_key(&root, "result"));
        Once {
            name: derive_key(&root, "name"),
            request: request.finalize().into_bytes().into(),
            seal: LessSafeKey::new(seal.unwrap_or_else(|_| unreachable!("the key has the length of AES-256"))),
        }
    }

    /// What an earlier request with the same key made, if there was one.
    pub(super) async fn earlier(&self, once: Option<&Once>) -> Result<Option<Vec<u8>>, Error> {
        let Some(once) = once else { return Ok(None) };
        let kept = store::once::find(&self.db, &once.name, self.now()).await?;
        kept.map(|kept| once.opened(kept)).transpose()
    }

    /// Keeps what is about to be made, with it. Answers what an earlier request with the same key made, if there was one:
    /// then nothing is to be made. Waits for one that is at it in this moment.
    pub(super) async fn unless_made(
        &self,
        tx: &Tx,
        once: Option<&Once>,
        result: &[u8],
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some(once) = once else { return Ok(None) };
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut sealed = result.to_vec();
        once.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| Error::Internal("a result cannot be sealed".to_owned()))?;
        let kept = Kept { request: once.request.to_vec(), result: [&nonce[..], &sealed].concat() };
        let now = self.now();
        let until = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now) + TimeDelta::hours(1) + KEPT;
        if store::once::keep(tx, &once.name, kept, now, until).await? {
            return Ok(None);
        }
        // Gone when it was purged in this very moment: the next attempt finds no trace of it.
        let earlier = store::once::find(tx, &once.name, now).await?.ok_or(StoreError::Gone)?;
        Ok(Some(once.opened(earlier)?))
    }

    /// Forgets requests that are not repeated any more. Where that cannot be done now, the next purge does it.
    pub(super) async fn forget_repeatable(&self) {
        loop {
            match store::once::forget_old(&self.db, self.now()).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(cause) => return tracing::warn!(%cause, "repeatable requests could not be forgotten"),
            }
        }
    }
}
