//! Random numbers from a seed that is told, so that a failure can be had again.

/// The variable that sets the seed.
pub(crate) const SEED_VARIABLE: &str = "REMPERM_TEST_SEED";

/// How many cases of these are tried: all of them in the optimised build of `cargo proof`, a sample
/// elsewhere.
pub(crate) const fn cases(all: u64) -> u64 {
    if cfg!(debug_assertions) {
        all / 50
    } else {
        all
    }
}

/// The seed of this run: the given one, or always the same, so that what has to hold before a change
/// lands depends on the change alone. A scheduled workflow gives another one each night.
pub(crate) fn seed() -> u64 {
    std::env::var(SEED_VARIABLE).map_or(1, |text| text.parse().expect("the seed must be a number"))
}

/// SplitMix64, small and good enough to choose test cases.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one case of a run.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        Self(
            seed.wrapping_mul(0x2545_f491_4f6c_dd1d)
                .wrapping_add(case << 20),
        )
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// True once in so many.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}
