//! Posts of the last 90 days, more of them lately; a few people write much.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Dice, Kind, Network, ordered_id};
use crate::{
    domain::post::{Visibility, hashtags},
    store::seed::synthetic::Post,
};

const MICROS: u128 = 90 * 24 * 60 * 60 * 1_000_000;

const WORDS: [&str; 48] = [
    "morning",
    "rain",
    "the",
    "bridge",
    "again",
    "coffee",
    "with",
    "everyone",
    "never",
    "train",
    "late",
    "walked",
    "home",
    "and",
    "found",
    "a",
    "small",
    "garden",
    "behind",
    "old",
    "mill",
    "they",
    "sing",
    "when",
    "light",
    "goes",
    "green",
    "my",
    "neighbour",
    "says",
    "it",
    "will",
    "snow",
    "before",
    "friday",
    "bring",
    "bread",
    "we",
    "have",
    "tomatoes",
    "listen",
    "to",
    "this",
    "song",
    "about",
    "winter",
    "rivers",
    "tonight",
];
const TAGS: [&str; 12] = [
    "#city",
    "#bikes",
    "#music",
    "#birds",
    "#food",
    "#rain",
    "#gardening",
    "#maps",
    "#books",
    "#football",
    "#night",
    "#work",
];

/// What decides about a post, and about replies to it and likes.
pub(super) struct Shape {
    pub(super) author: u64,
    visibility: Visibility,
    is_reply: bool,
    dice: Dice,
}

impl Shape {
    /// Whether anybody may see it, but for people between whom and the author a block stands.
    pub(super) fn is_open(&self) -> bool {
        self.visibility == Visibility::Public && !Network::is_private(self.author)
    }
}

impl Network {
    pub(super) fn post_id(nth: u64) -> Uuid {
        ordered_id(Kind::Post, nth)
    }

    /// One of those who write and like much. They are not those who are known well: the prime, larger than any number of
    /// people, shuffles them.
    pub(super) fn somebody_busy(&self, dice: &mut Dice) -> u64 {
        (dice.skewed(self.people) * 4_294_967_291 + 11) % self.people
    }

    pub(super) fn shape(&self, nth: u64) -> Shape {
        let mut dice = Dice::new(Kind::Post, nth);
        let author = self.somebody_busy(&mut dice);
        let visibility = match dice.below(1_000) {
            0..100 => Visibility::Followers,
            100..110 => Visibility::Circle,
            110..115 => Visibility::OnlyMe,
            _ => Visibility::Public,
        };
        let is_reply = nth > 0 && dice.permille(100);
        Shape { author, visibility, is_reply, dice }
    }

    /// One of the last posts that anybody may reply to.
    fn parent(&self, nth: u64, dice: &mut Dice) -> Option<u64> {
        (0..4).map(|_| nth - 1 - dice.below(nth.min(5_000))).find(|parent| {
            let shape = self.shape(*parent);
            !shape.is_reply && shape.is_open()
        })
    }

    /// The post of this number, of so many, from old to new.
    pub(super) fn post(&self, nth: u64, of: u64) -> Post {
        let Shape { author, visibility, is_reply, mut dice } = self.shape(nth);
        let parent = if is_reply { self.parent(nth, &mut dice) } else { None };
        let mut words: Vec<_> = (0..4 + dice.below(16)).map(|_| dice.one_of(&WORDS)).collect();
        if dice.permille(250) {
            words.extend([dice.one_of(&TAGS), dice.one_of(&TAGS)]);
        }
        let body = words.join(" ");
        let is_quip = parent.is_none() && dice.permille(50);
        Post {
            id: Self::post_id(nth),
            author: Self::person_id(author),
            parent: parent.map(Self::post_id),
            tags: hashtags(&body),
            body,
            video: is_quip.then(|| (format!("https://media.example/{nth}.mp4"), 3_000 + dice.below(57_000))),
            visibility: visibility.word(),
            created_at: self.now - age(nth, of),
        }
    }
}

/// Grows with the square of the distance from the newest.
pub(super) fn age(nth: u64, of: u64) -> TimeDelta {
    let (distance, of) = (u128::from(of - nth), u128::from(of));
    TimeDelta::microseconds(i64::try_from(MICROS * distance * distance / (of * of)).unwrap_or_default())
}
