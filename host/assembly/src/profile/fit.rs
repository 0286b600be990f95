//! Fit: from measurements to the simulator's distributions.
//!
//! Requests that come seldom to an unlimited replica wait for nobody, so their latency is what a request
//! takes: its CPU work, which the control group counts, and the rest. The greater part of the two keeps
//! the measured spread and the other is constant, so that their sum has the measured distribution exactly.

use processes::{CellMeasured, Measured};
use simulator::HandlingSpec;
use traffic::ServiceSpec;
use traffic::service::{Interpolation, Percentile};

use super::{QUOTA_PERIOD_SECONDS, WorkloadProfile};

/// Less than the clock tells, in seconds: the least work that a request has.
const LEAST_SECONDS: f64 = 1e-6;

/// Threads of a server that wake up for a request before it is answered: the one that reads, and the
/// one that computes. Who writes the answer finds the core of who computed it.
const WAKES: u32 = 2;

/// Bytes in a MiB.
const MEBIBYTE: f64 = 1024.0 * 1024.0;

impl WorkloadProfile {
    /// The profile of what was measured.
    pub fn of(measured: Measured) -> Self {
        let alone = &measured.seldom;
        let (service, io) = split(alone, work(&measured));
        let (receive_bytes, transmit_bytes) =
            (alone.received_bytes_per_request, alone.sent_bytes_per_request);
        Self {
            service,
            io,
            handling: HandlingSpec { cpu_seconds_per_request: handling(&measured), wakes: WAKES },
            start: spread(&points(&measured.starts_seconds)),
            memory_base_mib: measured.memory_idle_bytes as f64 / MEBIBYTE,
            memory_request_bytes: measured.memory_per_request_bytes as f64,
            receive_bytes,
            transmit_bytes,
            quota_period_seconds: measured.uncapped.is_none().then_some(QUOTA_PERIOD_SECONDS),
            measured,
        }
    }
}

/// CPU that proxy and sender use for a request, where most were answered: what they use anyway weighs
/// least there.
fn handling(measured: &Measured) -> f64 {
    let cells = measured.cells.iter().chain([&measured.seldom]);
    let busiest = cells.max_by(|a, b| a.throughput_per_second.total_cmp(&b.throughput_per_second));
    busiest.map_or(0.0, |cell| cell.handling_cpu_seconds_per_request)
}

/// CPU work of a request in seconds. It is largest where caches have cooled since the last one, and
/// smallest where one follows the other; a busy machine with several functions lies in between, and two
/// to one was nearest to what three of them used at 0.35 and 0.6 of two cores.
fn work(measured: &Measured) -> f64 {
    let cold = measured.seldom.cpu_seconds_per_request;
    let unlimited = measured.cells.iter().filter(|cell| cell.limit_millicores.is_none());
    let warm = unlimited.map(|cell| cell.cpu_seconds_per_request).fold(cold, f64::min);
    (2.0 * cold + warm) / 3.0
}

/// CPU work and the rest.
fn split(alone: &CellMeasured, work: f64) -> (ServiceSpec, Option<ServiceSpec>) {
    let mean = alone.mean_seconds;
    let work = work.clamp(LEAST_SECONDS, mean.max(LEAST_SECONDS));
    let rest = mean - work;
    let without = |constant: f64| {
        let less = alone
            .latency
            .iter()
            .map(|&(percentile, seconds)| (percentile, (seconds - constant).max(LEAST_SECONDS)));
        spread(&less.collect::<Vec<_>>())
    };
    let exactly = |seconds: f64| ServiceSpec::Deterministic { seconds };
    if rest < LEAST_SECONDS {
        (without(0.0), None)
    } else if work >= rest {
        (without(rest), Some(exactly(rest)))
    } else {
        (exactly(work), Some(without(work)))
    }
}

/// The percentiles of a sorted sample, each value in the middle of its share.
fn points(sorted: &[f64]) -> Vec<(f64, f64)> {
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else {
        return vec![(0.0, LEAST_SECONDS), (100.0, LEAST_SECONDS)];
    };
    let share = 100.0 / sorted.len() as f64;
    let inner = sorted.iter().enumerate().map(|(n, &seconds)| (share * (n as f64 + 0.5), seconds));
    [(0.0, first)].into_iter().chain(inner).chain([(100.0, last)]).collect()
}

fn spread(points: &[(f64, f64)]) -> ServiceSpec {
    let percentiles =
        points.iter().map(|&(percentile, seconds)| Percentile { percentile, seconds }).collect();
    ServiceSpec::Percentiles { percentiles, interpolation: Interpolation::Linear }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(cpu_seconds: f64, latency: &[(f64, f64)], mean_seconds: f64) -> CellMeasured {
        CellMeasured {
            limit_millicores: None,
            concurrency: 1,
            requests: 100,
            failed: 0,
            seconds: 1.0,
            throughput_per_second: 100.0,
            cpu_seconds_per_request: cpu_seconds,
            handling_cpu_seconds_per_request: 0.0,
            latency: latency.to_vec(),
            mean_seconds,
            memory_bytes: 0,
            throttled_periods: 0,
            periods: 0,
            received_bytes_per_request: 0.0,
            sent_bytes_per_request: 0.0,
        }
    }

    #[track_caller]
    fn check(cell: &CellMeasured, work: f64, rest: f64) {
        let (service, io) = split(cell, cell.cpu_seconds_per_request);
        let mean = |spec: &ServiceSpec| spec.service().unwrap().mean_seconds();
        assert!((mean(&service) - work).abs() < 1e-9, "{service:?}");
        assert!((io.as_ref().map_or(0.0, mean) - rest).abs() < 1e-9, "{io:?}");
    }

    #[test]
    fn work_and_the_rest_add_up_to_what_was_measured() {
        let even = [(0.0, 0.010), (50.0, 0.012), (100.0, 0.014)];
        check(&alone(0.011, &even, 0.012), 0.011, 0.001);
        check(&alone(0.002, &even, 0.012), 0.002, 0.010);
        // A control group may count more than a request took: the function works between requests.
        check(&alone(0.020, &even, 0.012), 0.012, 0.0);
    }

    #[test]
    fn the_greater_part_keeps_the_spread() {
        let even = [(0.0, 0.010), (50.0, 0.012), (100.0, 0.014)];
        let (service, io) = split(&alone(0.002, &even, 0.012), 0.002);
        assert_eq!(service, ServiceSpec::Deterministic { seconds: 0.002 });
        let ServiceSpec::Percentiles { percentiles, .. } = io.unwrap() else { panic!("a spread") };
        assert_eq!(percentiles.len(), 3);
    }

    #[test]
    fn starts_are_spread_as_they_were_measured() {
        let law = spread(&points(&[0.1, 0.2, 0.3])).service().unwrap();
        assert!((law.mean_seconds() - 0.2).abs() < 1e-3, "{}", law.mean_seconds());
    }
}
