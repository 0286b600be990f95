//! Bad input: one error that names place, cause and remedy, and nothing written.

use std::fs;

use crate::program::{Ended, Regatta, replaced};
use crate::race::SMALL;

/// What earlier results hold.
const EARLIER: &str = "{\"earlier\": true}\n";

/// Runs what must go wrong into a folder with earlier results, which stay as they are.
#[track_caller]
fn refused(regatta: &Regatta, arguments: &[&str], code: i32, words: &[&str]) {
    fs::create_dir_all(regatta.path("out")).unwrap();
    regatta.write("out/results.json", EARLIER);
    let ended = regatta.run(&[arguments, &["--out", "out"]].concat());
    told(&ended, code, words);
    assert_eq!(regatta.files("out"), [regatta.path("out/results.json")], "{words:?}");
    assert_eq!(regatta.read("out/results.json"), EARLIER.as_bytes(), "{words:?}");
}

/// The exit code, and what the one error says.
#[track_caller]
fn told(ended: &Ended, code: i32, words: &[&str]) {
    let error = ended.error();
    assert_eq!(ended.code, Some(code), "{error}");
    assert_eq!(ended.stdout, "", "{error}");
    for word in words {
        assert!(error.contains(word), "`{word}` in {error}");
    }
}

/// A race file in which something is replaced.
#[track_caller]
fn check(old: &str, new: &str, code: i32, words: &[&str]) {
    let regatta = Regatta::new();
    regatta.write("race.yaml", replaced(SMALL, &[(old, new)]));
    regatta.write("noise.wasm", b"\x7fELF and so on");
    regatta.write("core.wasm", wat::parse_str("(module)").unwrap());
    refused(&regatta, &["race", "race.yaml"], code, &[&["race.yaml"], words].concat());
}

#[test]
fn what_is_no_yaml_or_of_another_shape_is_named_with_its_line() {
    check("seeds: 2", "seeds: [2", 3, &["race.yaml:"]);
    check("name: small", "\tname: small", 3, &["race.yaml:1:"]);
    check("concurrency: 4", "concurency: 4", 3, &["race.yaml:13:", "concurency", "concurrency"]);
    check("warm_up_seconds: 10", "warm_up_seconds: soon", 3, &["race.yaml:5:", "warm_up_seconds"]);
    check("seeds: 2", "seeds: -2", 3, &["race.yaml:2:", "how many seeds"]);
    check("replicas_min: 1", "replicas_min: -1", 3, &["race.yaml:9:", "replicas_min"]);
    check("replicas_min: 1", "replicas_min: 1.5", 3, &["race.yaml:9:", "replicas_min"]);
    check("kind: poisson", "kind: fish", 3, &["race.yaml:11:", "fish", "poisson"]);
    check("name: small\n", "", 3, &["name"]);
}

#[test]
fn numbers_that_make_no_sense_are_named_with_their_field() {
    check("seeds: 2", "seeds: 0", 3, &["seeds", "at least one seed"]);
    check("seeds: 2", "seeds: [1, 1]", 3, &["seeds", "only once"]);
    check(
        "replicas_min: 1,",
        "replicas_min: 11,",
        3,
        &["workloads[0].bounds", "replicas_min", "replicas_max"],
    );
    check(
        "rate_per_second: 20",
        "rate_per_second: -20",
        3,
        &["workloads[0].arrivals", "rate_per_second"],
    );
    check("mean_seconds: 0.1", "mean_seconds: .nan", 3, &["race.yaml:12:", "mean_seconds"]);
    check("duration_seconds: 120", "duration_seconds: 0", 3, &["duration_seconds"]);
    let rails = "guard_rails: { step_up: 0 }\nfallback:";
    check("fallback:", rails, 3, &["guard_rails.step_up", "leave it out"]);
    let rails = "guard_rails: { stale_after_seconds: -1 }\nfallback:";
    check("fallback:", rails, 3, &["guard_rails.stale_after_seconds", "0 or more"]);
}

#[test]
fn policies_and_rewards_must_be_there_and_have_names_of_their_own() {
    check("{ module: hold }", "{ name: two, module: hold }", 3, &["`two`", "rename one"]);
    let policies = &SMALL[SMALL.find("policies:").unwrap()..SMALL.find("fallback:").unwrap()];
    check(policies, "policies: []\n", 3, &["policies"]);
    check("rewards:\n  - { module: balanced }", "rewards: []", 3, &["rewards"]);
    check("fallback:", "reference: nobody\nfallback:", 3, &["reference", "nobody", "hold"]);
    let period = "{ module: hold, period_seconds: 0.7 }";
    check("{ module: hold }", period, 3, &["hold", "700ms", "tick"]);
}

#[test]
fn modules_that_are_not_there_or_are_none_are_named_with_their_entry() {
    check("module: hold", "module: holt", 3, &["policies[1]", "`holt`", "`hold`"]);
    check("module: balanced", "module: balance", 3, &["rewards[0]", "`balance`", "`balanced`"]);
    check("module: hold", "module: ./none.wasm", 5, &["policies[1]", "none.wasm"]);
    check("module: hold", "module: noise.wasm", 4, &["policies[1]", "not a WebAssembly component"]);
    check("module: hold", "module: core.wasm", 4, &["policies[1]", "no component of ours"]);
    check("module: step-threshold", "module: balanced", 3, &["fallback", "balanced"]);
}

#[test]
fn settings_against_the_schema_are_named_with_their_path() {
    check("replicas: 2 }", "replicas: many }", 3, &["policies[0]", "/replicas"]);
    check("replicas: 2 }", "replica: 2 }", 3, &["policies[0]", "replica"]);
    let settings = "{ module: balanced, settings: { slo_weight: -1 } }";
    check("{ module: balanced }", settings, 3, &["rewards[0]", "/slo_weight"]);
}

#[test]
fn scarlet_files_are_checked_like_others() {
    let check = |benchmark: &str, words: &[&str]| {
        let regatta = Regatta::new();
        let text = format!("{{\"benchmarks\": [{{\"name\": \"f\", {benchmark}}}]}}");
        regatta.write("scarlet.json", text);
        refused(
            &regatta,
            &["race", "scarlet.json"],
            3,
            &[&["scarlet.json", "benchmarks[0]"], words].concat(),
        );
    };
    let lat = "sla.lat";
    check("\"throughput_target\": 6, \"sla\": {\"lat\": [0, -5, 0, 0]}", &[lat, "microseconds"]);
    check("\"throughput_target\": 6, \"sla\": {\"lat\": [0, 0, 0, 0, 9]}", &[lat, "up to four"]);
    check(
        "\"throughput_target\": 6, \"sla\": {\"lat\": [0, \"slow\"]}",
        &["scarlet.json:1:", "lat"],
    );
    check("\"throughput_target\": 0", &["throughput_target", "0 requests per second"]);
    check("\"sla\": {\"lat\": []}", &["throughput_target", "missing"]);
}

#[test]
fn the_command_line_is_checked() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    for arguments in [&["race"][..], &["race", "race.yaml", "--seeds", "0"], &["rase"]] {
        let ended = regatta.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    }
    told(&regatta.run(&["race", "none.yaml"]), 5, &["none.yaml", "No such file"]);
    told(&regatta.run(&["policy", "call", "hold", "none.jsonl"]), 5, &["none.jsonl"]);
    let call = ["policy", "call", "static-replicas", "--settings", "{replicas}"];
    told(&regatta.run(&call), 3, &["--settings", "no JSON"]);
    assert!(regatta.files(".").len() == 1, "nothing is written");
}
