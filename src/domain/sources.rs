//! Time, ids and randomness. They enter through here alone, so that tests can hold the clock.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::{Builder, Uuid};

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is where time enters")]
    pub fn system() -> Self {
        Self::of(Utc::now)
    }

    /// A clock that a function tells.
    pub fn of(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now, in whole microseconds: PostgreSQL keeps no more, and what is answered at once must equal what is
    /// read later.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = (self.0)();
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// Makes random bytes, and the ids and keys that are made of them.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

/// Fills bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Random {
    /// The operating system's generator.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is where randomness enters")]
    pub fn system() -> Self {
        Self::of(|bytes| rand::fill(bytes))
    }

    /// A generator that a function is.
    pub fn of(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// An id that begins with its time, so that rows that are written together stand together in the index.
    #[must_use]
    pub fn time_ordered_id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// An id that tells nothing: `UUIDv4`.
    #[must_use]
    pub fn opaque_id(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A key of 256 bits, as text.
    #[must_use]
    pub fn key(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// Random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }
}
