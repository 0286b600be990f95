//! The cases of Knative's `annotation_validation_test.go` and `config_test.go`.

use super::*;

/// Checks JSON settings and compares the places of the complaints.
fn check_paths(rows: &[(&str, &[&str])]) {
    for &(text, paths) in rows {
        let settings: Settings = ::settings::parse(text).expect(text);
        let complaints = check(&settings);
        let seen: Vec<_> = complaints.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(seen, paths, "{text}");
        assert!(
            complaints
                .iter()
                .all(|error| error.message.contains("choose") || error.message.contains("raise"))
        );
    }
}

#[test]
fn bounds_the_scales_of_a_revision() {
    check_paths(&[
        ("{}", &[]),
        (r#"{"min_scale": 0}"#, &[]),
        (r#"{"max_scale": 0}"#, &[]),
        (r#"{"min_scale": -1}"#, &["/min_scale"]),
        (r#"{"max_scale": 2147483648}"#, &["/max_scale"]),
        (r#"{"max_scale": -1}"#, &["/max_scale"]),
        (r#"{"min_scale": 5}"#, &[]),
        (r#"{"min_scale": 2, "max_scale": 5}"#, &[]),
        (r#"{"min_scale": 5, "max_scale": 2}"#, &["/max_scale"]),
        (r#"{"min_scale": 0, "max_scale": 0}"#, &[]),
        (
            r#"{"max_scale": 11, "cluster": {"max_scale_limit": 10, "max_scale": 1}}"#,
            &["/max_scale"],
        ),
        (
            r#"{"max_scale": 0, "cluster": {"max_scale_limit": 10, "max_scale": 1}}"#,
            &["/max_scale"],
        ),
        (r#"{"max_scale": 9, "cluster": {"max_scale_limit": 10, "max_scale": 1}}"#, &[]),
        (r#"{"min_scale": 1, "activation_scale": 2, "max_scale": 3}"#, &[]),
        (r#"{"min_scale": 3, "activation_scale": 2}"#, &["/activation_scale"]),
        (r#"{"max_scale": 1, "activation_scale": 2}"#, &["/activation_scale"]),
        (r#"{"activation_scale": 1}"#, &["/activation_scale"]),
        (r#"{"initial_scale": 0}"#, &["/initial_scale"]),
        (r#"{"initial_scale": 0, "cluster": {"allow_zero_initial_scale": true}}"#, &[]),
        (r#"{"initial_scale": 2}"#, &[]),
        (r#"{"initial_scale": -1}"#, &["/initial_scale"]),
    ]);
}

#[test]
fn bounds_the_numbers_of_a_revision() {
    check_paths(&[
        (r#"{"panic_window_percentage": -1}"#, &["/panic_window_percentage"]),
        (r#"{"panic_window_percentage": 202}"#, &["/panic_window_percentage"]),
        (r#"{"panic_threshold_percentage": 210}"#, &[]),
        (r#"{"panic_threshold_percentage": 109}"#, &["/panic_threshold_percentage"]),
        (r#"{"panic_threshold_percentage": 10009}"#, &["/panic_threshold_percentage"]),
        (r#"{"target": -11}"#, &["/target"]),
        (r#"{"target": 0}"#, &["/target"]),
        (r#"{"target": 0.01}"#, &[]),
        (r#"{"target": 11}"#, &[]),
        (r#"{"target_burst_capacity": -11}"#, &["/target_burst_capacity"]),
        (r#"{"target_burst_capacity": 0}"#, &[]),
        (r#"{"target_burst_capacity": 19870709}"#, &[]),
        (r#"{"target_burst_capacity": -1}"#, &[]),
        (r#"{"target_utilisation_percentage": 0}"#, &["/target_utilisation_percentage"]),
        (r#"{"target_utilisation_percentage": 101}"#, &["/target_utilisation_percentage"]),
        (r#"{"window_seconds": 1}"#, &["/window_seconds"]),
        (r#"{"window_seconds": 7}"#, &[]),
        (r#"{"window_seconds": 1314000}"#, &["/window_seconds"]),
        (r#"{"window_seconds": 69.082}"#, &["/window_seconds"]),
        (r#"{"scale_to_zero_pod_retention_period_seconds": 0}"#, &[]),
        (r#"{"scale_to_zero_pod_retention_period_seconds": 1291}"#, &[]),
        (
            r#"{"scale_to_zero_pod_retention_period_seconds": 18660}"#,
            &["/scale_to_zero_pod_retention_period_seconds"],
        ),
        (
            r#"{"scale_to_zero_pod_retention_period_seconds": -42}"#,
            &["/scale_to_zero_pod_retention_period_seconds"],
        ),
        (r#"{"scale_down_delay_seconds": 0}"#, &[]),
        (r#"{"scale_down_delay_seconds": 1291}"#, &[]),
        (r#"{"scale_down_delay_seconds": 18660}"#, &["/scale_down_delay_seconds"]),
        (r#"{"scale_down_delay_seconds": 42.5}"#, &["/scale_down_delay_seconds"]),
        (r#"{"scale_down_delay_seconds": -42}"#, &["/scale_down_delay_seconds"]),
        (r#"{"progress_deadline_seconds": 5}"#, &[]),
        (r#"{"progress_deadline_seconds": 5.5}"#, &["/progress_deadline_seconds"]),
        (r#"{"container_concurrency": -1}"#, &["/container_concurrency"]),
        (
            r#"{"panic_threshold_percentage": 125, "panic_window_percentage": 75, "min_scale": 5,
                "max_scale": 8, "window_seconds": 1984}"#,
            &[],
        ),
        (
            r#"{"panic_threshold_percentage": 50, "panic_window_percentage": -11, "min_scale": -4}"#,
            &["/panic_window_percentage", "/panic_threshold_percentage", "/min_scale"],
        ),
    ]);
}

#[test]
fn bounds_the_cluster() {
    for (key, value, fine) in [
        ("max_scale_up_rate", "1.001", true),
        ("max_scale_up_rate", "1", false),
        ("max_scale_down_rate", "3", true),
        ("max_scale_down_rate", "1", false),
        ("max_scale_down_rate", "-55", false),
        ("container_concurrency_target_percentage", "0.5", true),
        ("container_concurrency_target_percentage", "55", true),
        ("container_concurrency_target_percentage", "142.4", false),
        ("container_concurrency_target_default", "10.5", true),
        ("container_concurrency_target_default", "0.001", false),
        ("requests_per_second_target_default", "10.11", true),
        ("requests_per_second_target_default", "-5.25", false),
        ("target_burst_capacity", "12345", true),
        ("target_burst_capacity", "-1", true),
        ("target_burst_capacity", "-11", false),
        ("activator_capacity", "1", true),
        ("activator_capacity", "0.95", false),
        ("stable_window_seconds", "300", true),
        ("stable_window_seconds", "3601", false),
        ("stable_window_seconds", "1", false),
        ("stable_window_seconds", "61.984", false),
        ("panic_window_percentage", "0.1", false),
        ("panic_window_percentage", "110", false),
        ("panic_threshold_percentage", "10000", true),
        ("scale_down_delay_seconds", "900", true),
        ("scale_down_delay_seconds", "-83", false),
        ("scale_down_delay_seconds", "61.984", false),
        ("scale_to_zero_grace_period_seconds", "33", true),
        ("scale_to_zero_grace_period_seconds", "0", false),
        ("scale_to_zero_pod_retention_period_seconds", "123", true),
        ("scale_to_zero_pod_retention_period_seconds", "-251", false),
        ("progress_deadline_seconds", "0", false),
        ("tick_interval_seconds", "0.5", false),
        ("initial_scale", "0", false),
        ("initial_scale", "-1", false),
        ("min_scale", "4", true),
        ("max_scale", "10", true),
        ("max_scale", "-1", false),
        ("max_scale_limit", "-9", false),
    ] {
        let path = format!("/cluster/{key}");
        let settings: Settings =
            ::settings::parse(&format!(r#"{{"cluster": {{"{key}": {value}}}}}"#)).expect(key);
        let complaints = check(&settings);
        assert_eq!(complaints.is_empty(), fine, "{key} = {value}: {complaints:?}");
        assert!(complaints.iter().all(|error| error.path == path), "{key}: {complaints:?}");
    }
}

#[test]
fn bounds_the_scales_of_the_cluster_against_each_other() {
    check_paths(&[
        (r#"{"cluster": {"max_scale": 10, "max_scale_limit": 9}}"#, &["/cluster/max_scale"]),
        (r#"{"cluster": {"max_scale": 0, "max_scale_limit": 11}}"#, &["/cluster/max_scale"]),
        (r#"{"cluster": {"max_scale": 10, "max_scale_limit": 11}}"#, &[]),
        (r#"{"cluster": {"min_scale": 4, "max_scale": 3}}"#, &["/cluster/max_scale"]),
        (r#"{"cluster": {"allow_zero_initial_scale": true, "initial_scale": 0}}"#, &[]),
    ]);
}

#[test]
fn refuses_what_is_no_setting_with_its_place() {
    for (text, path) in [
        (r#"{"metric": "cpu"}"#, "/metric"),
        (
            r#"{"metric_aggregation_algorithm": "random-selection"}"#,
            "/metric_aggregation_algorithm",
        ),
        (r#"{"window_seconds": "a minute"}"#, "/window_seconds"),
        (r#"{"cluster": {"max_scale_up_rate": "fast"}}"#, "/cluster/max_scale_up_rate"),
    ] {
        assert_eq!(::settings::parse::<Settings>(text).unwrap_err().path, path);
    }
    for text in [
        r#"{"metric_aggregation_algorithm": "weightedExponential", "metric": "rps"}"#,
        r#"{"metric_aggregation_algorithm": "weighted-exponential", "metric": "concurrency"}"#,
    ] {
        assert!(::settings::parse::<Settings>(text).is_ok(), "{text}");
    }
}
