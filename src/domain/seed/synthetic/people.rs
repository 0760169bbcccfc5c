//! People, and how they stand to each other. The lower the number, the better known.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Amounts, Dice, Example, Kind, Network, ordered_id};
use crate::store::seed::synthetic::{Block, CircleMember, Follow, Person};

/// The best known of all.
const CELEBRITY: u64 = 0;
/// Somebody who follows some fifty others.
const REGULAR: u64 = 1;
const REGULAR_FOLLOWS: u64 = 50;
/// Somebody who follows some two thousand others.
const COLLECTOR: u64 = 2;
const COLLECTOR_FOLLOWS: u64 = 2_000;

/// How many others people follow.
const FOLLOWS: Amounts<5> = [(600, 2, 10), (250, 10, 30), (120, 30, 60), (27, 60, 150), (3, 150, 600)];

/// What is counted while follows are made.
#[derive(Default)]
pub(super) struct Tally {
    of_celebrity: u64,
    by_regular: u64,
    by_collector: u64,
}

impl Tally {
    fn count(&mut self, follower: u64, following: u64) {
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

/// One of those whom a person follows.
struct Tie {
    following: u64,
    is_pending: bool,
    since: DateTime<Utc>,
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

    /// Whether one of them has blocked the other.
    pub(super) fn is_block_between(&self, one: u64, other: u64) -> bool {
        self.blocked(one) == Some(other) || self.blocked(other) == Some(one)
    }

    /// How many people the circle of each may hold: one in ten has one, of up to five.
    pub(super) fn circle_sizes(&self) -> Vec<u8> {
        let size = |nth| u8::try_from(Dice::new(Kind::Circle, nth).amount([(100, 1, 6)])).unwrap_or_default();
        (0..self.people).map(size).collect()
    }

    /// The circles that a person is taken into: where the person is let follow and there is still a place.
    pub(super) fn circles_with(&self, nth: u64, places: &mut [u8]) -> Vec<CircleMember> {
        let mut taken_in = Vec::new();
        for tie in self.ties(nth).into_iter().filter(|tie| !tie.is_pending) {
            let place = usize::try_from(tie.following).ok().and_then(|owner| places.get_mut(owner));
            let Some(left) = place.filter(|left| **left > 0) else { continue };
            *left -= 1;
            taken_in.push(CircleMember {
                owner: Self::person_id(tie.following),
                member: Self::person_id(nth),
                // Half-way between the follow and now.
                created_at: self.now - (self.now - tie.since) / 2,
            });
        }
        taken_in
    }

    /// Some minute within the last 400 days, in which everybody was there.
    fn since(&self, nth: u64) -> DateTime<Utc> {
        self.now - minutes(nth * 7_919 % (400 * 1_440))
    }

    /// The follows of a person.
    pub(super) fn follows(&self, nth: u64, tally: &mut Tally) -> impl Iterator<Item = Follow> + use<> {
        let ties = self.ties(nth);
        for tie in &ties {
            tally.count(nth, tie.following);
        }
        ties.into_iter().map(move |tie| Follow {
            follower: Self::person_id(nth),
            following: Self::person_id(tie.following),
            status: if tie.is_pending { "pending" } else { "accepted" },
            created_at: tie.since,
        })
    }

    /// Whom a person follows: mostly few, mostly the well known, nobody where there is a block.
    fn ties(&self, nth: u64) -> Vec<Tie> {
        let mut dice = Dice::new(Kind::Follow, nth);
        let wanted = how_many(nth, &mut dice).min((self.people - 1) * 2 / 3);
        let mut met = HashSet::from([nth]);
        let mut ties = Vec::new();
        // In a small network the well known are soon all met.
        for _ in 0..wanted * 40 {
            if ties.len() as u64 == wanted {
                break;
            }
            let other = dice.skewed(self.people);
            if self.is_block_between(nth, other) || !met.insert(other) {
                continue;
            }
            let is_pending = Self::is_private(other) && !Self::is_official(other) && dice.permille(150);
            ties.push(Tie { following: other, is_pending, since: self.now - minutes(dice.below(400 * 1_440)) });
        }
        ties
    }
}

fn how_many(nth: u64, dice: &mut Dice) -> u64 {
    match nth {
        REGULAR => REGULAR_FOLLOWS,
        COLLECTOR => COLLECTOR_FOLLOWS,
        _ => dice.amount(FOLLOWS),
    }
}

pub(super) fn minutes(count: u64) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).unwrap_or_default())
}
