//! The cases of Knative's `pkg/reconciler/autoscaling/kpa/scaler_test.go` and `kpa_test.go` that
//! concern what is wanted and what becomes of the Active condition.

use super::Phase::{Activating, Active, Inactive, TimedOut};
use super::*;
use crate::clock::{SECOND, nanoseconds};
use crate::settings::{Cluster, Settings};

const NOW: i64 = 1_700_000_000 * SECOND;
const STABLE: f64 = 300.0;
const GRACE: f64 = 60.0;
const DEADLINE: f64 = 121.0;
const TIMEOUT: f64 = DEADLINE + 30.0;

fn settings() -> Settings {
    let cluster = Cluster {
        stable_window_seconds: STABLE,
        scale_to_zero_grace_period_seconds: GRACE,
        progress_deadline_seconds: DEADLINE,
        target_burst_capacity: 200.0,
        ..Cluster::default()
    };
    Settings { cluster, ..Settings::default() }
}

fn with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = settings();
    change(&mut settings);
    settings
}

fn retained(seconds: f64) -> Settings {
    with(|settings| settings.cluster.scale_to_zero_pod_retention_period_seconds = seconds)
}

/// A workload whose phase has lasted so many seconds, with the activator in the path for others.
fn activity(phase: Phase, seconds: f64, proxied: f64) -> Activity {
    Activity {
        phase,
        since: NOW - nanoseconds(seconds),
        initialised: false,
        proxying_since: (proxied > 0.0).then(|| NOW - nanoseconds(proxied)),
    }
}

/// Where it is, what is wanted of it → what becomes of that.
type Row = (Settings, Activity, i32, (i32, bool));

fn check(rows: &[Row]) {
    for (number, (settings, activity, desired, (want, apply))) in rows.iter().enumerate() {
        let spec = Spec::new(settings);
        let wish = Wish { desired: *desired, excess: 0, reason: Reason::Stable };
        let verdict = activity.judge(&spec, Bounds::new(&spec, None, None), wish, NOW);
        assert_eq!((verdict.want, verdict.apply), (*want, *apply), "row {number}: {verdict:?}");
    }
}

#[test]
fn an_active_workload_keeps_one_replica_for_the_stable_window() {
    let window = with(|settings| settings.window_seconds = Some(45.0));
    check(&[
        (settings(), activity(Active, STABLE - 1.0, 0.0), 0, (1, true)),
        (window.clone(), activity(Active, 44.0, 0.0), 0, (1, true)),
        (window.clone(), activity(Active, STABLE, 0.0), 0, (0, false)),
        (settings(), activity(Active, STABLE, 0.0), 0, (0, false)),
        (settings(), activity(Active, STABLE, 1.0), 0, (0, false)),
        (window, activity(Active, 45.0, 0.0), 0, (0, false)),
    ]);
}

#[test]
fn an_inactive_workload_waits_for_retention_and_grace() {
    let zero = with(|settings| {
        settings.scale_to_zero_pod_retention_period_seconds = Some(0.0);
        settings.cluster.scale_to_zero_pod_retention_period_seconds = 2.0 * GRACE;
    });
    let own = with(|settings| {
        settings.scale_to_zero_pod_retention_period_seconds = Some(2.0 * GRACE);
    });
    let unlimited = with(|settings| settings.target_burst_capacity = Some(-1.0));
    let inactive = |seconds, proxied| activity(Inactive, seconds, proxied);
    check(&[
        (zero, inactive(GRACE, 0.0), 0, (0, true)),
        (retained(2.0 * GRACE), inactive(GRACE, 0.0), 0, (0, false)),
        (own, inactive(GRACE, 0.0), 0, (0, false)),
        (retained(GRACE), inactive(GRACE, 0.0), 0, (0, true)),
        (settings(), inactive(GRACE, 0.0), 0, (0, true)),
        (settings(), inactive(GRACE - 1.0, 0.0), 0, (0, false)),
        (settings(), inactive(GRACE - 1.0, GRACE - 1.0), 0, (0, false)),
        (retained(42.0), inactive(GRACE - 1.0, GRACE), 0, (0, true)),
        (settings(), inactive(GRACE - 1.0, GRACE), 0, (0, true)),
        (retained(42.0), inactive(42.0, GRACE), 0, (0, true)),
        (retained(42.0), inactive(41.0, GRACE), 0, (0, false)),
        (unlimited, inactive(GRACE, 0.0), 0, (0, true)),
    ]);
}

#[test]
fn an_activation_is_given_up_after_its_deadline() {
    let own = with(|settings| settings.progress_deadline_seconds = Some(5.0));
    check(&[
        (settings(), activity(Activating, TIMEOUT / 2.0, 0.0), 0, (-1, false)),
        (settings(), activity(Activating, TIMEOUT, 0.0), 0, (-1, false)),
        (settings(), activity(Activating, TIMEOUT + 1.0, 0.0), 0, (0, true)),
        (own, activity(Activating, 36.0, 0.0), 0, (0, true)),
    ]);
}

