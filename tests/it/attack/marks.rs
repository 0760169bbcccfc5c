//! What is thrown for a world: words and ids that can be found in whatever leaves the server.

use uuid::Uuid;

pub use crate::support::Dice;

pub trait Marks {
    /// A word that stands nowhere else.
    fn marker(&mut self) -> String;

    /// An id that stands nowhere else and can be told from those that the server makes.
    fn id(&mut self) -> Uuid;
}

impl Marks for Dice {
    fn marker(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxy8234567";
        let bits = self.next();
        let letters = (0..12).map(|at| char::from(LETTERS[usize::try_from(bits >> (at * 5) & 31).unwrap()]));
        MARK.chars().chain(letters).collect()
    }

    fn id(&mut self) -> Uuid {
        let (high, low) = (self.next(), self.next());
        let random = u128::from(high) << 64 | u128::from(low);
        uuid::Builder::from_random_bytes((random >> 32 | u128::from(ID_MARK) << 96).to_be_bytes()).into_uuid()
    }
}

/// What every marker begins with, and nothing else.
pub const MARK: &str = "qzx";
/// What every id of a world begins with.
pub const ID_MARK: u32 = 0xa77a_c4ed;
