//! Stream: a source of chance that belongs to one seed, one workload and one purpose.
//!
//! A race is fair when every policy meets the same wind. So chance is never shared: each use of it
//! draws from a stream of its own, found by what it is for and not by when it was asked. A policy
//! that starts more replicas draws more cold starts and moves no arrival.
//!
//! **Same seed, same bytes, on every machine.** The generator is PCG64 DXSM, integer arithmetic
//! only, and the DXSM output keeps neighbouring streams apart where the older XSL-RR does not.
//! Uniform, exponential and normal draws use additions, multiplications and square roots, which
//! IEEE 754 fixes to the last bit, and the `libm` crate for `exp` and `ln`. `rand_distr` is left
//! aside on purpose: it takes these two from `num-traits`, which answers with the platform's
//! mathematics as soon as any crate of the build enables its `std` feature, so a test build and a
//! release build of the same code could differ, as glibc's variants with and without FMA do.

use std::fmt;

use rand::rand_core::Infallible;
use rand::{Rng, TryRng};
use rand_pcg::Pcg64Dxsm;

use crate::ziggurat;

/// What a stream is for. The numbers are part of the results: they never change and are never
/// reused, or recorded seeds would mean something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u64)]
pub enum Purpose {
    /// Instants of arrivals.
    Arrivals = 1,
    /// Service demands of requests.
    Service = 2,
    /// Durations of cold starts.
    ColdStart = 3,
    /// Crashes of replicas.
    Crash = 4,
    /// Memory that requests and replicas use.
    Memory = 5,
    /// Bytes that requests and responses carry.
    Network = 6,
    /// Choice of the replica that serves a request.
    Routing = 7,
    /// Choice of the node that hosts a replica.
    Placement = 8,
    /// Calls along a chain of workloads.
    Chain = 9,
    /// What changes once an episode, such as a drawn target rate.
    Episode = 10,
    /// Seeds handed to policies and rewards.
    Policy = 11,
    /// Division of functions into those to train on and those to race on.
    Split = 12,
    /// Synthesis of traces.
    Synthesis = 13,
    /// Noise and lag of what is observed.
    Observation = 14,
    /// Waits for a core of threads that wake up.
    Handling = 15,
}

/// An independent stream of chance; 48 bytes, made in some tens of nanoseconds.
///
/// It is also a [`rand::Rng`], for shuffles and the like, which are portable where they use integers.
#[derive(Clone)]
pub struct Stream {
    generator: Pcg64Dxsm,
    tables: &'static ziggurat::Tables,
}

impl Stream {
    /// The stream of `purpose` for `workload` under `root_seed`.
    ///
    /// The 256 bits of the generator's seed are four lanes of 64, each mixed by SplitMix64's
    /// finaliser (Steele, Lea and Flood 2014) over lane, seed, workload and purpose in turn. Each
    /// step is a bijection of the word that it takes in, and the lanes differ, so two streams
    /// coincide only if all four lanes collide at once.
    pub fn new(root_seed: u64, workload: u64, purpose: Purpose) -> Self {
        let mut seed = [0; 32];
        for (lane, bytes) in seed.chunks_exact_mut(8).enumerate() {
            let words = [root_seed, workload, purpose as u64];
            let mixed = words.iter().fold(lane as u64, |state, &word| absorb(state, word));
            bytes.copy_from_slice(&mixed.to_le_bytes());
        }
        Self { generator: rand::SeedableRng::from_seed(seed), tables: ziggurat::tables() }
    }

    /// 64 uniform bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `(0, 1]`, safe to take the logarithm of.
    #[inline]
    pub fn uniform_positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// True with the given probability; never at 0 and always at 1.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Uniform in `0..bound`, without bias (Lemire 2019); 0 when `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut wide = u128::from(self.bits()) * u128::from(bound);
        if (wide as u64) < bound {
            let rejected = bound.wrapping_neg() % bound;
            while (wide as u64) < rejected {
                wide = u128::from(self.bits()) * u128::from(bound);
            }
        }
        (wide >> 64) as u64
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(self.tables, &mut self.generator)
    }

    /// Normal with mean 0 and variance 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(self.tables, &mut self.generator)
    }

    /// Log-normal: `exp(mu + sigma·N)` with `N` standard normal.
    #[inline]
    pub fn log_normal(&mut self, mu: f64, sigma: f64) -> f64 {
        libm::exp(mu + sigma * self.normal())
    }

    /// Gamma with the given shape > 0 and scale 1 (Marsaglia and Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(self.uniform_positive(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = self.uniform_positive();
            // The first test is a cheap bound of the second and spares most logarithms.
            if u < 1.0 - 0.0331 * (x * x) * (x * x)
                || libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v))
            {
                return d * v;
            }
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        self.generator == other.generator
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.generator.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.generator.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.generator.try_fill_bytes(bytes)
    }
}

/// SplitMix64's step and finaliser with `word` added to the state.
fn absorb(state: u64, word: u64) -> u64 {
    let mut z = (state ^ word).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