#[test]
fn what_no_route_leads_to_goes_without_minimum_and_retention() {
    let unreachable = |change: fn(&mut Settings)| {
        with(|settings| {
            settings.reachable = false;
            change(settings);
        })
    };
    let retained = |settings: &mut Settings| {
        settings.cluster.scale_to_zero_pod_retention_period_seconds = 10.0 * GRACE;
    };
    let initial = |settings: &mut Settings| settings.initial_scale = Some(2);
    check(&[
        (unreachable(retained), activity(Inactive, GRACE, 0.0), 0, (0, true)),
        (unreachable(retained), activity(Inactive, GRACE - 1.0, 0.0), 0, (0, false)),
        (
            unreachable(|settings| settings.min_scale = Some(2)),
            activity(Inactive, GRACE, 0.0),
            0,
            (0, true),
        ),
        (unreachable(initial), activity(Active, 120.0, 0.0), 0, (1, true)),
    ]);
}

#[test]
fn bounds_come_before_zero() {
    let minimum = with(|settings| settings.min_scale = Some(2));
    let maximum = with(|settings| settings.max_scale = Some(8));
    check(&[
        (minimum.clone(), activity(Inactive, GRACE - 1.0, 0.0), 0, (2, true)),
        (minimum, activity(Inactive, GRACE, 0.0), 0, (2, true)),
        (settings(), activity(Activating, 0.0, 0.0), 10, (10, true)),
        (maximum, activity(Activating, 0.0, 0.0), 10, (8, true)),
        (settings(), activity(Inactive, GRACE / 2.0, 0.0), 10, (10, true)),
        (settings(), activity(Activating, 0.0, 0.0), 1, (1, true)),
    ]);
}

#[test]
fn nothing_is_wanted_of_what_was_never_measured() {
    check(&[
        (settings(), activity(Inactive, 0.0, 0.0), -1, (-1, false)),
        (settings(), activity(Active, 0.0, 0.0), -1, (-1, false)),
        (settings(), activity(Activating, 0.0, 0.0), -1, (-1, false)),
        // But a minimum holds from the start.
        (with(|s| s.min_scale = Some(3)), activity(Activating, 0.0, 0.0), -1, (3, true)),
    ]);
}

#[test]
fn the_initial_scale_is_reached_once() {
    let initial = |scale| with(|settings| settings.initial_scale = Some(scale));
    let zero = with(|settings| {
        settings.initial_scale = Some(0);
        settings.cluster.allow_zero_initial_scale = true;
    });
    let reached = Activity { initialised: true, ..activity(Active, 120.0, 0.0) };
    check(&[
        (initial(2), reached, 0, (1, true)),
        (initial(2), activity(Activating, 0.0, 0.0), 1, (2, true)),
        (initial(5), activity(Activating, 0.0, 0.0), 1, (5, true)),
        (zero, activity(Inactive, 0.0, 0.0), 0, (0, false)),
    ]);
}

#[test]
fn one_replica_stays_where_zero_is_disabled() {
    let disabled = |minimum| {
        with(|settings| {
            settings.cluster.enable_scale_to_zero = false;
            settings.min_scale = minimum;
        })
    };
    check(&[
        (disabled(None), activity(Active, 0.0, 0.0), 0, (1, true)),
        (disabled(Some(2)), activity(Active, 0.0, 0.0), 0, (2, true)),
        (disabled(None), activity(Active, 0.0, 0.0), -1, (-1, false)),
    ]);
}

/// Phase, desired, ready, minimum → phase, whether it is initialised, whether the activator is in
/// the path.
#[test]
fn the_phase_follows_what_is_wanted_and_what_is_ready() {
    for (phase, desired, ready, minimum, next, initialised, proxied) in [
        // Steady, serving or not.
        (Active, 11, 1, None, Active, true, false),
        (Inactive, 0, 0, None, Inactive, false, true),
        // Activates, and becomes active.
        (Inactive, 11, 0, None, Activating, false, false),
        (Activating, 11, 11, None, Active, true, false),
        // Never measured.
        (Inactive, -1, 0, None, Inactive, false, true),
        (Inactive, -1, 10, Some(11), Inactive, false, true),
        (TimedOut, -1, 0, None, Inactive, false, true),
        (TimedOut, -1, 1, None, TimedOut, true, true),
        // Below the minimum and above it.
        (Activating, 11, 1, Some(2), Activating, false, false),
        (Activating, 11, 2, Some(2), Active, true, false),
        (Inactive, 1, 10, Some(11), Activating, false, false),
        (Active, 11, 10, Some(11), Activating, false, false),
        (Inactive, 0, 12, Some(11), Active, true, false),
        (Active, 12, 12, Some(11), Active, true, false),
        // Wants zero too early, so that it stays as it is.
        (Activating, 0, 1, None, Active, true, true),
        (Active, 0, 1, None, Active, true, false),
    ] {
        let spec = Spec::new(&settings());
        let bounds = Bounds::new(&spec, minimum, None);
        let mut activity = activity(phase, 1.0, 0.0);
        let wish = Wish { desired, excess: 0, reason: Reason::Stable };
        activity.reconcile(&spec, bounds, wish, ready, NOW);
        let seen = (activity.phase, activity.initialised, activity.proxying_since.is_some());
        assert_eq!(seen, (next, initialised, proxied), "{phase:?} {desired} {ready} {minimum:?}");
        assert_eq!(activity.since == NOW, next != phase);
    }
}

