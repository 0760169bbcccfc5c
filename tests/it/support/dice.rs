//! Dice for tests that try much at random: the same throws for the same seed.

/// The setting that says which seed: whatever number a failure has shown.
const SEED: &str = "SOJORN_SEED";

/// The generator of Steele, Lea and Flood (Fast Splittable Pseudorandom Number Generators, 2014).
pub struct Dice(u64);

impl Dice {
    /// Those that fall as this number says.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Those that fall in another way each time; or as `SOJORN_SEED` says, which is shown when the test fails.
    pub fn thrown() -> Self {
        let fresh = || uuid::Uuid::new_v4().as_u64_pair().0;
        let seed = std::env::var(SEED).map_or_else(|_| fresh(), |seed| seed.parse().expect("SOJORN_SEED is a number"));
        eprintln!("to try the same again: {SEED}={seed}");
        Self(seed)
    }

    /// The same dice for part `n` of a test.
    pub fn part(&self, n: u64) -> Self {
        let mut dice = Self(self.0 ^ (n << 40));
        // Seeds that are neighbours begin alike otherwise.
        dice.0 = dice.next();
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap();
        usize::try_from(((self.next() >> 32) * n) >> 32).unwrap()
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / 4_294_967_296.0
    }

    /// True so many times out of a hundred.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
