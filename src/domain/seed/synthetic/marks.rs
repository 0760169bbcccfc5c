//! Likes and reactions: most posts have none, a few very many, and most of them come soon. They are left where anybody
//! may see the post.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Amounts, Dice, Kind, Network, posts::age};
use crate::store::seed::synthetic::{Like, Reaction};

const LIKES: Amounts<4> = [(200, 1, 3), (80, 3, 10), (18, 10, 40), (2, 40, 200)];
const REACTIONS: Amounts<2> = [(50, 1, 3), (5, 3, 15)];

/// As the API keeps them, the more frequent ones first.
const EMOJIS: [&str; 6] = ["❤️", "😂", "👍", "🔥", "😢", "🎉"];

/// What somebody leaves on a post.
struct Mark {
    by: Uuid,
    emoji: &'static str,
    at: DateTime<Utc>,
}

impl Network {
    /// Who likes the post of this number, of so many.
    pub(super) fn likes(&self, nth: u64, of: u64) -> impl Iterator<Item = Like> + use<> {
        let post = Self::post_id(nth);
        let marks = self.marks(Kind::Like, LIKES, nth, of).into_iter();
        marks.map(move |Mark { by, at, .. }| Like { post, by, created_at: at })
    }

    /// Who has left which emoji on it.
    pub(super) fn reactions(&self, nth: u64, of: u64) -> impl Iterator<Item = Reaction> + use<> {
        let post = Self::post_id(nth);
        let marks = self.marks(Kind::Reaction, REACTIONS, nth, of).into_iter();
        marks.map(move |Mark { by, emoji, at }| Reaction { post, by, emoji, created_at: at })
    }

    fn marks<const N: usize>(&self, kind: Kind, amounts: Amounts<N>, nth: u64, of: u64) -> Vec<Mark> {
        let shape = self.shape(nth);
        let mut dice = Dice::new(kind, nth);
        let wanted = if shape.is_open() { dice.amount(amounts) } else { 0 };
        let age = age(nth, of);
        let mut met = HashSet::from([shape.author]);
        let mut marks = Vec::new();
        for _ in 0..wanted {
            let person = self.somebody_busy(&mut dice);
            let emoji = EMOJIS[usize::try_from(dice.skewed(EMOJIS.len() as u64)).unwrap_or_default()];
            let after = age * i32::try_from(dice.skewed(1_000)).unwrap_or_default() / 1_000;
            if met.insert(person) && !self.is_block_between(person, shape.author) {
                marks.push(Mark { by: Self::person_id(person), emoji, at: self.now - age + after });
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emojis_are_as_the_api_keeps_them() {
        for emoji in EMOJIS {
            assert_eq!(emojis::get(emoji).unwrap().as_str(), emoji);
        }
    }

    #[test]
    fn some_posts_have_many_likes_and_most_have_none() {
        let network = Network { people: 10_000, now: DateTime::UNIX_EPOCH };
        let likes: Vec<_> = (0..10_000).map(|nth| network.likes(nth, 10_000).count()).collect();
        let none = likes.iter().filter(|likes| **likes == 0).count();
        assert!((7_000..8_500).contains(&none), "{none}");
        assert!(*likes.iter().max().unwrap() > 50);
        let all: usize = likes.iter().sum();
        assert!((8_000..14_000).contains(&all), "{all}");
    }
}
