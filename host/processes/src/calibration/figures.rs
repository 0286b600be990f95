//! Figures: from counts to numbers. No clock and no system here.

use super::CellMeasured;
use crate::{Usage, Window};

/// The percentiles that are told of latencies.
pub(super) const PERCENTILES: [f64; 12] =
    [0.0, 1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 100.0];

/// What was counted during a cell.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) window: Window,
    /// What the replica had used before and after.
    pub(super) usage: (Usage, Usage),
    /// CPU that this program used meanwhile.
    pub(super) handling_cpu_seconds: f64,
    /// Memory in bytes, as it was seen from time to time; if never, what it was in the end counts.
    pub(super) memory_bytes: Vec<f64>,
    /// Requests that callers were not satisfied with.
    pub(super) failed: u64,
}

/// The figures of a cell; none if no request was answered in it.
pub(super) fn cell(
    limit_millicores: Option<u32>,
    concurrency: u32,
    counts: &Counts,
) -> Option<CellMeasured> {
    let Counts { window, usage: (before, after), .. } = counts;
    let quantiles = PERCENTILES.map(|percentile| percentile / 100.0);
    let (mean_seconds, latencies) = window.answered_latency_seconds(quantiles)?;
    let (requests, seconds) = (window.ended(), window.seconds());
    // A caller may hear of a failure just after the proxy has counted it.
    let failed = counts.failed.min(requests);
    let memory_bytes = mean(&counts.memory_bytes).unwrap_or(after.memory_bytes as f64);
    let per_request = |total: f64| total / requests as f64;
    Some(CellMeasured {
        limit_millicores,
        concurrency,
        requests,
        failed,
        seconds,
        throughput_per_second: (requests - failed) as f64 / seconds,
        cpu_seconds_per_request: per_request((after.cpu_seconds - before.cpu_seconds).max(0.0)),
        handling_cpu_seconds_per_request: per_request(counts.handling_cpu_seconds.max(0.0)),
        latency: PERCENTILES.into_iter().zip(latencies).collect(),
        mean_seconds,
        memory_bytes: memory_bytes.round() as u64,
        throttled_periods: after.throttled_periods.saturating_sub(before.throttled_periods),
        periods: after.periods.saturating_sub(before.periods),
        received_bytes_per_request: per_request(window.received_bytes as f64),
        sent_bytes_per_request: per_request(window.sent_bytes as f64),
    })
}

/// Memory that each request under way adds: the slope over the cells of one limit and the rest before
/// them. Of the first limit, because allocators seldom give back what they once had.
pub(super) fn memory_per_request_bytes(idle_bytes: u64, cells: &[CellMeasured]) -> u64 {
    let at_rest = std::iter::once((0.0, idle_bytes as f64));
    let loaded = cells.iter().map(|cell| (f64::from(cell.concurrency), cell.memory_bytes as f64));
    slope(&at_rest.chain(loaded).collect::<Vec<_>>()).max(0.0).round() as u64
}

/// The slope of the line of least squares; 0 where the points leave it open.
fn slope(points: &[(f64, f64)]) -> f64 {
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let (Some(x_mean), Some(y_mean)) = (mean(&xs), mean(&ys)) else { return 0.0 };
    let products = points.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum::<f64>();
    let squares = xs.iter().map(|x| (x - x_mean).powi(2)).sum::<f64>();
    if squares > 0.0 { products / squares } else { 0.0 }
}

/// None of nothing.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn a_slope_is_that_of_the_line_of_least_squares() {
        let check = |points: &[(f64, f64)], expected: f64| {
            assert!((slope(points) - expected).abs() < 1e-9, "{points:?}: {}", slope(points));
        };
        check(&[], 0.0);
        check(&[(1.0, 5.0)], 0.0);
        check(&[(2.0, 5.0), (2.0, 7.0)], 0.0);
        check(&[(0.0, 1.0), (1.0, 3.0), (4.0, 9.0)], 2.0);
        // By hand: means 1 and 2, products 2, squares 2.
        check(&[(0.0, 2.0), (1.0, 0.0), (2.0, 4.0)], 1.0);
    }

    #[test]
    fn memory_per_request_is_never_negative() {
        let check = |memory: [u64; 3], expected| {
            let [idle_bytes, one, three] = memory;
            let cells = [measured(1, one), measured(3, three)];
            assert_eq!(memory_per_request_bytes(idle_bytes, &cells), expected, "{memory:?}");
        };
        check([1000, 1100, 1300], 100);
        check([1000, 1000, 1000], 0);
        check([1000, 900, 700], 0);
    }

    #[test]
    fn what_was_measured_reads_back() {
        let cell = CellMeasured { limit_millicores: None, ..measured(2, 1) };
        let text = serde_json::to_string(&cell).unwrap();
        assert_eq!(serde_json::from_str::<CellMeasured>(&text).unwrap(), cell, "{text}");
    }

    pub(in super::super) fn measured(concurrency: u32, memory_bytes: u64) -> CellMeasured {
        CellMeasured {
            limit_millicores: Some(200),
            concurrency,
            requests: 10,
            failed: 1,
            seconds: 1.5,
            throughput_per_second: 6.0,
            cpu_seconds_per_request: 0.001,
            latency: vec![(0.0, 0.002), (99.9, 0.003)],
            mean_seconds: 0.0025,
            memory_bytes,
            throttled_periods: 0,
            periods: 0,
            received_bytes_per_request: 80.0,
            sent_bytes_per_request: 120.0,
            handling_cpu_seconds_per_request: 0.0,
        }
    }
}
