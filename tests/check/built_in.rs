//! Built-in: what this repository builds keeps what it promises.

use assembly::built_in;
use sandbox::World;

use crate::program::Regatta;

/// Modules that want settings, with some.
const SETTINGS: &[(&str, &str)] = &[
    (
        "threshold-hpa",
        r#"{"metrics": [{"type": "Resource", "resource": {"name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": 60}}}]}"#,
    ),
    ("knative-kpa", r#"{"container_concurrency": 4}"#),
    ("q-table", r#"{"preset": "agarwal"}"#),
    ("static-replicas", r#"{"replicas": 3}"#),
    // It repeats its first column, missing or not.
    ("probe", r#"{"columns": []}"#),
];

/// Findings that are true and meant to be.
const KNOWN: &[(&str, &[&str])] = &[
    // It draws lots whether it may explore or not; that is its purpose.
    ("random", &["seed"]),
];

#[test]
fn every_built_in_keeps_what_it_promises() {
    let regatta = Regatta::new();
    for one in built_in() {
        let kind = match one.world {
            World::Policy => "policy",
            World::Reward => "reward",
        };
        let settings = SETTINGS.iter().find(|(name, _)| *name == one.name);
        let mut arguments = vec![kind, "check", one.name, "--json"];
        arguments.extend(settings.iter().flat_map(|(_, settings)| ["--settings", settings]));
        let ended = regatta.run(&arguments);
        let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let known = KNOWN.iter().find(|(name, _)| *name == one.name);
        let found: Vec<&str> = super::broken(&told).into_iter().map(|(item, _)| item).collect();
        assert_eq!(
            found,
            known.map_or(&[] as &[&str], |(_, items)| items),
            "{}: {told:#}",
            one.name
        );
        assert_eq!(told["module"]["needs_settings"], serde_json::Value::Null, "{}", one.name);
        let kept = told["conformance"].as_array().unwrap().iter();
        let skipped = kept.filter(|item| item["outcome"] == "skipped").count();
        assert_eq!(skipped, 0, "{}: {told:#}", one.name);
    }
}

#[test]
fn a_module_that_needs_settings_is_told_an_example_that_does() {
    let regatta = Regatta::new();
    let ended = regatta.run(&["policy", "check", "static-replicas"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.error().contains("needs --settings"), "{}", ended.stderr);
    let example = ended.stdout.lines().find_map(|line| line.trim().strip_prefix("--settings "));
    let Some(example) = example else { panic!("no example in {}", ended.stdout) };
    let settings = example.trim_matches('\'');
    regatta.succeed(&["policy", "check", "static-replicas", "--settings", settings]);
}
