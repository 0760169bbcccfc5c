//! Budgets: how much a person, or an address, may ask for and do in a time.
//!
//! A budget begins with the first thing that is spent of it and ends after its time, and then the next begins. Servers on one
//! database share them. What is cheap and frequent is counted by each server for itself, and added up twice a second
//! ([`ledger`]): within half a second, each of several servers may let as much pass as was left. What is dear or a guess (a
//! password, a vote, a key) is counted by the database, exactly. It is PostgreSQL because it is there anyway: nothing more to run, and
//! nothing more that can be away.

mod ledger;
mod login;

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::ProfileId;
use hmac::Mac;

pub use self::{ledger::Ledgers, login::folded};
use super::{Domain, Error, cursor::keyed};
use crate::{
    policy::Viewer,
    store::{self, budget::Spending},
};

/// How much may be spent of each budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// The cost of operations, in a minute.
    pub cost: u64,
    /// Posts, in an hour.
    pub posts: u64,
    /// Follows, in an hour.
    pub follows: u64,
    /// Likes and reactions, in an hour.
    pub likes: u64,
    /// Votes on beacons, in an hour.
    pub votes: u64,
    /// Blocks, in an hour.
    pub blocks: u64,
    /// Bundles of keys, in an hour.
    pub key_claims: u64,
    /// Sign-ins with a login, in a minute.
    pub sign_ins: u64,
    /// Sign-ins with a login, in an hour.
    pub sign_ins_an_hour: u64,
    /// Sign-ins from an address, in five minutes.
    pub sign_ins_from: u64,
    /// Accounts made from an address, in half an hour.
    pub sign_ups_from: u64,
}

/// Budgets that are added up by one statement.
const SHARED_AT_ONCE: usize = 1_000;

/// What is rationed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ration {
    /// The cost of operations.
    Cost,
    /// Posts.
    Posts,
    /// Follows.
    Follows,
    /// Likes and reactions.
    Likes,
    /// Votes on beacons.
    Votes,
    /// Blocks.
    Blocks,
    /// Bundles of keys.
    KeyClaims,
    /// Sign-ins with a login, in a minute.
    SignIns,
    /// Sign-ins with a login, in an hour.
    SignInsAnHour,
    /// Sign-ins from an address.
    SignInsFrom,
    /// Accounts made from an address.
    SignUpsFrom,
}

impl Ration {
    /// How long a budget lasts.
    #[must_use]
    pub fn time(self) -> TimeDelta {
        match self {
            Self::Cost | Self::SignIns => TimeDelta::minutes(1),
            Self::SignInsFrom => TimeDelta::minutes(5),
            Self::SignUpsFrom => TimeDelta::minutes(30),
            Self::Posts
            | Self::Follows
            | Self::Likes
            | Self::Votes
            | Self::Blocks
            | Self::KeyClaims
            | Self::SignInsAnHour => TimeDelta::hours(1),
        }
    }

    /// Its name, for those who watch the server.
    fn word(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Posts => "posts",
            Self::Follows => "follows",
            Self::Likes => "likes",
            Self::Votes => "votes",
            Self::Blocks => "blocks",
            Self::KeyClaims => "key_claims",
            Self::SignIns => "sign_ins",
            Self::SignInsAnHour => "sign_ins_an_hour",
            Self::SignInsFrom => "sign_ins_from_address",
            Self::SignUpsFrom => "sign_ups_from_address",
        }
    }

    fn most(self, budgets: &Budgets) -> u64 {
        match self {
            Self::Cost => budgets.cost,
            Self::Posts => budgets.posts,
            Self::Follows => budgets.follows,
            Self::Likes => budgets.likes,
            Self::Votes => budgets.votes,
            Self::Blocks => budgets.blocks,
            Self::KeyClaims => budgets.key_claims,
            Self::SignIns => budgets.sign_ins,
            Self::SignInsAnHour => budgets.sign_ins_an_hour,
            Self::SignInsFrom => budgets.sign_ins_from,
            Self::SignUpsFrom => budgets.sign_ups_from,
        }
    }
}

/// Whose budget it is.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A person's.
    Person(ProfileId),
    /// That of an address, or of all whose address is not known.
    Address(Option<IpAddr>),
    /// That of whoever signs in as this. By the text, since two logins of one account must not be told to be that.
    Login(&'a str),
}

impl Subject<'_> {
    /// A viewer's own, or that of the address that a viewer who is signed out comes from.
    #[must_use]
    pub fn of(viewer: Viewer, address: Option<IpAddr>) -> Self {
        viewer.id().map_or(Self::Address(address), Self::Person)
    }
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How much it is.
    pub limit: u64,
    /// How much is left of it.
    pub remaining: u64,
    /// When it ends, and the next begins.
    pub resets_at: DateTime<Utc>,
}

