//! Chance: a generator whose position can be written down, so that a resumed run draws what an
//! uninterrupted one would have drawn.

use rand::rand_core::Infallible;
use rand::{Rng, TryRng};
use rand_pcg::Pcg64Dxsm;
use serde::{Deserialize, Serialize};

/// What a generator is for: no two uses share one. The numbers are part of checkpoints and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u64)]
pub enum Purpose {
    /// Weights at the start.
    Initialisation = 1,
    /// What is tried out.
    Exploration = 2,
    /// What is drawn from the replay.
    Sampling = 3,
    /// The order of minibatches.
    Shuffling = 4,
    /// Seeds of episodes.
    Episodes = 5,
    /// Resampling for intervals.
    Bootstrap = 6,
    /// What is tried out in place of what a rule or its successor wants.
    Deviation = 7,
    /// Models of values: their weights at the start and their minibatches.
    Modelling = 8,
}

/// A generator of one seed and one purpose (PCG64 DXSM: integers only, the same on every machine).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Position", into = "Position")]
pub struct Chance {
    position: Position,
    generator: Pcg64Dxsm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    seed: u64,
    purpose: Purpose,
    draws: u64,
}

impl From<Position> for Chance {
    fn from(position: Position) -> Self {
        let seed = u128::from(position.seed) << 64 | u128::from(position.purpose as u64);
        // Fixed bits, so that small seeds do not begin with small states.
        let state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d_9e37_79b9_7f4a_7c15);
        let mut generator = Pcg64Dxsm::new(state, seed);
        generator.advance(u128::from(position.draws));
        Self { position, generator }
    }
}

impl From<Chance> for Position {
    fn from(chance: Chance) -> Self {
        chance.position
    }
}

/// What a replay draws with. Half of the bits are dropped rather than kept for later, so that a position
/// is a number of draws.
impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let bits = self.bits().to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Ok(())
    }
}

impl PartialEq for Chance {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
    }
}

impl Chance {
    /// A generator at its start.
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        Position { seed, purpose, draws: 0 }.into()
    }

    /// 64 uniform bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.position.draws += 1;
        self.generator.next_u64()
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..bound`, without bias (Lemire 2019).
    ///
    /// # Panics
    /// If `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing lies below 0");
        loop {
            let wide = u128::from(self.bits()) * u128::from(bound);
            if wide as u64 >= bound.wrapping_neg() % bound {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Standard normal (Box and Muller 1958, one of the pair).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_that_was_written_down_goes_on_where_it_was() {
        let mut chance = Chance::new(7, Purpose::Sampling);
        for _ in 0..1_000 {
            chance.below(3);
            chance.normal();
        }
        let written = serde_json::to_string(&chance).unwrap();
        let mut read: Chance = serde_json::from_str(&written).unwrap();
        assert_eq!(read, chance);
        for _ in 0..10 {
            assert_eq!(read.bits(), chance.bits());
        }
    }

    #[test]
    fn seeds_and_purposes_do_not_share_draws() {
        let first = |seed, purpose| Chance::new(seed, purpose).bits();
        let draws = [
            first(0, Purpose::Sampling),
            first(1, Purpose::Sampling),
            first(0, Purpose::Exploration),
            first(1, Purpose::Exploration),
        ];
        for (position, draw) in draws.iter().enumerate() {
            assert!(!draws[..position].contains(draw), "{draws:?}");
        }
    }

    #[test]
    fn draws_are_uniform_and_normal() {
        let mut chance = Chance::new(3, Purpose::Exploration);
        let mut counts = [0_u32; 5];
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..100_000 {
            counts[chance.below(5) as usize] += 1;
            let normal = chance.normal();
            sum += normal;
            squares += normal * normal;
        }
        assert!(counts.iter().all(|count| count.abs_diff(20_000) < 700), "{counts:?}");
        assert!((sum / 1e5).abs() < 0.02 && (squares / 1e5 - 1.0).abs() < 0.03);
    }
}
