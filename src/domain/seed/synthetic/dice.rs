//! Dice that fall the same way each time: the generator of Steele, Lea and Flood (Fast Splittable
//! Pseudorandom Number Generators, 2014), with a seed for each row.

use super::Kind;

/// Out of a thousand, so many get at least and fewer than so many of something. The others get nothing.
pub(super) type Amounts<const N: usize> = [(u64, u64, u64); N];

/// The dice of one row.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(kind: Kind, nth: u64) -> Self {
        let mut dice = Self((kind as u64) << 56 ^ nth);
        // Seeds that are neighbours begin alike otherwise.
        dice.0 = dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, each as likely. `n` is below 2^32.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((self.next() >> 32) * n) >> 32
    }

    /// A number below `n`, small ones more likely: the share of the first x of all is the square root of x, so that the
    /// first hundredth gets a tenth.
    pub(super) fn skewed(&mut self, n: u64) -> u64 {
        let x = self.next() >> 32;
        (((x * x) >> 32) * n) >> 32
    }

    /// How many one of a thousand gets.
    pub(super) fn amount<const N: usize>(&mut self, amounts: Amounts<N>) -> u64 {
        let mut place = self.below(1_000);
        for (share, least, most) in amounts {
            if place < share {
                return least + self.below(most - least);
            }
            place -= share;
        }
        0
    }

    /// True so many times out of a thousand.
    pub(super) fn permille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// A number from 0 up to 1.
    pub(super) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 4_294_967_296.0
    }

    /// A number around 0, as a bell curve of standard deviation 1 has it (the sum of twelve).
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// One of these.
    pub(super) fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[usize::try_from(self.below(these.len() as u64)).unwrap_or_default()]
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_le_bytes()[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_fall_the_same_way_each_time_and_are_fair_or_skewed_as_asked() {
        let fingerprint = |nth| Dice::new(Kind::Post, nth).next();
        assert_eq!(fingerprint(7), fingerprint(7));
        assert_ne!(fingerprint(7), fingerprint(8));
        let mut dice = Dice::new(Kind::Person, 0);
        let fair = (0..100_000).filter(|_| dice.below(1_000) < 250).count();
        assert!((24_500..25_500).contains(&fair), "{fair}");
        let skewed = (0..100_000).filter(|_| dice.skewed(1_000) < 10).count();
        assert!((9_500..10_500).contains(&skewed), "{skewed}");
        assert!((0..100_000).all(|_| dice.below(3) < 3 && dice.skewed(3) < 3));
        let mean = (0..10_000).map(|_| dice.bell()).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "{mean}");
    }
}
