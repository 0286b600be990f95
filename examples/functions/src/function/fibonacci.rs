//! Fibonacci: a loop that does nothing but compute.

use serde::Serialize;

use super::input::number;
use super::{Answer, Function, InputError};

/// Values are taken modulo this prime, so that a step costs the same however many there were.
const MODULUS: u64 = 1_000_000_007;

/// The most steps of a call: some seconds.
const MOST_ITERATIONS: u64 = 2_000_000_000;

/// Steps of the self-test, enough for a tenth of a second.
const TESTED_ITERATIONS: u64 = 60_000_000;

const EXPECTED: &str = "the number of iterations, such as `3000000`";

/// The n-th Fibonacci number modulo 1,000,000,007, by n additions. Its initialisation tests itself: sixty
/// million iterations against the closed recurrence. It keeps no data.
#[derive(Debug)]
pub struct Fibonacci;

#[derive(Serialize)]
struct Reply {
    iterations: u64,
    value: u64,
}

impl Function for Fibonacci {
    fn initialise(seed: u64) -> Self {
        let iterations = TESTED_ITERATIONS + seed % 1_000;
        assert_eq!(iterated(iterations), doubled(iterations).0, "the processor cannot add");
        Self
    }

    fn default_input(&self) -> &'static str {
        "3000000"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let iterations = number("iterations", input, 0..=MOST_ITERATIONS, EXPECTED)?;
        Ok(Answer::json(&Reply { iterations, value: iterated(iterations) }))
    }
}

fn iterated(iterations: u64) -> u64 {
    let (mut this, mut next) = (0, 1);
    for _ in 0..iterations {
        let sum = this + next;
        this = next;
        next = if sum >= MODULUS { sum - MODULUS } else { sum };
    }
    this
}

/// The n-th number and the one after it, by F(2k) = F(k) (2 F(k+1) − F(k)) and F(2k+1) = F(k)² + F(k+1)².
fn doubled(n: u64) -> (u64, u64) {
    if n == 0 {
        return (0, 1);
    }
    let (this, next) = doubled(n / 2);
    let even = this * ((2 * next + MODULUS - this) % MODULUS) % MODULUS;
    let odd = (this * this + next * next) % MODULUS;
    if n.is_multiple_of(2) { (even, odd) } else { (odd, (even + odd) % MODULUS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_the_book_says() {
        for (n, value) in [(0, 0), (1, 1), (2, 1), (10, 55), (44, 701_408_733), (45, 134_903_163)] {
            assert_eq!(iterated(n), value, "F({n})");
            assert_eq!(doubled(n).0, value, "F({n})");
        }
        // F(100) = 354224848179261915075.
        assert_eq!(u128::from(iterated(100)), 354_224_848_179_261_915_075 % u128::from(MODULUS));
    }
}
