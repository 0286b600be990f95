//! Latencies: an HDR histogram, and those who were never answered.

use hdrhistogram::Histogram;

/// Ten minutes: the largest latency told apart, and what a request counts as that was never
/// answered, so that failing fast flatters nobody.
pub const LARGEST_MICROSECONDS: u64 = 600_000_000;
/// A thousandth of the value.
const DIGITS: u8 = 3;

/// Latencies from 1 µs to 10 min with three digits. Larger ones count as 10 min.
#[derive(Debug, Clone)]
pub struct Latencies {
    histogram: Histogram<u64>,
    never: u64,
}

impl Latencies {
    /// None yet.
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LARGEST_MICROSECONDS, DIGITS)
            .expect("the lower bound is 1, the upper at least twice that, the digits at most 5");
        Self { histogram, never: 0 }
    }

    /// How many, those who were never answered included.
    pub fn count(&self) -> u64 {
        self.histogram.len() + self.never
    }

    /// The smallest latency that a share of at least `quantile` (0 to 1) does not exceed, in
    /// microseconds: [`LARGEST_MICROSECONDS`] where that falls on a request that was never answered,
    /// none where there are no requests.
    pub fn quantile_microseconds(&self, quantile: f64) -> Option<u64> {
        let count = self.count();
        let rank = (quantile.clamp(0.0, 1.0) * count as f64).ceil().max(1.0);
        let measured = self.histogram.len();
        match count {
            0 => None,
            _ if rank > measured as f64 => Some(LARGEST_MICROSECONDS),
            _ => {
                let quantile = rank / measured as f64;
                Some(self.histogram.value_at_quantile(quantile).min(LARGEST_MICROSECONDS))
            }
        }
    }

    /// Every latency that occurred, in seconds and rising, with how often; those never answered come
    /// last, as infinity.
    pub fn counts_seconds(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let never = (self.never > 0).then_some((f64::INFINITY, self.never));
        self.histogram
            .iter_recorded()
            .map(|step| (step.value_iterated_to() as f64 / 1e6, step.count_at_value()))
            .chain(never)
    }

    /// Sum of the measured ones, in seconds: those never answered are not in it.
    pub fn sum_seconds(&self) -> f64 {
        self.histogram.mean() * self.histogram.len() as f64 / 1e6
    }

    /// Adds what another holds.
    pub fn add(&mut self, other: &Self) {
        self.never += other.never;
        if !other.histogram.is_empty() {
            let added = self.histogram.add(&other.histogram);
            added.expect("both have the same bounds, so no value is out of range");
        }
    }

    pub(crate) fn record_nanoseconds(&mut self, nanoseconds: u64) {
        self.histogram.saturating_record((nanoseconds / 1000).clamp(1, LARGEST_MICROSECONDS));
    }

    pub(crate) fn record_never(&mut self) {
        self.never += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.never = 0;
        if !self.histogram.is_empty() {
            self.histogram.reset();
        }
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(milliseconds: &[u64], never: u64) -> Latencies {
        let mut latencies = Latencies::new();
        for value in milliseconds {
            latencies.record_nanoseconds(value * 1_000_000);
        }
        (0..never).for_each(|_| latencies.record_never());
        latencies
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_list_with_the_unanswered_at_its_end() {
        let check = |milliseconds: &[u64], never, quantile, expected: Option<u64>| {
            let found = latencies(milliseconds, never).quantile_microseconds(quantile);
            let near = match (found, expected) {
                (Some(found), Some(expected)) => found.abs_diff(expected) <= expected / 1000,
                (found, expected) => found == expected,
            };
            assert!(near, "{milliseconds:?} {never} {quantile}: {found:?}, not {expected:?}");
        };
        check(&[], 0, 0.5, None);
        check(&[10, 20, 30, 40], 0, 0.5, Some(20_000));
        check(&[10, 20, 30, 40], 0, 0.51, Some(30_000));
        check(&[10, 20, 30, 40], 0, 1.0, Some(40_000));
        check(&[10, 20, 30, 40], 0, 0.0, Some(10_000));
        check(&[10, 20], 2, 0.5, Some(20_000));
        check(&[10, 20], 2, 0.75, Some(LARGEST_MICROSECONDS));
        check(&[], 1, 0.5, Some(LARGEST_MICROSECONDS));
        check(&[700_000], 0, 0.5, Some(LARGEST_MICROSECONDS));
    }

    #[test]
    fn what_is_added_is_as_if_it_had_been_recorded_here() {
        let mut sum = latencies(&[10, 20], 1);
        sum.add(&latencies(&[30], 1));
        let whole = latencies(&[10, 20, 30], 2);
        assert!(sum.counts_seconds().eq(whole.counts_seconds()));
        assert_eq!(sum.count(), 5);
        sum.clear();
        assert_eq!(sum.count(), 0);
    }
}
