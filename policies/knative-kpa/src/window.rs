//! A window: the mean of what was recorded in the last span of time, over a ring of equal buckets.
//!
//! The arithmetic is that of Knative's `pkg/autoscaler/aggregation`, operation by operation, because
//! a mean that differs in its last digit can round up to another replica.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::clock::truncate;

/// How the buckets of a window become one value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregation {
    /// The mean over the buckets since the first write, at most the whole window.
    #[default]
    Linear,
    /// Exponentially decaying weights, newest first.
    #[serde(alias = "weightedExponential")]
    WeightedExponential,
}

/// The ring of buckets and what is known about its writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The bucket of instant `t` is `values[(t / granularity) mod length]`.
    values: Vec<f64>,
    granularity: i64,
    span: i64,
    aggregation: Aggregation,
    smoothing: f64,
    pub(crate) writes: Writes,
}

/// When a window was written, and the sum of what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Writes {
    /// Bucket of the first write since the window was last silent.
    pub first: Option<i64>,
    /// Bucket of the newest write.
    pub last: Option<i64>,
    /// Sum over all buckets, kept by addition and subtraction as Knative keeps it.
    pub total: f64,
}

impl Window {
    /// An empty window over `span` nanoseconds in buckets of `granularity` nanoseconds, both > 0.
    pub fn new(span: i64, granularity: i64, aggregation: Aggregation) -> Self {
        let length = length(span, granularity);
        Self {
            values: vec![0.0; length],
            granularity,
            span,
            aggregation,
            smoothing: smoothing(length),
            writes: Writes::default(),
        }
    }

    /// The span in nanoseconds.
    pub fn span(&self) -> i64 {
        self.span
    }

    /// Adds `value` to the bucket of `instant`. Older than the window: ignored. A gap reads as zeros;
    /// a gap as long as the window starts it afresh.
    pub fn record(&mut self, instant: i64, value: f64) {
        let bucket = truncate(instant, self.granularity);
        if self.writes.last != Some(bucket) {
            if self.writes.last.is_some_and(|last| bucket.saturating_add(self.span) <= last) {
                return;
            }
            if self.writes.first.is_none_or(|first| first > bucket) {
                self.writes.first = Some(bucket);
            }
            match self.writes.last {
                Some(last) if bucket <= last => {}
                Some(last) if bucket.saturating_sub(last) < self.span => {
                    self.clear_after(last, bucket);
                    self.writes.last = Some(bucket);
                }
                _ => {
                    self.values.fill(0.0);
                    self.writes = Writes { first: Some(bucket), last: Some(bucket), total: 0.0 };
                }
            }
        }
        let slot = self.slot(bucket);
        self.values[slot] += value;
        self.writes.total += value;
    }

    /// Nothing was recorded for longer than the window.
    pub fn is_empty(&self, now: i64) -> bool {
        let now = truncate(now, self.granularity);
        self.writes.last.is_none_or(|last| now.saturating_sub(last) > self.span)
    }

    /// The aggregate at `now`; 0 when the window is silent.
    pub fn average(&self, now: i64) -> f64 {
        let now = truncate(now, self.granularity);
        match (self.writes.last, self.aggregation) {
            (None, _) => 0.0,
            (Some(last), Aggregation::Linear) => self.linear(now, last),
            (Some(last), Aggregation::WeightedExponential) => self.weighted(now, last),
        }
    }

    /// Changes the span and keeps what fits. Knative then takes the old window for fully written.
    pub fn resize(&mut self, span: i64, now: i64) {
        if span == self.span {
            return;
        }
        let mut resized = Self::new(span, self.granularity, self.aggregation);
        resized.writes.last = self.writes.last;
        let now = truncate(now, self.granularity);
        if let Some(last) = self.writes.last
            && now.saturating_sub(last) <= self.span
        {
            for back in 0..self.values.len().min(resized.values.len()) {
                let bucket = last.saturating_sub(back as i64 * self.granularity);
                let value = self.values[self.slot(bucket)];
                let slot = resized.slot(bucket);
                resized.values[slot] = value;
                resized.writes.total += value;
            }
            resized.writes.first =
                Some(last.saturating_sub((self.values.len() as i64 - 1) * self.granularity));
        }
        *self = resized;
    }

    /// The buckets that hold something, oldest first.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        let last = self.writes.last.unwrap_or_default();
        (0..self.values.len() as i64)
            .rev()
            .map(move |back| last.saturating_sub(back * self.granularity))
            .map(|bucket| (bucket, self.values[self.slot(bucket)]))
            .filter(|&(_, value)| value != 0.0)
    }

    fn linear(&self, now: i64, last: i64) -> f64 {
        let length = self.values.len() as i64;
        let written = self.writes.first.map_or(length, |first| {
            (last.saturating_sub(first) / self.granularity + 1).min(length)
        });
        let silent = now.saturating_sub(last);
        if silent <= 0 {
            round(self.writes.total / written as f64)
        } else if silent < self.span {
            let gap = silent / self.granularity;
            let mut total = self.writes.total;
            for ahead in 1..=gap {
                total -= self.values[self.slot(last + ahead * self.granularity)];
            }
            round(total / written.min(length - gap) as f64)
        } else {
            0.0
        }
    }

    fn weighted(&self, now: i64, last: i64) -> f64 {
        if self.is_empty(now) {
            return 0.0;
        }
        let gap = (now.saturating_sub(last) / self.granularity).max(0) as usize;
        let mut weight = self.smoothing;
        for _ in 0..gap {
            weight *= 1.0 - self.smoothing;
        }
        let (mut sum, mut slot) = (0.0, self.slot(last));
        for _ in gap..self.values.len() {
            sum += self.values[slot] * weight;
            weight *= 1.0 - self.smoothing;
            slot = slot.checked_sub(1).unwrap_or(self.values.len() - 1);
        }
        sum
    }

    fn clear_after(&mut self, last: i64, bucket: i64) {
        let mut cleared = last;
        while cleared < bucket {
            cleared += self.granularity;
            let slot = self.slot(cleared);
            self.writes.total -= self.values[slot];
            self.values[slot] = 0.0;
        }
    }

    fn slot(&self, bucket: i64) -> usize {
        bucket.div_euclid(self.granularity).rem_euclid(self.values.len() as i64) as usize
    }
}

/// A window that is no multiple of its buckets has one more.
fn length(span: i64, granularity: i64) -> usize {
    (span as u64).div_ceil(granularity as u64) as usize
}

/// The weight of the newest bucket: so that the weights sum to 0.9999, and at least 0.2, below which
/// the aggregate would be no more than a plain mean.
fn smoothing(length: usize) -> f64 {
    (1.0 - 0.0001_f64.powf(1.0 / length as f64)).max(0.2)
}

/// To six decimal digits, halves away from zero: sums of differences leave dust behind.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests;
