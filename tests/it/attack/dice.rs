//! Dice that fall the same way for the same seed (the generator of Steele, Lea and Flood, 2014).

use uuid::Uuid;

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// True so many times out of a hundred.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    /// Any number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    /// A word that stands nowhere else.
    pub fn marker(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxy8234567";
        let bits = self.next();
        let letters = (0..12).map(|at| char::from(LETTERS[usize::try_from(bits >> (at * 5) & 31).unwrap()]));
        MARK.chars().chain(letters).collect()
    }

    /// An id that stands nowhere else and can be told from those that the server makes.
    pub fn id(&mut self) -> Uuid {
        let (high, low) = (self.next(), self.next());
        let random = u128::from(high) << 64 | u128::from(low);
        uuid::Builder::from_random_bytes((random >> 32 | u128::from(ID_MARK) << 96).to_be_bytes()).into_uuid()
    }
}

/// What every marker begins with, and nothing else.
pub const MARK: &str = "qzx";
/// What every id of a world begins with.
pub const ID_MARK: u32 = 0xa77a_c4ed;