#[test]
fn inactivity_counts_anew_after_an_activation_was_given_up() {
    let spec = Spec::new(&settings());
    let bounds = Bounds::new(&spec, None, None);
    let mut activity = activity(Activating, TIMEOUT + 1.0, 0.0);
    let wish = Wish { desired: 0, excess: 0, reason: Reason::Stable };
    for (seconds, want, apply, phase, since) in
        [(0, 0, true, TimedOut, 0), (2, 0, false, Inactive, 2), (2 + 58, 0, true, Inactive, 2)]
    {
        let now = NOW + seconds * SECOND;
        let verdict = activity.reconcile(&spec, bounds, wish, 0, now);
        assert_eq!((verdict.want, verdict.apply), (want, apply), "after {seconds} s");
        assert_eq!((activity.phase, activity.since), (phase, NOW + since * SECOND));
    }
}

#[test]
fn an_initial_scale_of_zero_begins_inactive() {
    let zero = with(|settings| {
        settings.initial_scale = Some(0);
        settings.cluster.allow_zero_initial_scale = true;
    });
    let spec = Spec::new(&zero);
    let bounds = Bounds::new(&spec, None, None);
    let unknown = Wish { desired: -1, excess: 0, reason: Reason::NoData };
    let mut activity = activity(Activating, 0.0, 0.0);
    activity.reconcile(&spec, bounds, unknown, 0, NOW);
    assert_eq!((activity.phase, activity.initialised), (Inactive, true));
    activity.reconcile(&spec, bounds, unknown, 0, NOW + 2 * SECOND);
    assert_eq!((activity.phase, activity.since), (Inactive, NOW));
    activity.reconcile(&spec, bounds, Wish { desired: 2, ..unknown }, 2, NOW + 4 * SECOND);
    assert_eq!(activity.phase, Active);
}

#[test]
fn a_greater_initial_scale_keeps_it_activating() {
    let spec = Spec::new(&with(|settings| settings.initial_scale = Some(20)));
    let bounds = Bounds::new(&spec, Some(11), None);
    let wish = Wish { desired: 11, excess: -42, reason: Reason::Stable };
    let mut activity = activity(Activating, 1.0, 1.0);
    for (ready, want, phase) in [(11, 20, Activating), (20, 20, Active), (20, 11, Active)] {
        let verdict = activity.reconcile(&spec, bounds, wish, ready, NOW);
        assert_eq!((verdict.want, activity.phase), (want, phase), "{ready} ready");
        assert!(activity.proxying_since.is_some(), "no burst capacity");
    }
}

#[test]
fn the_activator_leaves_the_path_only_with_capacity_and_replicas() {
    for (desired, excess, in_path) in [(11, 0, false), (11, 1, false), (11, -1, true), (0, 5, true)]
    {
        let spec = Spec::new(&settings());
        let mut activity = activity(Active, STABLE, 10.0);
        let wish = Wish { desired, excess, reason: Reason::Stable };
        activity.reconcile(&spec, Bounds::new(&spec, None, None), wish, 11, NOW);
        let since = in_path.then_some(NOW - 10 * SECOND);
        assert_eq!(activity.proxying_since, since, "{desired} {excess}");
    }
}

#[test]
fn settings_come_before_the_bounds_of_the_workload() {
    for (set, observed, minimum, maximum) in [
        ((None, None), (Some(2), Some(9)), 2, 9),
        ((Some(1), Some(0)), (Some(2), Some(9)), 1, 0),
        ((None, None), (None, None), 0, 0),
    ] {
        let spec = Spec::new(&with(|settings| (settings.min_scale, settings.max_scale) = set));
        assert_eq!(Bounds::new(&spec, observed.0, observed.1), Bounds { minimum, maximum });
    }
}
