//! The cases of Knative's `pkg/autoscaler/scaling/autoscaler_test.go`.

use super::*;
use crate::clock::{SECOND, nanoseconds};
use crate::settings::{Cluster, Settings};

const START: i64 = 1_700_000_000 * SECOND;
const UTILISATION: f64 = 0.75;

/// One turn: instant, ready replicas, stable and panic value → replicas, and whether it panics.
type Row = (f64, i32, f64, f64, i32, bool);

fn spec(target_burst_capacity: f64) -> Spec {
    let cluster = Cluster {
        max_scale_up_rate: 10.0,
        max_scale_down_rate: 10.0,
        target_burst_capacity,
        ..Cluster::default()
    };
    Spec::new(&Settings { cluster, ..Settings::default() })
}

fn excess(target: f64, burst: f64, load: f64, ready: i32) -> i32 {
    (target / UTILISATION * f64::from(ready) - burst - load).floor() as i32
}

fn check_with(spec: &Spec, mut autoscaler: Autoscaler, target: f64, rows: &[Row]) {
    let target = Target { value: target, total: target / UTILISATION };
    for &(seconds, ready, stable, panic, desired, panicking) in rows {
        let now = START + nanoseconds(seconds);
        let scale = autoscaler.scale(spec, target, Reading { ready, stable, panic }, now);
        let seen = (scale.desired, autoscaler.panic.since.is_some());
        assert_eq!(seen, (desired, panicking), "at {seconds} s with {ready} ready: {scale:?}");
        if spec.target_burst_capacity > 0.0 {
            let expected = excess(target.value, spec.target_burst_capacity, panic, ready);
            assert_eq!(scale.excess, expected, "at {seconds} s");
        }
    }
}

/// Every case starts with one ready replica, so not in panic.
fn check(target: f64, burst: f64, rows: &[Row]) {
    let spec = spec(burst);
    check_with(&spec, Autoscaler::new(&spec, 1, START), target, rows);
}

#[test]
fn one_turn_follows_the_larger_window() {
    for (target, burst, row) in [
        (10.0, 100.0, (0.0, 1, 0.0, 0.0, 0, false)),
        (181.0, -1.0, (0.0, 1, 21.0, 26.0, 1, false)),
        (10.0, 0.0, (0.0, 1, 50.0, 49.0, 5, true)),
        (10.0, 100.0, (0.0, 1, 50.0, 50.0, 5, true)),
        (10.0, 100.0, (0.0, 5, 50.0, 50.0, 5, false)),
        (10.0, 84.0, (0.0, 1, 50.0, 100.0, 10, true)),
    ] {
        check(target, burst, &[row]);
    }
}

#[test]
fn unlimited_and_no_burst_capacity_are_constants() {
    for (burst, excess) in [(-1.0, -1), (0.0, 0)] {
        let spec = spec(burst);
        let target = Target { value: 10.0, total: 14.0 };
        let reading = Reading { ready: 3, stable: 50.0, panic: 49.0 };
        let scale = Autoscaler::new(&spec, 1, START).scale(&spec, target, reading, START);
        assert_eq!(scale.excess, excess);
    }
}

#[test]
fn panic_already_under_way_takes_the_larger_value() {
    for (stable, panic, desired) in [(50.0, 30.0, 50), (20.0, 30.0, 30)] {
        let spec = spec(100.0);
        let mut autoscaler = Autoscaler::new(&spec, 1, START);
        autoscaler.panic = Panic { since: Some(START - 5 * SECOND), replicas: 5 };
        check_with(&spec, autoscaler, 1.0, &[(0.0, 5, stable, panic, desired, true)]);
    }
}

#[test]
fn small_rates_still_move_by_one() {
    let up = Spec { max_scale_up_rate: 1.1, ..spec(1982.0) };
    check_with(&up, Autoscaler::new(&up, 1, START), 1.0, &[(0.0, 2, 3.0, 3.1, 3, true)]);
    let down = Spec { max_scale_down_rate: 1.1, ..spec(1982.0) };
    check_with(&down, Autoscaler::new(&down, 1, START), 10.0, &[(0.0, 100, 1.0, 1.0, 90, false)]);
    let unreachable = Spec { reachable: false, ..down };
    let autoscaler = Autoscaler::new(&unreachable, 1, START);
    check_with(&unreachable, autoscaler, 10.0, &[(0.0, 100, 1.0, 1.0, 1, false)]);
}

