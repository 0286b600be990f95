//! Histogram: latencies in buckets whose width grows with the value.
//!
//! Every power of two is cut into 64 buckets and a bucket answers with its middle, so a value is told
//! with an error of at most 1/128 = 0.8 % of itself (and at most half a microsecond below 64 µs,
//! where buckets are as fine as a microsecond). Recording is an increment; two histograms add up. It
//! takes memory up to the largest value that it met, because most workloads of a large cluster are
//! idle.

/// Buckets to a power of two.
const FINE: u64 = 64;
const FINE_BITS: u32 = 6;
/// Latencies are counted in units of 2^10 ns, near a microsecond.
const UNIT_BITS: u32 = 10;
/// The largest exponent: values from 2^43 ns (2.4 hours) on are counted in the last bucket.
const TOP_BITS: u32 = 43;
const BUCKETS: usize = ((TOP_BITS - UNIT_BITS - FINE_BITS + 1) as usize) * FINE as usize;

/// Counts of latencies in nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    /// By bucket, up to the last one that was ever needed.
    counts: Vec<u64>,
    total: u64,
    /// Everything recorded lies in `lowest..=highest`; empty if `lowest > highest`.
    lowest: usize,
    highest: usize,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Vec::new(), total: 0, lowest: BUCKETS, highest: 0 }
    }
}

impl Histogram {
    /// The largest latency that is told apart, in nanoseconds: 2.4 hours. A request that was never
    /// answered and would have waited for ever counts as this.
    pub(crate) const LARGEST_NANOSECONDS: u64 = (1 << TOP_BITS) - 1;

    /// Counts one latency.
    #[inline]
    pub(crate) fn record(&mut self, nanoseconds: u64) {
        let bucket = bucket_of(nanoseconds);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.lowest = self.lowest.min(bucket);
        self.highest = self.highest.max(bucket);
    }

    /// Adds the counts of another histogram.
    pub(crate) fn add(&mut self, other: &Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, other) in self.counts.iter_mut().zip(&other.counts) {
            *count += other;
        }
        self.total += other.total;
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        if self.total > 0 {
            self.counts[self.lowest..=self.highest].fill(0);
        }
        (self.total, self.lowest, self.highest) = (0, BUCKETS, 0);
    }

    /// The latencies in seconds at these quantiles (each in 0..=1, ascending): the smallest counted
    /// value that at least this share does not exceed. None if nothing was counted.
    pub(crate) fn quantiles_seconds<const N: usize>(
        &self,
        quantiles: [f64; N],
    ) -> Option<[f64; N]> {
        if self.total == 0 {
            return None;
        }
        let mut answers = [0.0; N];
        let (mut bucket, mut below) = (self.lowest, self.counts[self.lowest]);
        for (answer, quantile) in answers.iter_mut().zip(quantiles) {
            let rank = ((quantile * self.total as f64).ceil() as u64).clamp(1, self.total);
            while below < rank {
                bucket += 1;
                below += self.counts[bucket];
            }
            *answer = middle_seconds(bucket);
        }
        Some(answers)
    }

    /// The buckets that are not empty: (upper bound in seconds, count), ascending.
    pub(crate) fn bounds_seconds(&self) -> impl Iterator<Item = (f64, u64)> {
        let counts = self.counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        counts.map(|(bucket, &count)| (start_seconds(bucket + 1), count))
    }
}

#[inline]
fn bucket_of(nanoseconds: u64) -> usize {
    let units = nanoseconds.min(Histogram::LARGEST_NANOSECONDS) >> UNIT_BITS;
    // Below 2 × FINE units buckets are one unit wide; above, the exponent picks the octave and the
    // bits after the leading one pick the bucket in it.
    let octave = u64::BITS - (units | (FINE - 1)).leading_zeros() - FINE_BITS;
    (u64::from(octave) * FINE + ((units >> octave.saturating_sub(1)) & (FINE - 1))) as usize
}

fn middle_seconds(bucket: usize) -> f64 {
    (start_seconds(bucket) + start_seconds(bucket + 1)) / 2.0
}

fn start_seconds(bucket: usize) -> f64 {
    let (octave, fine) = (bucket as u64 / FINE, bucket as u64 % FINE);
    let units = if octave == 0 { fine } else { (FINE + fine) << (octave - 1) };
    (units << UNIT_BITS) as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_is_told_within_one_percent_or_half_a_microsecond() {
        let mut nanoseconds = 1_u64;
        while nanoseconds < Histogram::LARGEST_NANOSECONDS {
            for value in [nanoseconds, nanoseconds + nanoseconds / 3, 2 * nanoseconds - 1] {
                let mut histogram = Histogram::default();
                histogram.record(value);
                let [told] = histogram.quantiles_seconds([0.5]).unwrap();
                let error = (told - value as f64 / 1e9).abs();
                assert!(error <= (value as f64 / 1e9 / 128.0).max(0.52e-6), "{value} as {told}");
            }
            nanoseconds *= 2;
        }
    }

    #[test]
    fn quantiles_are_values_that_the_share_does_not_exceed() {
        let mut histogram = Histogram::default();
        for millisecond in 1..=100 {
            histogram.record(millisecond * 1_000_000);
        }
        let told = histogram.quantiles_seconds([0.0, 0.5, 0.9, 0.99, 1.0]).unwrap();
        for (told, exact) in told.into_iter().zip([0.001, 0.050, 0.090, 0.099, 0.100]) {
            assert!((told - exact).abs() <= exact * 0.01, "{told} for {exact}");
        }
    }

    #[test]
    fn what_lies_beyond_the_range_counts_as_its_end() {
        let mut histogram = Histogram::default();
        histogram.record(u64::MAX);
        let [told] = histogram.quantiles_seconds([1.0]).unwrap();
        assert!((told / (Histogram::LARGEST_NANOSECONDS as f64 / 1e9) - 1.0).abs() < 0.01);
    }

    #[test]
    fn adding_up_equals_recording_together_and_clearing_leaves_nothing() {
        let (mut left, mut right, mut both) = <(Histogram, Histogram, Histogram)>::default();
        for value in [3_000, 70_000, 70_000, 9_000_000_000] {
            left.record(value);
            both.record(value);
        }
        for value in [1, 500_000] {
            right.record(value);
            both.record(value);
        }
        left.add(&right);
        left.add(&Histogram::default());
        let told = |histogram: &Histogram| histogram.bounds_seconds().collect::<Vec<_>>();
        assert_eq!(told(&left), told(&both));
        assert_eq!(left.quantiles_seconds([0.5, 1.0]), both.quantiles_seconds([0.5, 1.0]));
        left.clear();
        assert_eq!(told(&left), []);
        assert_eq!(left.quantiles_seconds([0.5]), None);
    }
}
