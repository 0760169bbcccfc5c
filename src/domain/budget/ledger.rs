//! What this server knows of budgets.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Overspent, Standing};
use crate::store::budget::{Spending, Spent};

/// A budget.
pub type Key = [u8; 16];

/// Budgets that are known at the same time. Beyond that, whoever comes new shares one with all others who do.
const MOST: usize = 200_000;

/// The budget of those.
const OTHERS: Key = [0; 16];

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
        key: Key,
        amount: u64,
        most: u64,
        time: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Standing, Overspent> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = if entries.len() >= MOST && !entries.contains_key(&key) { OTHERS } else { key };
        let fresh = || Entry { spent: 0, unsent: 0, ends_at: now + time };
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
        let unsent = entries.iter_mut().filter(|(key, entry)| entry.unsent > 0 && **key != OTHERS);
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

    const MINUTE: TimeDelta = TimeDelta::minutes(1);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_budget_ends_and_begins_anew() {
        let ledger = Ledger::default();
        let take = |amount, now| ledger.take([1; 16], amount, 10, MINUTE, at(now)).map(|standing| standing.remaining);
        assert_eq!((take(7, 0), take(0, 1), take(3, 59)), (Ok(3), Ok(3), Ok(0)));
        let Overspent(standing) = take(1, 59).unwrap_err();
        assert_eq!((standing.remaining, standing.resets_at), (0, at(60)));
        assert_eq!((take(10, 60), ledger.take([2; 16], 10, 10, MINUTE, at(60)).is_ok()), (Ok(0), true));
        // What is more than there is takes nothing.
        assert!(take(11, 200).is_err());
        assert_eq!(take(10, 200), Ok(0));
    }

    #[test]
    fn what_others_have_spent_is_learned_and_nothing_is_sent_twice() {
        let ledger = Ledger::default();
        let take = |amount| ledger.take([1; 16], amount, 10, MINUTE, at(0)).map(|standing| standing.remaining);
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
        ledger.learn(&[Spent { key: vec![1; 16], spent: 8, ends_at: at(60) }]);
        assert_eq!(take(0), Ok(1));
        assert!(take(2).is_err());
        assert!(ledger.unsent(at(60)).is_empty());
    }

    #[test]
    fn whoever_is_one_too_many_shares_with_the_others() {
        let ledger = Ledger::default();
        for n in 0..MOST {
            let mut key = Key::default();
            key[..8].copy_from_slice(&(n as u64 + 1).to_be_bytes());
            ledger.take(key, 1, 1, MINUTE, at(0)).unwrap();
        }
        assert!(ledger.take([8; 16], 1, 1, MINUTE, at(1)).is_ok());
        assert!(ledger.take([9; 16], 1, 1, MINUTE, at(1)).is_err());
        assert!(ledger.take([9; 16], 1, 1, MINUTE, at(61)).is_ok());
    }
}
