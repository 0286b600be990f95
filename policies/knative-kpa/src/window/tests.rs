//! The cases of Knative's `pkg/autoscaler/aggregation/bucketing_test.go`.

use super::*;
use crate::clock::{SECOND, nanoseconds};

/// One step of a case; instants in seconds after the start.
#[derive(Debug, Clone, Copy)]
enum Step {
    Record(f64, f64),
    Average(f64, f64),
    Sum(f64, f64),
    Empty(f64, bool),
    Resize(f64, f64),
    Length(usize),
}
use Step::{Average, Empty, Length, Record, Resize, Sum};

/// An instant on a bucket's edge, as that of most upstream cases, for 1, 3 and 5 seconds.
const START: i64 = 1_700_000_010 * SECOND;

fn check(span: f64, granularity: f64, aggregation: Aggregation, steps: &[Step]) {
    let at = |seconds: f64| START + nanoseconds(seconds);
    let mut window = Window::new(nanoseconds(span), nanoseconds(granularity), aggregation);
    for (number, &step) in steps.iter().enumerate() {
        match step {
            Record(instant, value) => window.record(at(instant), value),
            Average(now, value) => {
                let average = window.average(at(now));
                assert!((average - value).abs() < 1e-12, "step {number} {step:?}: {average}");
            }
            Sum(now, value) => {
                let oldest = truncate(at(now), window.granularity)
                    - window.values.len() as i64 * window.granularity;
                let sum: f64 = window
                    .buckets()
                    .filter(|&(bucket, _)| bucket > oldest)
                    .map(|(_, value)| value)
                    .sum();
                assert_eq!(sum, value, "step {number} {step:?}");
            }
            Empty(now, empty) => assert_eq!(window.is_empty(at(now)), empty, "step {number}"),
            Resize(now, span) => window.resize(nanoseconds(span), at(now)),
            Length(length) => assert_eq!(window.values.len(), length, "step {number}"),
        }
    }
}

fn linear(steps: &[Step]) {
    check(5.0, 1.0, Aggregation::Linear, steps);
}

#[test]
fn adds_what_falls_into_one_bucket() {
    check(
        120.0,
        1.0,
        Aggregation::Linear,
        &[
            Empty(0.0, true),
            Record(0.0, 1.0),
            Record(0.1, 10.0),
            Sum(0.0, 11.0),
            Record(1.0, 1.0),
            Record(3.0, 1.0),
            Sum(60.0, 13.0),
            Empty(3.0, false),
            Average(3.0, 13.0 / 4.0),
        ],
    );
    check(
        120.0,
        5.0,
        Aggregation::Linear,
        &[Record(0.0, 1.0), Record(3.0, 11.0), Record(6.0, 1.0), Average(6.0, 13.0 / 2.0)],
    );
}

#[test]
fn sums_repeated_writes_in_any_order() {
    for order in [[0, 1, 2, 3, 4], [0, 3, 2, 1, 4]] {
        let mut steps = Vec::new();
        for (pass, &bucket) in order.iter().enumerate() {
            steps.extend(
                (0..5).map(|write| Record(f64::from(bucket), f64::from(pass as i32 + write))),
            );
        }
        steps.extend([Sum(4.0, 100.0), Sum(4.0, 100.0)]);
        check(60.0, 1.0, Aggregation::Linear, &steps);
    }
}

#[test]
fn divides_by_the_buckets_since_the_first_write() {
    linear(&[
        Record(0.0, 1.0),
        Average(0.0, 1.0),
        Record(1.0, 2.0),
        Record(2.0, 3.0),
        Record(3.0, 4.0),
        Record(4.0, 5.0),
        Average(4.0, 3.0),
        // Now lags behind.
        Average(3.6, 3.0),
        // A short hole, a long one, and a write after a hole.
        Average(6.0, (15.0 - 1.0 - 2.0) / 3.0),
        Average(10.0, 0.0),
        Record(6.0, 91.0),
        Average(6.0, (15.0 - 1.0 - 2.0 + 91.0) / 5.0),
        // Much later, the window begins afresh.
        Record(60.0, 1984.0),
        Average(60.0, 1984.0),
        // An earlier write moves the beginning back.
        Record(57.0, 4.0),
        Average(60.0, (4.0 + 1984.0) / 4.0),
        Record(61.0, 5.0),
        Average(61.0, (4.0 + 1984.0 + 5.0) / 5.0),
        Record(58.0, 10.0),
        Average(61.0, (4.0 + 10.0 + 1984.0 + 5.0) / 5.0),
        // Too early, and just too early.
        Record(55.0, 10.0),
        Average(61.0, (4.0 + 10.0 + 1984.0 + 5.0) / 5.0),
        Record(56.0, 10.0),
        Average(61.0, (4.0 + 10.0 + 1984.0 + 5.0) / 5.0),
        // Silent for exactly the window.
        Record(66.0, 10.0),
        Average(66.0, 10.0),
    ]);
}

