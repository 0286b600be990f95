//! Settings: what is refused, where, and what the presets need.

use super::*;
use crate::settings::Settings;

#[track_caller]
fn check_refused(settings: &str, path: &str, message: &str) {
    let settings: Settings = serde_json::from_str(settings).unwrap();
    let complaints = QTable::check(&settings);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!(complaints[0].path, path);
    assert!(complaints[0].message.contains(message), "{}", complaints[0].message);
}

#[test]
fn names_the_place_and_the_remedy() {
    check_refused(r#"{"learning_rate": 0}"#, "/learning_rate", "above 0");
    check_refused(r#"{"learning_rate": 1.1}"#, "/learning_rate", "at most 1");
    check_refused(r#"{"discount": 1}"#, "/discount", "below 1");
    check_refused(r#"{"discount": -0.1}"#, "/discount", "at least 0");
    check_refused(r#"{"initial_value": -2e100}"#, "/initial_value", "1e100");
    check_refused(r#"{"exploration": {"start": 1.5}}"#, "/exploration/start", "from 0 to 1");
    check_refused(r#"{"exploration": {"end": 0.95}}"#, "/exploration/end", "above `start`");
    check_refused(r#"{"exploration": {"updates": 0}}"#, "/exploration/updates", "at least 1");
    check_refused(r#"{"bounds": {"replicas": {"min": 3, "max": 2}}}"#, "/bounds/replicas", "above");
    check_refused(r#"{"actions": []}"#, "/actions", "1 to 64");
    check_refused(r#"{"actions": [{}, {"replicas": 0}]}"#, "/actions/1", "same change as action 0");
    let column = |edges: &str| format!(r#"{{"columns": [{{"column": "x", "edges": {edges}}}]}}"#);
    check_refused(&column("[1, 1]"), "/columns/0/edges/1", "above the edge before");
    check_refused(&column("[2, 1, 3]"), "/columns/0/edges/1", "above the edge before");
    let twice = r#"{"columns": [{"column": "x", "edges": []}, {"column": "x", "edges": [1]}]}"#;
    check_refused(twice, "/columns/1/column", "twice");
}

#[test]
fn a_table_that_is_too_large_is_refused_with_its_size() {
    let edges: Vec<u32> = (0..98).collect();
    let columns: Vec<_> =
        (0..3).map(|n| serde_json::json!({"column": format!("x{n}"), "edges": edges})).collect();
    let settings = serde_json::json!({ "columns": columns }).to_string();
    check_refused(&settings, "/columns", "3000000 cells");
}

#[track_caller]
fn check_preset(settings: &str, columns: &[&str]) {
    assert_eq!(policy(settings).needs().columns, columns);
}

#[test]
fn presets_need_their_columns() {
    let cpu = "cpu_utilisation_ratio_mean";
    let [desired, min, max] = ["replicas_desired", "replicas_min", "replicas_max"];
    check_preset("{}", &["replicas_ready", cpu, desired, min, max]);
    check_preset(r#"{"preset": "agarwal"}"#, &["replicas_ready", cpu, desired, min, max]);
    let memory = "memory_utilisation_ratio_mean";
    let schuler = ["concurrency_limit", desired, cpu, memory, min, max];
    check_preset(r#"{"preset": "schuler"}"#, &schuler);
    check_preset(r#"{"columns": []}"#, &[desired, min, max]);
    assert_eq!(policy(r#"{"period_milliseconds": 1000}"#).needs().period_milliseconds, 1000);
}

#[test]
fn agarwal_never_scales_to_zero_and_schuler_may() {
    for (preset, replicas) in [("agarwal", None), ("schuler", Some(0.0))] {
        let exploration = r#""exploration": {"start": 1, "end": 1}"#;
        let mut policy = policy(&format!(r#"{{"preset": "{preset}", {exploration}}}"#));
        let columns = policy.needs().columns;
        let row: Vec<_> = columns
            .iter()
            .map(|name| match name.as_str() {
                "replicas_min" => 0.0,
                "replicas_max" => 1.0,
                _ => 1.0,
            })
            .collect();
        let answers: Vec<_> = (0..50)
            .map(|tick| policy.decide(&batch(tick, true, &[(1, row.clone())])).unwrap())
            .map(|advice| advice.recommendations[0].replicas)
            .collect();
        assert_eq!(answers.contains(&Some(0.0)), replicas == Some(0.0), "{preset}");
    }
}

#[track_caller]
fn check_rate(decay: &str, updates: u64, rate: f64) {
    let settings = format!(
        r#"{{"exploration": {{"start": 0.9, "end": 0.1, "decay": "{decay}", "updates": 100}}}}"#
    );
    let found = policy(&settings).settings.exploration.rate(updates);
    assert!((found - rate).abs() < 1e-12, "{decay} after {updates}: {found}");
}

#[test]
fn exploration_falls_as_described() {
    check_rate("linear", 0, 0.9);
    check_rate("linear", 25, 0.7);
    check_rate("linear", 100, 0.1);
    check_rate("linear", 5_000, 0.1);
    check_rate("exponential", 0, 0.9);
    check_rate("exponential", 100, 0.1 + 0.8 / std::f64::consts::E);
    check_rate("exponential", 100_000, 0.1);
}
