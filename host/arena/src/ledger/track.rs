//! Track: a workload's run over time, in a bounded number of points.

use std::time::Duration;

use scaling::{Column, Observations, Timestamp};

use crate::results::Series;

/// The most points that are kept; as wide as a chart has use for.
const POINTS: usize = 600;

/// A workload's run over time. When it is full, neighbours are merged and each point covers twice
/// the ticks, so a run of any length fits.
#[derive(Debug, Clone)]
pub(super) struct Track {
    start: Timestamp,
    ticks_per_point: u64,
    points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Point {
    ticks: u64,
    arrival_rate: Mean,
    desired: Mean,
    ready: Mean,
    tail: Option<f64>,
    utilisation: Mean,
    reward: Mean,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn of(value: Option<f64>) -> Self {
        let value = value.filter(|value| value.is_finite());
        Self { sum: value.unwrap_or(0.0), count: u64::from(value.is_some()) }
    }

    fn with(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, count: self.count + other.count }
    }

    fn value(self) -> Option<f32> {
        (self.count > 0).then(|| (self.sum / self.count as f64) as f32)
    }
}

impl Point {
    fn with(self, other: Self) -> Self {
        Self {
            ticks: self.ticks + other.ticks,
            arrival_rate: self.arrival_rate.with(other.arrival_rate),
            desired: self.desired.with(other.desired),
            ready: self.ready.with(other.ready),
            tail: self.tail.into_iter().chain(other.tail).reduce(f64::max),
            utilisation: self.utilisation.with(other.utilisation),
            reward: self.reward.with(other.reward),
        }
    }
}

impl Track {
    pub(super) fn new(start: Timestamp) -> Self {
        Self { start, ticks_per_point: 1, points: Vec::new() }
    }

    /// Adds the tick that ended with these observations.
    pub(super) fn push(
        &mut self,
        after: &Observations,
        row: usize,
        tail: Column,
        reward: Option<f64>,
    ) {
        let mean = |column| Mean::of(after.get(row, column));
        let point = Point {
            ticks: 1,
            arrival_rate: mean(Column::ArrivalRatePerSecond),
            desired: mean(Column::ReplicasDesired),
            ready: mean(Column::ReplicasReady),
            tail: after.get(row, tail),
            utilisation: mean(Column::CpuUtilisationRatioMean),
            reward: Mean::of(reward),
        };
        if let Some(last) = self.points.last_mut().filter(|last| last.ticks < self.ticks_per_point)
        {
            *last = last.with(point);
            return;
        }
        if self.points.len() == POINTS {
            self.points = self.points.chunks(2).map(merged).collect();
            self.ticks_per_point *= 2;
        }
        self.points.push(point);
    }

    /// Its points, without the name and the objective of the workload.
    pub(super) fn series(&self, tick: Duration) -> Series {
        let values = |of: fn(&Point) -> Option<f32>| self.points.iter().map(of).collect();
        Series {
            start_seconds: self.start.seconds(),
            step_seconds: tick.as_secs_f64() * self.ticks_per_point as f64,
            arrival_rate_per_second: values(|point| point.arrival_rate.value()),
            replicas_desired: values(|point| point.desired.value()),
            replicas_ready: values(|point| point.ready.value()),
            latency_seconds_tail: values(|point| {
                point.tail.map(|tail| tail as f32).filter(|tail| tail.is_finite())
            }),
            cpu_utilisation_ratio: values(|point| point.utilisation.value()),
            reward: values(|point| point.reward.value()),
            ..Series::default()
        }
    }
}

fn merged(pair: &[Point]) -> Point {
    pair.iter().copied().reduce(Point::with).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use scaling::WorkloadId;

    use super::*;

    #[test]
    fn a_long_run_fits_and_keeps_its_means_and_its_worst() {
        let mut track = Track::new(Timestamp::ZERO);
        for tick in 0..1201_u32 {
            let mut after = Observations::missing(Timestamp::ZERO, 0, vec![WorkloadId(7)]);
            after.set(0, Column::ReplicasReady, f64::from(tick % 4));
            after.set(0, Column::LatencySecondsP90, f64::from(tick));
            track.push(&after, 0, Column::LatencySecondsP90, (tick % 2 == 0).then_some(1.0));
        }
        let series = track.series(Duration::from_secs(15));
        // 600 points of one tick, then of two, then of four: 300 full ones and the last tick.
        assert_eq!(series.step_seconds, 60.0);
        assert_eq!(series.replicas_ready.len(), 301);
        assert_eq!(series.replicas_ready[0], Some(1.5));
        assert_eq!(series.replicas_ready[300], Some(0.0));
        assert_eq!(series.latency_seconds_tail[..2], [Some(3.0), Some(7.0)]);
        assert_eq!(series.reward[5], Some(1.0));
        assert_eq!(series.arrival_rate_per_second[0], None);
    }
}
