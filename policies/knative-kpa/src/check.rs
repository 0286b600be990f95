//! The check of settings: Knative's own ranges, each complaint with its place and remedy.

use sdk::SettingError;

use crate::settings::{Cluster, Settings};
use crate::spec::TARGET_MINIMUM;

/// Windows and delays of a revision are at most an hour.
const HOUR: f64 = 3600.0;

/// Shorter windows would miss ticks.
const SHORTEST_WINDOW: f64 = 6.0;

/// Every complaint about the settings.
pub fn check(settings: &Settings) -> Vec<SettingError> {
    let mut complaints = Complaints(Vec::new());
    check_revision(settings, &mut complaints);
    check_scales(settings, &mut complaints);
    check_cluster(&settings.cluster, &mut complaints);
    check_cluster_scales(&settings.cluster, &mut complaints);
    complaints.0
}

struct Complaints(Vec<SettingError>);

impl Complaints {
    fn unless(&mut self, fine: bool, path: &str, remedy: &str) {
        if !fine {
            self.0.push(SettingError::new(path, remedy));
        }
    }

    fn within(&mut self, value: Option<f64>, low: f64, high: f64, path: &str) {
        if let Some(value) = value.filter(|value| !(low..=high).contains(value)) {
            let range = if high == f64::MAX {
                format!("{low} or more")
            } else {
                format!("{low} to {high}")
            };
            self.0
                .push(SettingError::new(path, format!("{value} is out of range; choose {range}")));
        }
    }

    fn whole(&mut self, value: Option<f64>, path: &str) {
        let fine = value.is_none_or(|value| value.fract() == 0.0);
        self.unless(fine, path, "a span with at most second precision; choose whole seconds");
    }

    fn scale(&mut self, value: Option<i64>, path: &str) {
        let fine = value.is_none_or(|value| (0..=i64::from(i32::MAX)).contains(&value));
        self.unless(fine, path, "a number of replicas; choose one from 0 to 2147483647");
    }

    fn burst(&mut self, value: Option<f64>, path: &str) {
        let fine = value.is_none_or(|value| value >= 0.0 || value == -1.0);
        self.unless(fine, path, "a number of requests; choose 0 or more, or -1 for unlimited");
    }
}

fn check_revision(settings: &Settings, complaints: &mut Complaints) {
    complaints.unless(
        settings.target.is_none_or(|target| target >= TARGET_MINIMUM),
        "/target",
        "too small a target; choose 0.01 or more",
    );
    let percentages = [
        (settings.target_utilisation_percentage, 1.0, 100.0, "/target_utilisation_percentage"),
        (settings.panic_window_percentage, 1.0, 100.0, "/panic_window_percentage"),
        (settings.panic_threshold_percentage, 110.0, 1000.0, "/panic_threshold_percentage"),
    ];
    for (value, low, high, path) in percentages {
        complaints.within(value, low, high, path);
    }
    let retention = settings.scale_to_zero_pod_retention_period_seconds;
    let spans = [
        (settings.window_seconds, SHORTEST_WINDOW, HOUR, "/window_seconds"),
        (settings.scale_down_delay_seconds, 0.0, HOUR, "/scale_down_delay_seconds"),
        (retention, 0.0, HOUR, "/scale_to_zero_pod_retention_period_seconds"),
        (settings.progress_deadline_seconds, 0.0, f64::MAX, "/progress_deadline_seconds"),
    ];
    for (value, low, high, path) in spans {
        complaints.within(value, low, high, path);
    }
    complaints.whole(settings.window_seconds, "/window_seconds");
    complaints.whole(settings.scale_down_delay_seconds, "/scale_down_delay_seconds");
    complaints.whole(settings.progress_deadline_seconds, "/progress_deadline_seconds");
    complaints.burst(settings.target_burst_capacity, "/target_burst_capacity");
    complaints.unless(
        settings.container_concurrency.is_none_or(|limit| limit >= 0),
        "/container_concurrency",
        "a number of requests; choose 0 for unlimited, or more",
    );
}

