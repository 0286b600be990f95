//! Exact: as many arrivals in each minute as the trace counted, at uniform places.

use std::sync::Arc;

use super::MINUTE;
use crate::Stream;

/// Within a minute the instants are those of independent uniform draws in order: what a Poisson
/// process looks like once its count is known.
#[derive(Debug, Clone)]
pub(crate) struct Exact {
    counts: Arc<[u32]>,
    scale: f64,
    /// Minutes begun.
    minute: usize,
    /// Arrivals still to come in this minute.
    left: f64,
    now: f64,
}

impl Exact {
    pub(crate) fn new(counts: Arc<[u32]>, scale: f64) -> Self {
        Self { counts, scale, minute: 0, left: 0.0, now: 0.0 }
    }

    pub(crate) fn mean_rate(&self) -> f64 {
        let total: f64 = self.counts.iter().map(|&count| f64::from(count)).sum();
        self.scale * total / self.length()
    }

    pub(crate) fn length(&self) -> f64 {
        self.counts.len() as f64 * MINUTE
    }

    #[inline]
    pub(super) fn next(&mut self, stream: &mut Stream) -> Option<f64> {
        while self.left == 0.0 {
            let count = *self.counts.get(self.minute)?;
            self.now = self.minute as f64 * MINUTE;
            self.left = scaled(count, self.scale, stream);
            self.minute += 1;
        }
        // The least of n uniform draws lies at 1 − U^(1/n) of the way, so that drawing the least of
        // those that are left, again and again, needs neither a buffer nor a sort.
        let end = self.minute as f64 * MINUTE;
        let way = -libm::expm1(-stream.exponential() / self.left);
        self.now += (end - self.now) * way;
        self.left -= 1.0;
        Some(self.now)
    }
}

/// The count times the scale, rounded up with the probability of its fraction, so that its mean is
/// the exact product.
fn scaled(count: u32, scale: f64, stream: &mut Stream) -> f64 {
    let product = f64::from(count) * scale;
    let whole = product.floor();
    if product > whole && stream.chance(product - whole) { whole + 1.0 } else { whole }
}
