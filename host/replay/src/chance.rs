//! Chance: draws from the caller's generator, in arithmetic that no library's next version changes.

use rand::Rng;

/// Uniform in `0..bound`, without bias (Lemire 2019); `bound` > 0.
#[inline]
pub(crate) fn below(generator: &mut impl Rng, bound: u64) -> u64 {
    let mut wide = u128::from(generator.next_u64()) * u128::from(bound);
    if (wide as u64) < bound {
        let rejected = bound.wrapping_neg() % bound;
        while (wide as u64) < rejected {
            wide = u128::from(generator.next_u64()) * u128::from(bound);
        }
    }
    (wide >> 64) as u64
}

/// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
#[inline]
pub(crate) fn uniform(generator: &mut impl Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}
