//! People, and how they stand to each other. The lower the number, the better known.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Dice, Example, Kind, Network, ordered_id};
use crate::store::seed::synthetic::{Block, CircleMember, Follow, Person};

/// The best known of all.
const CELEBRITY: u64 = 0;
/// Somebody who follows some fifty others.
const REGULAR: u64 = 1;
const REGULAR_FOLLOWS: u64 = 50;
/// Somebody who follows some two thousand others.
const COLLECTOR: u64 = 2;
const COLLECTOR_FOLLOWS: u64 = 2_000;

/// Out of a thousand people, so many follow at least and at most so many others.
const FOLLOWS: [(u64, u64, u64); 5] = [(600, 2, 10), (250, 10, 30), (120, 30, 60), (27, 60, 150), (3, 150, 600)];

/// What is counted while follows are made.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) follows: u64,
    of_celebrity: u64,
    by_regular: u64,
    by_collector: u64,
}

impl Tally {
    fn count(&mut self, follower: u64, following: u64) {
        self.follows += 1;
        self.of_celebrity += u64::from(following == CELEBRITY);
        self.by_regular += u64::from(follower == REGULAR);
        self.by_collector += u64::from(follower == COLLECTOR);
    }

    /// Who is good to look at.
    pub(super) fn examples(&self, people: u64) -> Vec<Example> {
        let examples = [
            (CELEBRITY, format!("followed by {}", self.of_celebrity)),
            (REGULAR, format!("follows {}", self.by_regular)),
            (COLLECTOR, format!("follows {}", self.by_collector)),
        ];
        let there = examples.into_iter().filter(|(nth, _)| *nth < people);
        there.map(|(nth, about)| Example { handle: handle(nth), about }).collect()
    }
}

fn handle(nth: u64) -> String {
    format!("user_{:06}", nth + 1)
}

impl Network {
    pub(super) fn person_id(nth: u64) -> Uuid {
        ordered_id(Kind::Person, nth)
    }

    /// One in five, but none of those who are shown as examples.
    pub(super) fn is_private(nth: u64) -> bool {
        nth > COLLECTOR && Dice::new(Kind::Person, nth).permille(200)
    }

    pub(super) fn is_official(nth: u64) -> bool {
        nth % 500 == 499 && !Self::is_private(nth)
    }

    pub(super) fn person(&self, nth: u64) -> Person {
        const FIRST: [&str; 16] = [
            "Alma", "Bo", "Chidi", "Dara", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Liam", "Mina",
            "Nils", "Olga", "Pavel",
        ];
        const LAST: [&str; 16] = [
            "Abbott", "Berg", "Castro", "Dube", "Eriksen", "Fischer", "Garza", "Huang", "Ito", "Jansen", "Khan",
            "Lopez", "Moreau", "Novak", "Osei", "Petrov",
        ];
        let mut dice = Dice::new(Kind::Person, nth);
        Person {
            id: Self::person_id(nth),
            handle: handle(nth),
            display_name: format!("{} {}", dice.one_of(&FIRST), dice.one_of(&LAST)),
            is_private: Self::is_private(nth),
            is_official: Self::is_official(nth),
            created_at: self.now - minutes(400 * 1_440 + dice.below(400 * 1_440)),
        }
    }

    /// Whom a person has blocked: one in fifty, somebody.
    fn blocked(&self, nth: u64) -> Option<u64> {
        let mut dice = Dice::new(Kind::Block, nth);
        let whom = dice.below(self.people);
        (nth > COLLECTOR && whom > COLLECTOR && whom != nth && dice.permille(20)).then_some(whom)
    }

    pub(super) fn block(&self, nth: u64) -> Option<Block> {
        let by = Self::person_id(nth);
        self.blocked(nth).map(|whom| Block { by, whom: Self::person_id(whom), created_at: self.since(nth) })
    }

    /// One in ten has a circle, of up to five.
    pub(super) fn circle(&self, nth: u64) -> Vec<CircleMember> {
        let mut dice = Dice::new(Kind::Circle, nth);
        let size = if dice.permille(100) { 1 + dice.below(5) } else { 0 };
        let members: HashSet<_> = (0..size).map(|_| dice.below(self.people)).filter(|member| *member != nth).collect();
        let owner = Self::person_id(nth);
        let member = |nth| CircleMember { owner, member: Self::person_id(nth), created_at: self.since(nth) };
        members.into_iter().map(member).collect()
    }

    /// Some minute within the last 400 days, in which everybody was there.
    fn since(&self, nth: u64) -> DateTime<Utc> {
        self.now - minutes(nth * 7_919 % (400 * 1_440))
    }

    /// Whom a person follows: mostly few, mostly the well known, nobody where there is a block.
    pub(super) fn follows(&self, nth: u64, tally: &mut Tally) -> Vec<Follow> {
        let mut dice = Dice::new(Kind::Follow, nth);
        let wanted = how_many(nth, &mut dice).min((self.people - 1) * 2 / 3);
        let mut met = HashSet::from([nth]);
        let mut follows = Vec::new();
        // In a small network the well known are soon all met.
        for _ in 0..wanted * 40 {
            if follows.len() as u64 == wanted {
                break;
            }
            let other = dice.skewed(self.people);
            let is_blocked = self.blocked(nth) == Some(other) || self.blocked(other) == Some(nth);
            if is_blocked || !met.insert(other) {
                continue;
            }
            let is_pending = Self::is_private(other) && !Self::is_official(other) && dice.permille(150);
            tally.count(nth, other);
            follows.push(Follow {
                follower: Self::person_id(nth),
                following: Self::person_id(other),
                status: if is_pending { "pending" } else { "accepted" },
                created_at: self.now - minutes(dice.below(400 * 1_440)),
            });
        }
        follows
    }
}

fn how_many(nth: u64, dice: &mut Dice) -> u64 {
    match nth {
        REGULAR => return REGULAR_FOLLOWS,
        COLLECTOR => return COLLECTOR_FOLLOWS,
        _ => {}
    }
    let mut place = dice.below(1_000);
    for (share, least, most) in FOLLOWS {
        if place < share {
            return least + dice.below(most - least);
        }
        place -= share;
    }
    0
}

pub(super) fn minutes(count: u64) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).unwrap_or_default())
}
