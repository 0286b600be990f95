//! The cases of Knative's `resources/target_test.go`, `metric_test.go` and `decider_test.go`.

use super::*;

/// The revision's part of a case.
#[derive(Debug, Clone, Copy, Default)]
struct Case {
    metric: Metric,
    limit: Option<i64>,
    target: Option<f64>,
    utilisation: Option<f64>,
}

fn resolve(cluster: Cluster, case: Case) -> (f64, f64) {
    let settings = Settings {
        metric: case.metric,
        container_concurrency: case.limit,
        target: case.target,
        target_utilisation_percentage: case.utilisation,
        cluster,
        ..Settings::default()
    };
    let target = Spec::new(&settings).goal.resolve(None);
    (target.value, target.total)
}

#[test]
fn resolves_the_concurrency_target() {
    let limit = |limit| Case { limit: Some(limit), ..Case::default() };
    let target = |target| Case { target: Some(target), ..Case::default() };
    let both = |limit, target| Case { limit: Some(limit), target: Some(target), ..Case::default() };
    let twelve = Case { utilisation: Some(75.0), ..limit(12) };
    for (percentage, default_total, case, value, total) in [
        (100.0, 100.0, Case::default(), 100.0, 100.0),
        (80.0, 100.0, Case::default(), 80.0, 100.0),
        (30.0, 2.0, Case::default(), 0.6, 2.0),
        (80.0, 100.0, twelve, 9.0, 12.0),
        (80.0, 100.0, limit(10), 8.0, 10.0),
        (80.0, 100.0, limit(1), 0.8, 1.0),
        (100.0, 100.0, limit(1), 1.0, 1.0),
        (100.0, 100.0, limit(10), 10.0, 10.0),
        (80.0, 100.0, limit(120), 96.0, 120.0),
        (100.0, 100.0, target(1.0), 1.0, 1.0),
        // A fraction, and the least target there is.
        (0.001, 100.0, target(1.0), 0.01, 1.0),
        (75.0, 100.0, target(1.0), 0.75, 1.0),
        (75.0, 100.0, target(10.0), 7.5, 10.0),
        (100.0, 100.0, both(10, 1.0), 1.0, 1.0),
        (100.0, 100.0, target(500.0), 500.0, 500.0),
        (100.0, 100.0, both(1, 10.0), 1.0, 1.0),
    ] {
        let cluster = Cluster {
            container_concurrency_target_percentage: percentage,
            container_concurrency_target_default: default_total,
            ..Cluster::default()
        };
        assert_eq!(resolve(cluster, case), (value, total), "{percentage} % {case:?}");
    }
}

#[test]
fn resolves_the_rps_target() {
    let rps = Case { metric: Metric::Rps, ..Case::default() };
    for (case, value, total) in [
        (Case { limit: Some(1), ..rps }, 140.0, 200.0),
        (Case { target: Some(1.0), ..rps }, 0.7, 1.0),
        (Case { utilisation: Some(75.0), ..rps }, 150.0, 200.0),
        (Case { target: Some(300.0), ..rps }, 210.0, 300.0),
    ] {
        assert_eq!(resolve(Cluster::default(), case), (value, total), "{case:?}");
    }
}

#[test]
fn takes_the_observed_limit_only_where_the_settings_are_silent() {
    for (set, observed, total) in [
        (None, Some(10.0), 10.0),
        (Some(5), Some(10.0), 5.0),
        (Some(0), Some(10.0), 100.0),
        (None, None, 100.0),
    ] {
        let settings = Settings { container_concurrency: set, ..Settings::default() };
        assert_eq!(
            Spec::new(&settings).goal.resolve(observed).total,
            total,
            "{set:?} {observed:?}"
        );
    }
}

#[test]
fn rounds_the_panic_window_to_whole_seconds() {
    for (window, percentage, stable, panic) in [
        (None, None, 60, 6),
        (Some(10.0), Some(10.0), 10, 1),
        (Some(600.0), None, 600, 60),
        (None, Some(50.0), 60, 30),
        (None, Some(51.0), 60, 31),
        // Halves round up, also where the share in binary is a little less.
        (Some(50.0), Some(29.0), 50, 15),
        (Some(6.0), Some(1.0), 6, 1),
        (Some(251.0), None, 251, 25),
    ] {
        let settings = Settings {
            window_seconds: window,
            panic_window_percentage: percentage,
            ..Settings::default()
        };
        let spec = Spec::new(&settings);
        assert_eq!((spec.stable_window / SECOND, spec.panic_window / SECOND), (stable, panic));
    }
}

#[test]
fn the_revision_overrides_the_cluster() {
    let settings = Settings {
        panic_threshold_percentage: Some(400.0),
        scale_down_delay_seconds: Some(600.0),
        target_burst_capacity: Some(211.0),
        activation_scale: Some(3),
        cluster: Cluster {
            scale_down_delay_seconds: 300.0,
            target_burst_capacity: 63.0,
            max_scale_up_rate: 19.84,
            max_scale_down_rate: 19.88,
            ..Cluster::default()
        },
        ..Settings::default()
    };
    let spec = Spec::new(&settings);
    assert_eq!((spec.panic_threshold, spec.target_burst_capacity), (4.0, 211.0));
    assert_eq!((spec.scale_down_delay, spec.activation_scale), (600 * SECOND, 3));
    assert_eq!((spec.max_scale_up_rate, spec.max_scale_down_rate), (19.84, 19.88));
    let silent = Spec::new(&Settings {
        panic_threshold_percentage: None,
        scale_down_delay_seconds: None,
        target_burst_capacity: None,
        ..settings
    });
    assert_eq!((silent.panic_threshold, silent.target_burst_capacity), (2.0, 63.0));
    assert_eq!(silent.scale_down_delay, 300 * SECOND);
}

#[test]
fn initial_scale_is_zero_only_where_the_cluster_allows_it() {
    for (revision, allowed, initial) in
        [(None, false, 1), (Some(2), false, 2), (Some(0), true, 0), (Some(0), false, 1)]
    {
        let settings = Settings {
            initial_scale: revision,
            cluster: Cluster { allow_zero_initial_scale: allowed, ..Cluster::default() },
            ..Settings::default()
        };
        assert_eq!(Spec::new(&settings).initial_scale, initial);
    }
}
