//! What this server knows of budgets.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{Overspent, Ration, Standing};
use crate::store::budget::{Spending, Spent};

/// A budget.
pub type Key = [u8; 16];

/// Budgets that are known at the same time. Beyond that, whoever comes new shares one of the kind with all others who do.
const MOST: usize = 200_000;

/// The budget of those.
const fn others(ration: Ration) -> Key {
    [ration as u8; 16]
}

/// No digest is so.
fn is_of_others(key: &Key) -> bool {
    key.iter().all(|byte| *byte == key[0])
}

/// What this server knows of everybody's budgets. Those of people stand apart: addresses are had for nothing, and as many as
/// somebody has do not have people share.
#[derive(Default)]
pub struct Ledgers {
    pub(super) of_people: Ledger,
    pub(super) of_others: Ledger,
}

/// The budgets of which something has been spent here.
#[derive(Default)]
pub struct Ledger(Mutex<HashMap<Key, Entry>>);

struct Entry {
    /// What all servers have spent, as far as it is known.
    spent: u64,
    /// What of it the others do not know yet.
    unsent: u64,
    ends_at: DateTime<Utc>,
}

impl Ledger {
    /// Takes something of a budget, if so much is left.
    pub(super) fn take(
        &self,
        ration: Ration,
        key: Key,
        amount: u64,
        most: u64,
        now: DateTime<Utc>,
    ) -> Result<Standing, Overspent> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Entry { spent: 0, unsent: 0, ends_at: now + ration.time() };
        let key = match entries.contains_key(&key) {
            false if entries.len() >= MOST => others(ration),
            // Who only asks is not written down.
            false if amount == 0 => return Ok(Standing { limit: most, remaining: most, resets_at: fresh().ends_at }),
            _ => key,
        };
        let entry = entries.entry(key).or_insert_with(fresh);
        if entry.ends_at <= now {
            *entry = fresh();
        }
        let standing =
            |spent: u64| Standing { limit: most, remaining: most.saturating_sub(spent), resets_at: entry.ends_at };
        let spent = entry.spent.saturating_add(amount);
        if spent > most {
            return Err(Overspent(standing(entry.spent)));
        }
        let standing = standing(spent);
        entry.spent = spent;
        entry.unsent += amount;
        Ok(standing)
    }

    /// What the others do not know yet; from now on it is taken to be sent. Forgets what has ended.
    pub(super) fn unsent(&self, now: DateTime<Utc>) -> Vec<Spending> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| entry.ends_at > now);
        let unsent = entries.iter_mut().filter(|(key, entry)| entry.unsent > 0 && !is_of_others(key));
        unsent
            .map(|(key, entry)| Spending {
                key: key.to_vec(),
                amount: i64::try_from(std::mem::take(&mut entry.unsent)).unwrap_or(i64::MAX),
                ends_at: entry.ends_at,
            })
            .collect()
    }

    /// Takes back that something was sent.
    pub(super) fn keep(&self, unsent: &[Spending]) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for spending in unsent {
            if let Some(entry) = entry_of(&mut entries, &spending.key) {
                entry.unsent += spending.amount.cast_unsigned();
            }
        }
    }

    /// Learns what all servers have spent together.
    pub(super) fn learn(&self, all: &[Spent]) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for spent in all {
            if let Some(entry) = entry_of(&mut entries, &spent.key) {
                entry.spent = spent.spent.cast_unsigned().saturating_add(entry.unsent);
                entry.ends_at = spent.ends_at;
            }
        }
    }
}

fn entry_of<'a>(entries: &'a mut HashMap<Key, Entry>, key: &[u8]) -> Option<&'a mut Entry> {
    entries.get_mut(&Key::try_from(key).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOMEBODY: Key = *b"somebody's money";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn left(taken: Result<Standing, Overspent>) -> Result<u64, Overspent> {
        taken.map(|standing| standing.remaining)
    }

    #[test]
    fn a_budget_ends_and_begins_anew() {
        let ledger = Ledger::default();
        let take = |amount, now| left(ledger.take(Ration::Cost, SOMEBODY, amount, 10, at(now)));
        assert_eq!((take(7, 0), take(0, 1), take(3, 59)), (Ok(3), Ok(3), Ok(0)));
        let Overspent(standing) = take(1, 59).unwrap_err();
        assert_eq!((standing.remaining, standing.resets_at), (0, at(60)));
        let other = *b"another's money.";
        assert_eq!((take(10, 60), ledger.take(Ration::Cost, other, 10, 10, at(60)).is_ok()), (Ok(0), true));
        // What is more than there is takes nothing.
        assert!(take(11, 200).is_err());
        assert_eq!(take(10, 200), Ok(0));
    }

    #[test]
    fn what_others_have_spent_is_learned_and_nothing_is_sent_twice() {
        let ledger = Ledger::default();
        let take = |amount| left(ledger.take(Ration::Cost, SOMEBODY, amount, 10, at(0)));
        take(4).unwrap();
        let unsent = ledger.unsent(at(1));
        assert_eq!((unsent.len(), unsent[0].amount), (1, 4));
        assert!(ledger.unsent(at(1)).is_empty());
        // It could not be sent; meanwhile more was spent.
        take(1).unwrap();
        ledger.keep(&unsent);
        let unsent = ledger.unsent(at(1));
        assert_eq!(unsent[0].amount, 5);
        take(1).unwrap();
        ledger.learn(&[Spent { key: SOMEBODY.to_vec(), spent: 8, ends_at: at(60) }]);
        assert_eq!(take(0), Ok(1));
        assert!(take(2).is_err());
        assert!(ledger.unsent(at(60)).is_empty());
    }

    #[test]
    fn whoever_is_one_too_many_shares_with_the_others() {
        let ledger = Ledger::default();
        let key = |n: usize| {
            let mut key = SOMEBODY;
            key[..8].copy_from_slice(&n.to_be_bytes());
            key
        };
        let take = |ration, n, amount, now| left(ledger.take(ration, key(n), amount, 1, at(now)));
        // Who only asks takes no room.
        assert_eq!(take(Ration::Cost, 0, 0, 0), Ok(1));
        for n in 1..=MOST {
            take(Ration::Cost, n, 1, 0).unwrap();
        }
        assert!(take(Ration::Cost, MOST + 1, 1, 1).is_ok());
        assert!(take(Ration::Cost, MOST + 2, 1, 1).is_err());
        // Whoever asks how it stands is told of what they share.
        assert_eq!(take(Ration::Cost, MOST + 2, 0, 1), Ok(0));
        // Of one kind only.
        assert!(take(Ration::Posts, MOST + 3, 1, 1).is_ok());
        assert!(take(Ration::Posts, MOST + 4, 1, 61).is_err());
        assert!(take(Ration::Cost, MOST + 2, 1, 61).is_ok());
        assert!(ledger.unsent(at(2)).iter().all(|spending| spending.key[8..] == SOMEBODY[8..]));
    }
}
