//! The cases of Knative's `TestComputeActivatorNum` and of the multiscaler's first excess.

use super::*;
use crate::settings::{Cluster, Settings};

fn spec(target_burst_capacity: f64, initial_scale: i64) -> Spec {
    let settings = Settings {
        initial_scale: Some(initial_scale),
        cluster: Cluster { target_burst_capacity, ..Cluster::default() },
        ..Settings::default()
    };
    Spec::new(&settings)
}

fn target(total: f64) -> Target {
    Target { value: total, total }
}

#[test]
fn activators_cover_replicas_and_burst() {
    for (ready, total, burst, count) in [
        (0, 100.0, 200.0, 2),
        (1, 100.0, 200.0, 3),
        (100, 100.0, 0.0, 2),
        (5, 100.0, -1.0, 5),
        (15, 100.0, 200.0, 17),
        (3, 100.1, -1.0, 4),
    ] {
        let seen = activators(&spec(burst, 1), target(total), ready);
        assert_eq!(seen, count, "{ready} × {total}, {burst}");
    }
}

#[test]
fn excess_before_any_measurement_counts_on_the_initial_scale() {
    for (burst, initial, total, first) in
        [(42.0, 2, 25.0, 8), (-1.0, 2, 25.0, -1), (0.0, 2, 25.0, 0), (211.0, 1, 100.0, -111)]
    {
        assert_eq!(initial_excess(&spec(burst, initial), target(total)), first, "{burst}");
    }
}