#[test]
fn rates_limit_each_turn() {
    check(10.0, 61.0, &[(0.0, 1, 1000.0, 1001.0, 10, true), (0.0, 10, 1000.0, 1001.0, 100, true)]);
    check(10.0, 61.0, &[(0.0, 100, 1.0, 1.0, 10, false), (0.0, 10, 1.0, 1.0, 1, false)]);
    // No ready replica counts as one, but carries nothing.
    check(10.0, 81.0, &[(0.0, 0, 1000.0, 888.0, 10, true)]);
}

#[test]
fn stable_mode_follows_the_stable_window() {
    check(10.0, 101.0, &[(0.0, 1, 50.0, 10.0, 5, false), (0.0, 1, 100.0, 10.0, 10, false)]);
    check(10.0, 101.0, &[(0.0, 1, 50.0, 50.0, 5, true), (0.0, 1, 100.0, 99.0, 10, true)]);
    check(10.0, 98.0, &[(0.0, 8, 100.0, 100.0, 10, false), (0.0, 8, 50.0, 50.0, 5, false)]);
    check(10.0, 75.0, &[(0.0, 1, 1.0, 0.0, 1, false), (0.0, 1, 0.0, 0.0, 0, false)]);
    check(10.0, 100.0, &[(61.0, 1, 100.0, 99.0, 10, true)]);
}

#[test]
fn panic_ends_after_a_slow_increase() {
    check(
        1.0,
        98.0,
        &[
            (0.0, 10, 11.0, 25.0, 25, true),
            (30.0, 40, 30.0, 41.0, 41, true),
            (62.0, 55, 50.0, 56.0, 50, false),
        ],
    );
}

#[test]
fn panic_ends_strictly_after_the_stable_window() {
    check(
        1.0,
        98.0,
        &[
            (0.0, 10, 11.0, 25.0, 25, true),
            (60.0, 55, 50.0, 56.0, 56, true),
            (60.1, 55, 50.0, 56.0, 50, false),
        ],
    );
}

#[test]
fn panic_is_extended_by_a_further_surge() {
    let spec = spec(98.0);
    let target = Target { value: 1.0, total: 1.0 };
    let mut autoscaler = Autoscaler::new(&spec, 1, START);
    for (seconds, ready, stable, panic, desired) in
        [(0, 10, 11.0, 25.0, 25), (30, 40, 30.0, 80.0, 80)]
    {
        let now = START + seconds * SECOND;
        let scale = autoscaler.scale(&spec, target, Reading { ready, stable, panic }, now);
        assert_eq!((scale.desired, autoscaler.panic.since), (desired, Some(now)));
    }
}

#[test]
fn panic_tracks_exponential_growth_and_stabilises() {
    check(
        1.0,
        101.0,
        &[
            (0.0, 1, 6.0, 6.0, 6, true),
            (0.0, 6, 36.0, 36.0, 36, true),
            (1.0, 36, 216.0, 216.0, 216, true),
            (1.0, 216, 1296.0, 1296.0, 1296, true),
            (2.0, 1296, 1296.0, 1296.0, 1296, true),
        ],
    );
}

#[test]
fn panic_never_shrinks_until_it_ends() {
    check(
        10.0,
        93.0,
        &[
            (0.0, 1, 100.0, 100.0, 10, true),
            (1.0, 10, 100.0, 1000.0, 100, true),
            (31.0, 10, 1.0, 1.0, 100, true),
            (62.0, 10, 1.0, 1.0, 1, false),
            // The next panic does not remember the last one.
            (64.0, 1, 30.0, 30.0, 3, true),
        ],
    );
}

#[test]
fn starts_in_panic_with_more_than_one_ready_replica() {
    for (ready, since) in [(0, None), (1, None), (2, Some(START))] {
        let panic = Autoscaler::new(&spec(11.0), ready, START).panic;
        assert_eq!(panic, Panic { since, replicas: ready });
    }
}

