//! Draws: chance that depends on the seed, the tick and the workload alone.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// The draws of one tick. A workload's draw is its own: neither its row nor its company matter.
#[derive(Debug)]
pub struct Draws {
    key: u64,
}

impl Draws {
    /// The draws of `tick` under `seed`.
    pub fn new(seed: u64, tick: u64) -> Self {
        Self { key: scramble(scramble(seed).wrapping_add(tick)) }
    }

    /// A whole number below `choices` (> 0), each equally likely up to one part in 2⁶⁴ / `choices`.
    pub fn below(&self, workload: u64, choices: u64) -> u64 {
        let mut generator = Pcg64Mcg::seed_from_u64(scramble(self.key.wrapping_add(workload)));
        let wide = u128::from(generator.next_u64()) * u128::from(choices);
        (wide >> 64) as u64
    }
}

/// A bijection that spreads neighbouring numbers over the whole range, so that neighbouring seeds,
/// ticks and workloads do not share a stream: the finaliser of SplitMix64 (Steele, Lea and Flood,
/// 2014).
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_on_every_platform() {
        // Computed apart from this code, from the definitions of the generator and the finaliser.
        for (seed, tick, id, choices, drawn) in [
            (1, 0, 0, 3, 0),
            (1, 0, 0, 1_000, 202),
            (1, 1, 0, 1_000_000, 639_012),
            (2, 0, 0, 1_000_000, 366_731),
            (1, 0, 1, 1_000_000_000, 310_192_833),
            (u64::MAX, u64::MAX, u64::MAX, 1_000_000_000, 558_629_348),
        ] {
            assert_eq!(Draws::new(seed, tick).below(id, choices), drawn, "{seed} {tick} {id}");
        }
    }

    #[test]
    fn every_outcome_is_as_likely() {
        let mut counts = [0_u32; 3];
        for tick in 0..300 {
            for id in 0..100 {
                counts[Draws::new(7, tick).below(id, 3) as usize] += 1;
            }
        }
        // Five standard deviations of a binomial with n = 30,000 and p = 1/3.
        for count in counts {
            assert!(count.abs_diff(10_000) < 409, "{counts:?}");
        }
    }
}
