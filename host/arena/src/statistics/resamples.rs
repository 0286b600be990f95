//! Resamples: the draws behind every bootstrap interval.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Dxsm;

/// Draws behind every interval: the ends then move by less than a twentieth of the interval from
/// one seed of the generator to another.
pub(crate) const RESAMPLES: u32 = 5_000;

/// Any fixed bytes will do; they are part of the results.
const SEED: [u8; 32] = *b"with replacement, seed by seed 1";

/// Draws with replacement within strata of given sizes.
pub(crate) struct Resamples {
    sizes: Vec<usize>,
}

impl Resamples {
    /// None if a stratum has fewer than two members: there is nothing to draw from.
    pub(crate) fn new(sizes: impl IntoIterator<Item = usize>) -> Option<Self> {
        let sizes: Vec<usize> = sizes.into_iter().collect();
        let enough = !sizes.is_empty() && sizes.iter().all(|&size| size >= 2);
        enough.then_some(Self { sizes })
    }

    /// The statistic of every resample. It is given positions within the strata, one stratum after
    /// the other. The same sizes give the same draws.
    pub(crate) fn map(&self, mut statistic: impl FnMut(&[usize]) -> f64) -> Vec<f64> {
        let mut generator = Pcg64Dxsm::from_seed(SEED);
        let bounds: Vec<usize> =
            self.sizes.iter().flat_map(|&size| std::iter::repeat_n(size, size)).collect();
        let mut picks = vec![0; bounds.len()];
        (0..RESAMPLES)
            .map(|_| {
                for (pick, &bound) in picks.iter_mut().zip(&bounds) {
                    *pick = below(&mut generator, bound);
                }
                statistic(&picks)
            })
            .collect()
    }
}

/// Uniform below `bound`. The bias of a multiply and shift is less than bound ÷ 2⁶⁴.
fn below(generator: &mut Pcg64Dxsm, bound: usize) -> usize {
    let wide = u128::from(generator.next_u64()) * bound as u128;
    (wide >> 64) as usize
}