/// A budget does not suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overspent(pub Standing);

impl Domain {
    /// Charges a viewer, or an address, for an operation.
    pub fn charge(&self, viewer: Viewer, address: Option<IpAddr>, cost: u64) -> Result<Standing, Overspent> {
        let taken = self.take(Ration::Cost, Subject::of(viewer, address), cost);
        taken.inspect_err(|_| self.metrics().overspent(Ration::Cost.word()))
    }

    /// How the budget of a viewer or an address stands.
    #[must_use]
    pub fn standing(&self, viewer: Viewer, address: Option<IpAddr>) -> Standing {
        self.take(Ration::Cost, Subject::of(viewer, address), 0).unwrap_or_else(|Overspent(standing)| standing)
    }

    /// Takes one of what a person may do so often.
    pub(super) fn ration(&self, ration: Ration, person: ProfileId) -> Result<(), Error> {
        let taken = self.take(ration, Subject::Person(person), 1);
        taken.map(|_| ()).map_err(|Overspent(standing)| {
            self.metrics().overspent(ration.word());
            self.rate_limited(standing.resets_at)
        })
    }

    /// Takes one of each, by the count of the database. What is refused is given back: a budget that lasts long is not
    /// spent by what a short one refuses.
    pub(super) async fn ration_exactly(&self, rations: &[(Ration, Subject<'_>)]) -> Result<(), Error> {
        let now = self.now();
        let keys: Vec<_> = rations.iter().map(|(ration, subject)| self.budget_key(*ration, *subject)).collect();
        let spendings = keys.iter().zip(rations).map(|(key, (ration, _))| Spending {
            key: key.to_vec(),
            amount: 1,
            ends_at: now + ration.time(),
        });
        let spent = self.db.retrying(|| store::budget::spend(&self.db, spendings.clone().collect(), now)).await?;
        let ends = keys.iter().zip(rations).filter_map(|(key, (ration, _))| {
            let most = ration.most(&self.budgets).cast_signed();
            let spent = spent.iter().find(|spent| spent.key == key && spent.spent > most)?;
            self.metrics().overspent(ration.word());
            Some(spent.ends_at)
        });
        let Some(ends_at) = ends.max() else { return Ok(()) };
        self.db.retrying(|| store::budget::give_back(&self.db, &spent)).await?;
        Err(self.rate_limited(ends_at))
    }

    /// Adds up what servers have spent.
    pub async fn share_budgets(&self) -> Result<(), Error> {
        for ledger in [&self.ledgers.of_people, &self.ledgers.of_others] {
            let unsent = ledger.unsent(self.now());
            // Some at a time: no statement locks many rows for long.
            for (n, some) in unsent.chunks(SHARED_AT_ONCE).enumerate() {
                match store::budget::spend(&self.db, some.to_vec(), self.now()).await {
                    Ok(spent) => ledger.learn(&spent),
                    Err(cause) => {
                        ledger.keep(&unsent[n * SHARED_AT_ONCE..]);
                        return Err(cause.into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Forgets budgets that have ended.
    pub async fn forget_budgets(&self) -> Result<(), Error> {
        store::budget::forget_ended(&self.db, self.now()).await?;
        Ok(())
    }

    fn take(&self, ration: Ration, subject: Subject<'_>, amount: u64) -> Result<Standing, Overspent> {
        let key = self.budget_key(ration, subject);
        let ledger = match subject {
            Subject::Person(_) => &self.ledgers.of_people,
            Subject::Address(_) | Subject::Login(_) => &self.ledgers.of_others,
        };
        ledger.take(ration, key, amount, ration.most(&self.budgets), self.now())
    }

    /// What stands for a budget, here and in the database.
    fn budget_key(&self, ration: Ration, subject: Subject<'_>) -> ledger::Key {
        let mut mac = keyed(&self.budget_key);
        mac.update(format!("{ration:?}:").as_bytes());
        match subject {
            Subject::Person(id) => mac.update(format!("person:{id}").as_bytes()),
            Subject::Address(address) => mac.update(format!("address:{address:?}").as_bytes()),
            Subject::Login(login) => mac.update(format!("login:{}", folded(login)).as_bytes()),
        }
        let mut key = ledger::Key::default();
        key.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        key
    }

    fn rate_limited(&self, ends_at: DateTime<Utc>) -> Error {
        Error::RateLimited { retry_after: self.until(ends_at).max(Duration::from_millis(1)) }
    }
}