#[test]
fn takes_writes_that_go_back_in_time() {
    let mut steps: Vec<_> = (0..=8).rev().map(|second| Record(f64::from(second), 5.0)).collect();
    steps.push(Average(5.0, 5.0));
    linear(&steps);
}

#[test]
fn reads_holes_as_zeros() {
    let mut steps: Vec<_> =
        (0..5).map(|second| Record(f64::from(second), f64::from(second + 1))).collect();
    steps.extend([Sum(4.0, 15.0), Average(4.0, 3.0), Record(8.0, 2.0), Sum(8.0, 7.0)]);
    linear(&steps);
}

#[test]
fn is_empty_only_after_more_than_the_window() {
    linear(&[
        Record(0.0, 1.0),
        Empty(5.0, false),
        Average(5.0, 0.0),
        Empty(5.9, false),
        Empty(6.0, true),
    ]);
}

#[test]
fn keeps_what_fits_when_resized() {
    let mut steps: Vec<_> =
        (0..6).map(|second| Record(f64::from(second), f64::from(second + 1))).collect();
    steps.extend([
        Sum(5.0, 20.0),
        Average(5.0, 4.0),
        Resize(5.0, 10.0),
        Length(10),
        Sum(5.0, 20.0),
        Average(5.0, 4.0),
        Record(6.0, 7.0),
        Sum(6.0, 27.0),
        Average(6.0, 4.5),
        Resize(6.0, 4.0),
        Length(4),
        Sum(6.0, 22.0),
        Average(6.0, 5.5),
        Resize(6.0, 4.0),
        Average(6.0, 5.5),
    ]);
    linear(&steps);
}

#[test]
fn resizes_in_coarse_buckets() {
    let mut steps = vec![Length(2), Record(0.0, 10.0)];
    steps.extend((1..=6).map(|second| Record(f64::from(second), f64::from(second + 1))));
    steps.extend([
        Sum(6.0, 22.0),
        Resize(6.0, 10.0),
        Length(4),
        Sum(6.0, 22.0),
        Record(9.3, 42.0),
        Sum(9.0, 64.0),
        Resize(9.0, 4.0),
        Length(2),
        Sum(9.0, 49.0),
    ]);
    check(5.0, 3.0, Aggregation::Linear, &steps);
}

#[test]
fn forgets_stale_writes_when_resized() {
    let mut window = Window::new(5 * SECOND, SECOND, Aggregation::Linear);
    window.record(START, 19.82);
    assert_eq!(window.writes.first, window.writes.last);
    window.resize(10 * SECOND, START + 60 * SECOND);
    assert_eq!(window.writes.first, None);
    assert_eq!(window.average(START), 0.0);
}

#[test]
fn weighs_newer_buckets_more() {
    let m = smoothing(5);
    let old = 1.0 - m;
    let first = 2.0 * m;
    let mut steps = vec![
        Record(0.0, 2.0),
        Average(0.0, first),
        Average(1.0, first * old),
        Record(1.0, 2.0),
        Average(1.0, first * old + first),
    ];
    steps.extend((2..7).map(|second| Record(f64::from(second), f64::from(second))));
    let full = m * (6.0 + old * (5.0 + old * (4.0 + old * (3.0 + old * 2.0))));
    // Two seconds later, the two oldest have left.
    let part = m * old * old * (6.0 + old * (5.0 + old * 4.0));
    steps.extend([Average(6.0, full), Average(8.0, part), Average(16.0, 0.0)]);
    check(5.0, 1.0, Aggregation::WeightedExponential, &steps);
}

#[test]
fn resizes_the_weights_too() {
    let mut window = Window::new(5 * SECOND, SECOND, Aggregation::WeightedExponential);
    for second in 0..6 {
        window.record(START + second * SECOND, second as f64 + 1.0);
    }
    let average = window.average(START + 5 * SECOND);
    assert_eq!((average * 1e3).round() / 1e3, 5.812);
    window.resize(10 * SECOND, START + 5 * SECOND);
    assert_eq!((window.values.len(), window.span()), (10, 10 * SECOND));
    assert_eq!(window.smoothing, smoothing(10));
}

#[test]
fn decays_faster_in_shorter_windows() {
    for (length, decay) in [(100, 0.2), (60, 0.2), (40, 0.205_67), (6, 0.784_56)] {
        assert!((smoothing(length) - decay).abs() < 1e-5, "{length}: {}", smoothing(length));
    }
}

#[test]
fn rounds_to_six_digits() {
    for (value, rounded) in
        [(3.6e-17, 0.0), (-3.6e-17, 0.0), (1.234_567_5, 1.234_568), (12345.0, 12345.0)]
    {
        assert_eq!(round(value), rounded);
    }
}
