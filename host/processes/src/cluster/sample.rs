//! Sample: what was measured of one fleet between two ticks, and the window that some of them make.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use scaling::{Column, Observations, Slo};

use super::fleet::{Fleet, Stage};
use crate::proxy::{ReplicaId, Window};

/// Requests and usage of one fleet between two ticks.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) requests: Window,
    /// CPU of one ready replica in millicores, mean; none if none was looked at twice.
    pub(super) cpu_millicores: Option<f64>,
    /// Memory of one ready replica in bytes, mean.
    pub(super) memory_bytes: Option<f64>,
    pub(super) cold_starts: u64,
}

/// Reads what replicas have used since they were last read.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// CPU seconds at the last reading, and when it was.
    last: BTreeMap<ReplicaId, (f64, Duration)>,
    cold_starts: u64,
}

impl Meter {
    /// Reads all replicas of a fleet.
    pub(super) fn read(&mut self, fleet: &mut Fleet, now: Duration, requests: Window) -> Sample {
        let mut cpu = Vec::new();
        let mut memory = Vec::new();
        let mut seen = BTreeMap::new();
        for (&id, member) in &mut fleet.members {
            // Who has just ended is read no more.
            let Some(Ok(usage)) = member.replica.as_ref().map(|replica| replica.usage()) else {
                continue;
            };
            member.usage = usage;
            seen.insert(id, (usage.cpu_seconds, now));
            if !matches!(member.stage, Stage::Ready { .. }) {
                continue;
            }
            memory.push(usage.memory_bytes as f64);
            if let Some(&(before, at)) = self.last.get(&id)
                && now > at
            {
                let seconds = (now - at).as_secs_f64();
                let millicores = (usage.cpu_seconds - before).max(0.0) * 1e3 / seconds;
                member.cpu_millicores = Some(millicores);
                cpu.push(millicores);
            }
        }
        self.last = seen;
        // The count begins anew with the end of the warm-up.
        let cold_starts = fleet.cold_starts.checked_sub(self.cold_starts);
        let cold_starts = cold_starts.unwrap_or(fleet.cold_starts);
        self.cold_starts = fleet.cold_starts;
        Sample { requests, cpu_millicores: mean(&cpu), memory_bytes: mean(&memory), cold_starts }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The last samples of one fleet: as many as a window is long, and as many before it, so that rates can
/// be compared with those of a window earlier.
#[derive(Debug)]
pub(super) struct History {
    length: usize,
    samples: VecDeque<Sample>,
}

impl History {
    pub(super) fn new(length: usize) -> Self {
        Self { length, samples: VecDeque::new() }
    }

    pub(super) fn push(&mut self, sample: Sample) {
        if self.samples.len() == 2 * self.length {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// The latest.
    pub(super) fn last(&self) -> Option<&Sample> {
        self.samples.back()
    }

    /// Fills in what is measured of a row; nothing before the first sample.
    pub(super) fn tell(&self, seen: &mut Observations, row: usize, slo: Option<Slo>) {
        let split = self.samples.len().saturating_sub(self.length);
        let window: Vec<&Sample> = self.samples.range(split..).collect();
        let earlier: Vec<&Sample> = self.samples.range(..split).collect();
        let Some(requests) = added(&window) else { return };
        let seconds = requests.seconds();
        if seconds <= 0.0 {
            return;
        }
        let rate = |count: u64| count as f64 / seconds;
        let before = added(&earlier).filter(|before| before.seconds() > 0.0);
        let change = before.map_or(f64::NAN, |before| {
            rate(requests.arrivals) - before.arrivals as f64 / before.seconds()
        });
        let over = |of: fn(&Sample) -> Option<f64>| {
            mean(&window.iter().filter_map(|sample| of(sample)).collect::<Vec<_>>())
                .unwrap_or(f64::NAN)
        };
        let cold_starts = window.iter().map(|sample| sample.cold_starts).sum();
        use Column as C;
        let values = [
            (C::CpuUsageMillicoresMean, over(|sample| sample.cpu_millicores)),
            (C::MemoryUsageBytesMean, over(|sample| sample.memory_bytes)),
            (C::NetworkReceiveBytesPerSecond, rate(requests.received_bytes)),
            (C::NetworkTransmitBytesPerSecond, rate(requests.sent_bytes)),
            (C::ArrivalRatePerSecond, rate(requests.arrivals)),
            (C::ArrivalRateChangePerSecond, change),
            (C::ThroughputPerSecond, rate(requests.completed)),
            (C::ConcurrencyMean, requests.concurrency_mean()),
            (C::QueueLength, requests.queue_length as f64),
            (C::SuccessRatio, requests.success_ratio().unwrap_or(f64::NAN)),
            (C::ColdStartsPerSecond, rate(cold_starts)),
            (C::SampleAgeSeconds, 0.0),
        ];
        for (column, value) in values {
            seen.set(row, column, value);
        }
        tell_latency(seen, row, &requests, slo);
    }
}

fn tell_latency(seen: &mut Observations, row: usize, requests: &Window, slo: Option<Slo>) {
    const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];
    const COLUMNS: [Column; 5] = [
        Column::LatencySecondsP50,
        Column::LatencySecondsP90,
        Column::LatencySecondsP95,
        Column::LatencySecondsP99,
        Column::LatencySecondsP999,
    ];
    let latencies = requests.latency_seconds(QUANTILES);
    for (column, position) in COLUMNS.into_iter().zip(0..) {
        let value = latencies.map_or(f64::NAN, |latencies: [f64; 5]| latencies[position]);
        seen.set(row, column, value);
    }
    if let Some(slo) = slo {
        let tail = latencies.map(|latencies| latencies[slo.percentile as usize]);
        // If nothing ended, requests that wait tell as much as their age.
        let oldest = requests.oldest_nanoseconds.map(|age| age as f64 / 1e9);
        seen.set(row, Column::SloPreservationRatio, slo.preservation(tail.or(oldest)));
    }
}

fn added(samples: &[&Sample]) -> Option<Window> {
    let (first, rest) = samples.split_first()?;
    let mut sum = first.requests.clone();
    for sample in rest {
        sum.add(&sample.requests);
    }
    Some(sum)
}