#[test]
fn activation_scale_needs_some_load() {
    let spec = Spec { activation_scale: 2, ..spec(75.0) };
    let autoscaler = Autoscaler::new(&spec, 1, START);
    let rows = [(0.0, 1, 0.0, 0.0, 0, false), (0.0, 1, 1.0, 0.0, 2, false)];
    check_with(&spec, autoscaler, 10.0, &rows);
}

#[test]
fn a_new_target_changes_the_count_at_once() {
    let mut autoscaler = Autoscaler::new(&spec(77.0), 1, START);
    for (burst, value, ready, stable, panic, desired) in
        [(77.0, 10.0, 1, 100.0, 101.0, 10), (71.0, 1.0, 10, 100.0, 101.0, 100)]
    {
        let target = Target { value, total: value / UTILISATION };
        let reading = Reading { ready, stable, panic };
        let scale = autoscaler.scale(&spec(burst), target, reading, START);
        assert_eq!((scale.desired, scale.excess), (desired, excess(value, burst, panic, ready)));
    }
}

/// A delay of five minutes, and a threshold that is never crossed.
fn delayed() -> Spec {
    Spec {
        scale_down_delay: 300 * SECOND,
        panic_threshold: 100.0,
        target_burst_capacity: 0.0,
        ..spec(0.0)
    }
}

#[test]
fn scale_down_waits_for_the_delay() {
    let minutes =
        |minutes: f64, load: f64, desired| (minutes * 60.0, 0, load, load, desired, false);
    let rows = [
        (2.0, 0, 40.0, 40.0, 4, false),
        minutes(5.0, 0.0, 4),
        (302.0, 0, 0.0, 0.0, 0, false),
        minutes(9.0, 40.0, 4),
        minutes(10.0, 30.0, 4),
        minutes(11.0, 0.0, 4),
        minutes(14.0, 0.0, 3),
        minutes(15.0, 0.0, 0),
    ];
    let spec = delayed();
    check_with(&spec, Autoscaler::new(&spec, 0, START), 10.0, &rows);
}

#[test]
fn no_delay_holds_what_is_unreachable() {
    let spec = delayed();
    let mut autoscaler = Autoscaler::new(&spec, 0, START);
    let target = Target { value: 10.0, total: 10.0 };
    let unreachable = Spec { reachable: false, ..spec.clone() };
    for (spec, seconds, load, desired) in
        [(&spec, 2, 40.0, 4), (&spec, 60, 0.0, 4), (&unreachable, 2, 0.0, 0)]
    {
        let reading = Reading { ready: 0, stable: load, panic: load };
        let scale = autoscaler.scale(spec, target, reading, START + seconds * SECOND);
        assert_eq!(scale.desired, desired);
    }
}

#[test]
fn without_a_delay_the_newest_count_of_a_tick_counts() {
    let spec = Spec { scale_down_delay: 0, ..delayed() };
    let rows = [(0.0, 0, 40.0, 40.0, 4, false), (0.5, 0, 20.0, 20.0, 2, false)];
    check_with(&spec, Autoscaler::new(&spec, 0, START), 10.0, &rows);
}

#[test]
fn names_the_rule_that_decided() {
    let delay = Spec { scale_down_delay: 4 * SECOND, ..spec(0.0) };
    let activation = Spec { activation_scale: 3, ..spec(0.0) };
    let target = Target { value: 10.0, total: 10.0 };
    for (spec, ready, loads, reason) in [
        (&spec(0.0), 2, [15.0, 15.0].as_slice(), Reason::Stable),
        (&spec(0.0), 1, &[15.0, 200.0], Reason::Panicking),
        (&spec(0.0), 100, &[15.0], Reason::ScaleDownLimited),
        (&activation, 2, &[15.0], Reason::ActivationScale),
        (&delay, 2, &[25.0, 15.0], Reason::ScaleDownDelayed),
        (&Spec { panic_threshold: 1e3, ..delay.clone() }, 1, &[200.0], Reason::ScaleUpLimited),
    ] {
        let mut autoscaler = Autoscaler::new(spec, 1, START);
        let mut last = None;
        for (turn, &load) in loads.iter().enumerate() {
            let reading = Reading { ready, stable: load, panic: load };
            let now = START + turn as i64 * 2 * SECOND;
            last = Some(autoscaler.scale(spec, target, reading, now).reason);
        }
        assert_eq!(last, Some(reason));
    }
}
