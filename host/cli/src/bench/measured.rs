//! Measured: times of many calls, told by their middle.

use std::time::Duration;

use serde::Serialize;

/// The middle of many times, and how far they spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Measured {
    /// The median, in seconds.
    pub(super) seconds_median: f64,
    /// The tenth percentile.
    pub(super) seconds_p10: f64,
    /// The ninetieth.
    pub(super) seconds_p90: f64,
    /// How many samples that is from.
    pub(super) samples: usize,
}

impl Measured {
    /// Of these samples, each the mean of some calls; none without any.
    pub(super) fn of(mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        let at = |share: f64| samples.get(((samples.len() - 1) as f64 * share).round() as usize);
        let count = samples.len();
        (count > 0).then(|| Self {
            seconds_median: *at(0.5).expect("there is one"),
            seconds_p10: *at(0.1).expect("there is one"),
            seconds_p90: *at(0.9).expect("there is one"),
            samples: count,
        })
    }

    pub(super) fn median(&self) -> Duration {
        Duration::from_secs_f64(self.seconds_median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_spread_are_of_sorted_samples() {
        let samples: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let measured = Measured::of(samples).unwrap();
        let told = (measured.seconds_p10, measured.seconds_median, measured.seconds_p90);
        assert_eq!(told, (10.0, 50.0, 90.0));
        assert_eq!(Measured::of(vec![3.0]).unwrap().seconds_p90, 3.0);
        assert_eq!(Measured::of(Vec::new()), None);
    }
}
