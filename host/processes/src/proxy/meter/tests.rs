use super::*;

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

fn meter() -> Meter {
    Meter::new(0, Some(2 * SECOND), Some(100 * MILLISECOND))
}

fn near(value: f64, expected: f64) -> bool {
    (value / expected - 1.0).abs() < 2e-3
}

#[test]
fn a_window_holds_what_happened_since_the_last_one() {
    let mut meter = meter();
    meter.enter(0);
    meter.enter(SECOND / 2);
    meter.wait(SECOND / 2, 1);
    meter.end(SECOND, 0, Outcome::Completed);
    meter.wait(SECOND, 0);
    let bytes = Bytes { received: 10, sent: 20 };
    let first = meter.take_window(2 * SECOND, bytes, Some(SECOND / 2));
    assert_eq!((first.arrivals, first.completed, first.ended()), (2, 1, 1));
    // One from 0 to 1 s, the other from 0.5 s to 2 s.
    assert_eq!(first.in_system_nanoseconds, SECOND + SECOND * 3 / 2);
    assert_eq!(first.concurrency_mean(), 1.25);
    assert_eq!(first.queue_length_mean(), 0.25);
    assert_eq!((first.in_system, first.queue_length), (1, 0));
    assert_eq!(first.oldest_nanoseconds, Some(SECOND * 3 / 2));
    assert_eq!((first.received_bytes, first.sent_bytes), (10, 20));
    assert!(near(first.latency_seconds([0.5]).unwrap()[0], 1.0));
    let second = meter.take_window(3 * SECOND, Bytes { received: 15, sent: 20 }, None);
    assert_eq!((second.start_nanoseconds, second.end_nanoseconds), (2 * SECOND, 3 * SECOND));
    assert_eq!((second.arrivals, second.received_bytes, second.sent_bytes), (0, 5, 0));
    assert_eq!(second.concurrency_mean(), 1.0);
    assert_eq!(second.latency_seconds([0.5]), None);
    assert_eq!(second.success_ratio(), None);
}

#[test]
fn those_who_were_answered_can_be_told_alone() {
    let mut meter = meter();
    for milliseconds in [10, 20, 30, 40] {
        meter.enter(0);
        meter.end(milliseconds * MILLISECOND, 0, Outcome::Completed);
    }
    for _ in 0..5 {
        meter.enter(0);
        meter.end(MILLISECOND, 0, Outcome::Failed);
    }
    let window = meter.take_window(SECOND, Bytes::default(), None);
    let (mean, found) = window.answered_latency_seconds([0.0, 0.25, 0.5, 0.51, 1.0]).unwrap();
    assert!(near(mean, 0.025), "{mean}");
    for (found, expected) in found.into_iter().zip([0.01, 0.01, 0.02, 0.03, 0.04]) {
        assert!(near(found, expected), "{found}, not {expected}");
    }
    let none = meter.take_window(2 * SECOND, Bytes::default(), None);
    assert_eq!(none.answered_latency_seconds([0.5]), None);
}

#[test]
fn windows_that_follow_each_other_add_up() {
    let mut meter = meter();
    meter.enter(0);
    let mut sum = meter.take_window(SECOND, Bytes::default(), None);
    meter.end(2 * SECOND, 0, Outcome::Failed);
    sum.add(&meter.take_window(4 * SECOND, Bytes { received: 1, sent: 2 }, None));
    assert_eq!((sum.arrivals, sum.failed, sum.seconds()), (1, 1, 4.0));
    assert_eq!(sum.concurrency_mean(), 0.5);
    assert_eq!((sum.received_bytes, sum.sent_bytes), (1, 2));
    assert_eq!(sum.buckets.len(), 4);
    assert_eq!(sum.success_ratio(), Some(0.0));
}

#[test]
fn who_is_never_answered_counts_as_the_largest_latency_and_who_timed_out_with_its_time_out() {
    for (outcome, seconds) in [
        (Outcome::Completed, 0.25),
        (Outcome::TimedOut, 2.0),
        (Outcome::Rejected, 600.0),
        (Outcome::Failed, 600.0),
    ] {
        let mut meter = meter();
        meter.enter(0);
        meter.end(SECOND / 4, 0, outcome);
        let window = meter.take_window(SECOND, Bytes::default(), None);
        let latency = window.latency_seconds([0.99]).unwrap()[0];
        assert!(near(latency, seconds), "{outcome:?}: {latency}");
    }
}

#[test]
fn totals_count_every_request_that_arrived_since_the_mark_exactly_once() {
    let mut meter = meter();
    meter.enter(0);
    meter.mark(SECOND);
    for _ in 0..6 {
        meter.enter(SECOND);
    }
    meter.end(SECOND + MILLISECOND, 0, Outcome::Completed);
    meter.end(SECOND + 50 * MILLISECOND, SECOND, Outcome::Completed);
    meter.end(SECOND + 200 * MILLISECOND, SECOND, Outcome::Completed);
    meter.end(2 * SECOND, SECOND, Outcome::TimedOut);
    meter.end(2 * SECOND, SECOND, Outcome::Rejected);
    meter.end(2 * SECOND, SECOND, Outcome::Failed);
    let totals = meter.totals(WorkloadId(1), 3 * SECOND, [SECOND / 2, SECOND].into_iter());
    assert_eq!((totals.arrivals, totals.completed, totals.timed_out), (6, 2, 1));
    assert_eq!((totals.rejected, totals.failed, totals.unfinished), (1, 1, 1));
    assert_eq!((totals.seconds, totals.slo_violations), (2.0, 5));
    assert_eq!(totals.latency_seconds_sum, 0.25);
    let bounds = &totals.latency_seconds;
    assert_eq!(bounds.iter().map(|bound| bound.1).collect::<Vec<_>>(), [1, 1, 2, 2]);
    for (bound, expected) in bounds.iter().zip([0.05, 0.2, 2.0]) {
        assert!(near(bound.0, expected), "{bound:?}");
    }
    assert_eq!(bounds[3].0, f64::INFINITY);
}

#[test]
fn buckets_average_over_their_own_second_and_only_ten_minutes_are_kept() {
    let mut meter = meter();
    meter.enter(SECOND / 2);
    meter.end(SECOND * 5 / 4, SECOND / 2, Outcome::Completed);
    let window = meter.take_window(SECOND * 5 / 2, Bytes::default(), None);
    let told: Vec<(f64, f64)> = window
        .buckets
        .iter()
        .map(|bucket| (bucket.concurrency, bucket.arrival_rate_per_second))
        .collect();
    assert_eq!(told, [(0.5, 1.0), (0.25, 0.0)]);
    let window = meter.take_window(5_000 * SECOND, Bytes::default(), None);
    assert_eq!(window.buckets.len(), BUCKETS_KEPT);
    assert_eq!(window.buckets[0].start_nanoseconds, (5_000 - 600) * SECOND);
}