fn check_scales(settings: &Settings, complaints: &mut Complaints) {
    let cluster = &settings.cluster;
    complaints.scale(settings.min_scale, "/min_scale");
    complaints.scale(settings.max_scale, "/max_scale");
    complaints.scale(settings.initial_scale, "/initial_scale");
    complaints.scale(settings.activation_scale, "/activation_scale");
    let minimum = settings.min_scale.unwrap_or(0);
    let maximum = settings.max_scale.filter(|&maximum| maximum > 0).unwrap_or(i64::MAX);
    complaints.unless(
        minimum <= maximum,
        "/max_scale",
        "less than min_scale; raise max_scale, lower min_scale, or choose 0 for unlimited",
    );
    if let Some(activation) = settings.activation_scale {
        complaints.unless(
            activation >= 2 && (minimum..=maximum).contains(&activation),
            "/activation_scale",
            "choose 2 or more, from min_scale to max_scale",
        );
    }
    if let Some(maximum) = settings.max_scale.filter(|_| cluster.max_scale_limit > 0) {
        complaints.unless(
            (1..=cluster.max_scale_limit).contains(&maximum),
            "/max_scale",
            "choose a number from 1 to cluster.max_scale_limit",
        );
    }
    complaints.unless(
        settings.initial_scale != Some(0) || cluster.allow_zero_initial_scale,
        "/initial_scale",
        "0 is not allowed by the cluster; choose 1 or more, or set cluster.allow_zero_initial_scale",
    );
}

fn check_cluster(cluster: &Cluster, complaints: &mut Complaints) {
    let retention = cluster.scale_to_zero_pod_retention_period_seconds;
    let stable = Some(cluster.stable_window_seconds);
    let delay = Some(cluster.scale_down_delay_seconds);
    let tick = Some(cluster.tick_interval_seconds);
    let panic = Some(cluster.panic_window_percentage);
    let rps = Some(cluster.requests_per_second_target_default);
    let activator = Some(cluster.activator_capacity);
    for (value, low, high, path) in [
        (stable, SHORTEST_WINDOW, HOUR, "/cluster/stable_window_seconds"),
        (panic, 1.0, 100.0, "/cluster/panic_window_percentage"),
        (delay, 0.0, f64::MAX, "/cluster/scale_down_delay_seconds"),
        (tick, 1.0, 60.0, "/cluster/tick_interval_seconds"),
        (rps, TARGET_MINIMUM, f64::MAX, "/cluster/requests_per_second_target_default"),
        (activator, 1.0, f64::MAX, "/cluster/activator_capacity"),
        (Some(retention), 0.0, f64::MAX, "/cluster/scale_to_zero_pod_retention_period_seconds"),
    ] {
        complaints.within(value, low, high, path);
    }
    complaints.whole(stable, "/cluster/stable_window_seconds");
    complaints.whole(delay, "/cluster/scale_down_delay_seconds");
    complaints.whole(tick, "/cluster/tick_interval_seconds");
    complaints.burst(Some(cluster.target_burst_capacity), "/cluster/target_burst_capacity");
    for (fine, path, remedy) in [
        (cluster.max_scale_up_rate > 1.0, "max_scale_up_rate", "choose more than 1"),
        (cluster.max_scale_down_rate > 1.0, "max_scale_down_rate", "choose more than 1"),
        (
            cluster.scale_to_zero_grace_period_seconds > 0.0,
            "scale_to_zero_grace_period_seconds",
            "choose more than 0 seconds",
        ),
        (
            cluster.progress_deadline_seconds > 0.0,
            "progress_deadline_seconds",
            "choose more than 0",
        ),
        (
            cluster.panic_threshold_percentage > 0.0,
            "panic_threshold_percentage",
            "choose more than 0",
        ),
        (
            cluster.utilisation() > 0.0 && cluster.utilisation() <= 1.0,
            "container_concurrency_target_percentage",
            "choose more than 0 and at most 100",
        ),
        (
            cluster.utilisation() * cluster.container_concurrency_target_default >= TARGET_MINIMUM,
            "container_concurrency_target_default",
            "its share container_concurrency_target_percentage is below 0.01; choose a larger one",
        ),
    ] {
        complaints.unless(fine, &format!("/cluster/{path}"), remedy);
    }
}

fn check_cluster_scales(cluster: &Cluster, complaints: &mut Complaints) {
    complaints.scale(Some(cluster.initial_scale), "/cluster/initial_scale");
    complaints.scale(cluster.min_scale, "/cluster/min_scale");
    complaints.scale(cluster.max_scale, "/cluster/max_scale");
    complaints.scale(Some(cluster.max_scale_limit), "/cluster/max_scale_limit");
    complaints.unless(
        cluster.initial_scale != 0 || cluster.allow_zero_initial_scale,
        "/cluster/initial_scale",
        "choose 1 or more, or set allow_zero_initial_scale",
    );
    let maximum = cluster.max_scale.unwrap_or(0);
    if cluster.max_scale_limit > 0 {
        complaints.unless(
            (1..=cluster.max_scale_limit).contains(&maximum),
            "/cluster/max_scale",
            "choose a number from 1 to max_scale_limit",
        );
    }
    complaints.unless(
        maximum <= 0 || cluster.min_scale.unwrap_or(0) <= maximum,
        "/cluster/max_scale",
        "less than min_scale; raise max_scale, lower min_scale, or choose 0 for unlimited",
    );
}

#[cfg(test)]
mod tests;
