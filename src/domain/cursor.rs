//! Cursors: the sort key of a row, sealed with the list that it belongs to. A client can neither make one nor carry it
//! to another list; a seal, unlike a check of the content, needs no second thought about what a forged key might do.

use std::cmp::Reverse;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use entity::{PostId, ProfileId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    Error,
    page::{Arguments, Connection, Edge},
};
use crate::store::{
    geo::{DistanceKey, PriorityKey},
    page::{OldestKey, PinnedKey, Slice, TimeKey, Window},
    search::Place,
};

const SEAL_BYTES: usize = 12;

/// Seals and opens cursors, and turns page arguments into windows.
#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
    default_size: u32,
    max_size: u32,
}

/// A sort key that can be written into a cursor.
pub trait CursorKey: Clone + Sized {
    /// The key as bytes.
    fn encode(&self) -> Vec<u8>;
    /// The key from bytes; they carry our seal, so they are what [`Self::encode`] wrote.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

impl Cursors {
    pub(crate) fn new(secret: &[u8], default_size: u32, max_size: u32) -> Self {
        Self { key: derive_key(secret, "cursor"), default_size, max_size }
    }

    /// The window that these arguments ask for of the list that `list` names, with everything that decides which rows
    /// are in it and in which order.
    pub fn window<K: CursorKey>(&self, list: &str, arguments: &Arguments) -> Result<Window<K>, Error> {
        let (limit, backward) = match (arguments.first, arguments.last) {
            (Some(_), Some(_)) => {
                return Err(Error::BadInput {
                    argument: "last",
                    message: "ask for the first rows or for the last, not for both".to_owned(),
                });
            }
            (None, Some(size)) => (self.size("last", size)?, true),
            (Some(size), None) => (self.size("first", size)?, false),
            (None, None) => (self.default_size, false),
        };
        let open = |argument: &'static str, cursor: &Option<String>| {
            let Some(cursor) = cursor else { return Ok(None) };
            self.open(list, cursor).map(Some).ok_or(Error::BadCursor { argument })
        };
        Ok(Window {
            limit,
            backward,
            after: open("after", &arguments.after)?,
            before: open("before", &arguments.before)?,
        })
    }

    /// The rows of a window as a connection; `key` tells the sort key of a row.
    pub fn connection<K: CursorKey, T>(
        &self,
        list: &str,
        window: &Window<K>,
        slice: Slice<T>,
        key: impl Fn(&T) -> K,
    ) -> Connection<T> {
        let edges = slice.rows.into_iter().map(|node| Edge { cursor: self.seal(list, &key(&node)), node }).collect();
        let (has_next_page, has_previous_page) =
            if window.backward { (window.before.is_some(), slice.more) } else { (slice.more, window.after.is_some()) };
        Connection { edges, has_next_page, has_previous_page }
    }

    /// The cursor of a row in a list.
    pub fn seal<K: CursorKey>(&self, list: &str, key: &K) -> String {
        let mut bytes = key.encode();
        let seal = self.mac(list, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&seal[..SEAL_BYTES]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key in a cursor of this list; none when we did not seal it.
    pub(crate) fn open<K: CursorKey>(&self, list: &str, cursor: &str) -> Option<K> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (key, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
        self.mac(list, key).verify_truncated_left(seal).ok()?;
        K::decode(key)
    }

    fn mac(&self, list: &str, key: &[u8]) -> Hmac<Sha256> {
        let mut mac = keyed(&self.key);
        mac.update(&(list.len() as u64).to_be_bytes());
        mac.update(list.as_bytes());
        mac.update(key);
        mac
    }

    fn size(&self, argument: &'static str, size: i32) -> Result<u32, Error> {
        let max = self.max_size;
        match u32::try_from(size) {
            Ok(size) if (1..=max).contains(&size) => Ok(size),
            _ => Err(Error::PageSize { argument, max }),
        }
    }
}

/// A key for one purpose, derived from the server's secret.
pub(super) fn derive_key(secret: &[u8], purpose: &str) -> [u8; 32] {
    let mut mac = keyed(secret);
    mac.update(b"sojorn ");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

/// HMAC with SHA-256 under a key of any length.
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length; the error exists for other algorithms of the same trait.
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"))
}

impl CursorKey for TimeKey {
    fn encode(&self) -> Vec<u8> {
        [&self.at.timestamp_micros().to_be_bytes()[..], self.id.as_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (at, id) = split(bytes)?;
        Some(Self { at: DateTime::from_timestamp_micros(i64::from_be_bytes(at))?, id })
    }
}

impl CursorKey for OldestKey {
    fn encode(&self) -> Vec<u8> {
        self.0.encode()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        TimeKey::decode(bytes).map(Self)
    }
}

impl CursorKey for PinnedKey {
    fn encode(&self) -> Vec<u8> {
        [&[u8::from(self.is_pinned)][..], &TimeKey::post(self.at, self.id).encode()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (&pinned, rest) = bytes.split_first()?;
        let TimeKey { at, id } = TimeKey::decode(rest)?;
        Some(Self { is_pinned: pinned == 1, at, id: PostId(id) })
    }
}

impl CursorKey for DistanceKey {
    fn encode(&self) -> Vec<u8> {
        [&self.meters.to_be_bytes()[..], self.id.0.as_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (meters, id) = split(bytes)?;
        Some(Self { meters: f64::from_be_bytes(meters), id: PostId(id) })
    }
}

impl CursorKey for PriorityKey {
    fn encode(&self) -> Vec<u8> {
        [&self.rank.to_be_bytes()[..], self.id.0.as_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (rank, id) = split(bytes)?;
        Some(Self { rank: i64::from_be_bytes(rank), id: PostId(id) })
    }
}

impl CursorKey for Place {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Handle(name, id) => [b"h", &id.0.as_bytes()[..], name.as_bytes()].concat(),
            Self::Hashtag(name) => [b"t", name.as_bytes()].concat(),
            Self::Name(name, id) => [b"n", &id.0.as_bytes()[..], name.as_bytes()].concat(),
            Self::Alike(missing, id) => [b"a", &missing.to_be_bytes()[..], id.0.as_bytes()].concat(),
            Self::Post(Reverse((at, id))) => [&b"p"[..], &TimeKey::post(*at, *id).encode()].concat(),
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (way, rest) = bytes.split_first()?;
        let named = || {
            let (id, name) = rest.split_first_chunk()?;
            Some((String::from_utf8(name.to_vec()).ok()?, ProfileId(Uuid::from_bytes(*id))))
        };
        match way {
            b'h' => named().map(|(name, id)| Self::Handle(name, id)),
            b't' => String::from_utf8(rest.to_vec()).ok().map(Self::Hashtag),
            b'n' => named().map(|(name, id)| Self::Name(name, id)),
            b'a' => {
                let (missing, id) = rest.split_first_chunk()?;
                Some(Self::Alike(i32::from_be_bytes(*missing), ProfileId(Uuid::from_slice(id).ok()?)))
            }
            b'p' => TimeKey::decode(rest).map(|key| Self::Post(Reverse((key.at, PostId(key.id))))),
            _ => None,
        }
    }
}

fn split(bytes: &[u8]) -> Option<([u8; 8], Uuid)> {
    let (head, id) = bytes.split_first_chunk::<8>()?;
    Some((*head, Uuid::from_slice(id).ok()?))
}
