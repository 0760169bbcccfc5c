//! What the product does: one folder per area, one file per verb. Rules about what may be *done* are decided here (by
//! `policy::permission`), transactions begin and end here, and nothing here knows of GraphQL, HTTP or SQL.

pub mod account;
pub mod beacon;
pub mod budget;
pub(crate) mod cursor;
mod error;
pub mod feed;
pub mod follow;
pub mod hashtag;
pub mod import;
pub mod key;
pub mod live;
pub mod mark;
pub mod notification;
pub mod once;
pub mod own_list;
pub mod page;
pub mod post;
pub mod profile;
pub mod search;
pub mod seed;
mod sources;
mod text;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use cursor::Cursors;
pub use error::{Error, Failure, Refusal, RefusalCode};
pub use sources::{Clock, Random};

use self::{
    account::{passwords::Passwords, tokens::Tokens},
    budget::{Budgets, Ledgers},
    live::{Hub, Limits, Resume},
};
use crate::{
    metrics::Metrics,
    store::{Db, StoreError},
};

/// What the domain is told when the server starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The secret that access tokens are signed with; other keys are derived from it.
    pub secret: String,
    /// Rows of a page when the client does not say.
    pub default_page_size: u32,
    /// Rows of a page at most.
    pub max_page_size: u32,
    /// Beacons that a person may make in an hour.
    pub beacons_per_hour: u32,
    /// How many passwords are hashed at the same time. Each takes 19 MiB and a core.
    pub password_workers: usize,
    /// How many passwords may wait for that.
    pub password_queue: usize,
    /// How much a person, or an address, may ask for and do in a time.
    pub budgets: Budgets,
    /// What those who watch may hold.
    pub live: Limits,
}

/// The product: everything that its verbs need.
pub struct Domain {
    db: Db,
    clock: Clock,
    random: Random,
    cursors: Cursors,
    tokens: Tokens,
    passwords: Passwords,
    person_key: [u8; 32],
    repeat_key: [u8; 32],
    beacons_per_hour: u32,
    hub: Arc<Hub>,
    resume: Resume,
    ledgers: Ledgers,
    budgets: Budgets,
    budget_key: [u8; 32],
}

impl Domain {
    /// Puts the product on a database. `own` are connections to it for what goes on by itself.
    #[must_use]
    pub fn new(db: Db, own: Db, clock: Clock, random: Random, settings: &Settings) -> Arc<Self> {
        let secret = settings.secret.as_bytes();
        let hands = clock.clone();
        let hub = Hub::new(db.clone(), own, move || hands.now(), settings.live);
        Arc::new(Self {
            hub,
            resume: Resume::new(secret),
            db,
            cursors: Cursors::new(secret, settings.default_page_size, settings.max_page_size),
            tokens: Tokens::new(secret),
            passwords: Passwords::new(settings.password_workers, settings.password_queue),
            ledgers: Ledgers::default(),
            budgets: settings.budgets,
            budget_key: cursor::derive_key(secret, "budgets"),
            person_key: cursor::derive_key(secret, "beacon allowance"),
            repeat_key: cursor::derive_key(secret, "repeated request"),
            beacons_per_hour: settings.beacons_per_hour,
            clock,
            random,
        })
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.db.ping().await?)
    }

    /// How long it is until a moment; no time at all, if that has passed.
    #[must_use]
    pub fn until(&self, at: DateTime<Utc>) -> std::time::Duration {
        (at - self.now()).to_std().unwrap_or_default()
    }

    /// Numbers about what the server does, as Prometheus reads them.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        let metrics = self.metrics();
        self.hub.measure(metrics);
        metrics.passwords.set(self.passwords.taken());
        let (busy, idle) = self.db.connections();
        metrics.pool("requests", busy, idle);
        if let Some(replica) = self.db.replica() {
            let (busy, idle) = replica.db().connections();
            metrics.pool("replica", busy, idle);
        }
        metrics.text()
    }

    /// Where it is counted.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        self.db.metrics()
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}
