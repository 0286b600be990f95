//! Calibration: functions measured on this machine, and the simulator told of them.

use serde_json::Value;

use crate::program::{Ended, Regatta};

/// A function that waits for 30 ms and one that computes for some milliseconds.
const RACE: &str = "
name: measured
seeds: 1
cluster:
  tick_seconds: 0.5
  duration_seconds: 6
  warm_up_seconds: 1
  nodes: [{ cores: 2, memory_mib: 8192 }]
  metrics: { scrape_interval_seconds: 0.5, window_seconds: 1 }
workloads:
  - name: waits
    bounds: { replicas_min: 1, replicas_max: 2 }
    arrivals: { kind: poisson, rate_per_second: 20 }
    service: { kind: deterministic, seconds: 7 }
    concurrency: 8
    cpu: { request_millicores: 100, limit_millicores: 500 }
    memory: { limit_mib: 64, base_mib: 50 }
processes:
  functions: { waits: { function: sleep, input: '30' } }
policies: [{ name: static-1, module: static-replicas, settings: { replicas: 1 } }]
rewards: [{ module: balanced }]
";

/// As little as is measured at all.
const SHORT: [&str; 8] =
    ["--limits", "300,none", "--callers", "1,4", "--seconds", "0.5", "--starts", "2"];

fn functions_are_built() -> bool {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_regatta"));
    let built = program.with_file_name("regatta-function").exists();
    if !built {
        println!("skipped: regatta-function is not there; `make functions` builds it");
    }
    built
}

fn calibrate(regatta: &Regatta, more: &[&str]) -> Ended {
    let beginning = ["calibrate", "race.yaml", "--profile", "here.json"];
    regatta.run(&[&beginning, &SHORT[..], more].concat())
}

#[test]
fn a_profile_makes_the_simulator_take_as_long_as_the_function() {
    if !functions_are_built() {
        return;
    }
    let regatta = Regatta::new();
    regatta.write("race.yaml", RACE);
    let ended = calibrate(&regatta, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("waits") && ended.stdout.contains("300 m"), "{}", ended.stdout);
    let measured = &regatta.json("here.json")["workloads"]["waits"]["measured"];
    assert_eq!(measured["cells"].as_array().unwrap().len(), 4);
    let p50 = |profile: &[&str]| {
        let ended =
            regatta.run(&[&["race", "race.yaml", "--out", "out", "--json"], profile].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let results: Value = serde_json::from_str(&ended.stdout).unwrap();
        results["cells"][0]["overall"]["latency"]["seconds_p50"].as_f64().unwrap()
    };
    let assumed = p50(&[]);
    assert!(assumed > 1.0, "{assumed}");
    let told = p50(&["--profile", "here.json"]);
    assert!((0.029..0.040).contains(&told), "{told}");
}

#[test]
fn what_is_simulated_is_held_against_what_is_measured() {
    if !functions_are_built() {
        return;
    }
    let regatta = Regatta::new();
    regatta.write("race.yaml", RACE);
    assert_eq!(calibrate(&regatta, &[]).code, Some(0));
    let ended =
        regatta.run(&["calibrate", "race.yaml", "--profile", "here.json", "--verify", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let agreement: Value = serde_json::from_str(&ended.stdout).unwrap();
    let quantities = agreement["workloads"][0]["quantities"].as_array().unwrap();
    let of = |name: &str| quantities.iter().find(|of| of["name"] == name).unwrap();
    // The same arrivals on both, and a request takes what it was measured to take.
    // One may be under way at the end.
    assert!(of("requests not served")["real"].as_f64().unwrap() <= 2.0, "{agreement:#}");
    let requests = of("requests");
    assert!(
        (requests["real"].as_f64().unwrap() - requests["simulated"].as_f64().unwrap()).abs() <= 2.0
    );
    let error = of("latency p50, ms")["error_ratio"].as_f64().unwrap();
    assert!(error.abs() < 0.2, "{agreement:#}");
    assert_eq!(agreement["workloads"][0]["replicas_apart"], 0.0);
}

#[test]
fn what_cannot_be_measured_is_told_and_leaves_no_profile() {
    if !functions_are_built() {
        return;
    }
    let check = |race: String, more: &[&str], code: i32, words: &[&str]| {
        let regatta = Regatta::new();
        regatta.write("race.yaml", race);
        let ended = calibrate(&regatta, more);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "`{word}` is missing in: {}", ended.stderr);
        }
        assert!(!regatta.path("here.json").exists());
    };
    let with = |from: &str, to: &str| RACE.replace(from, to);
    check(with("function: sleep", "function: nonsense"), &[], 1, &["waits", "status 2"]);
    check(with("input: '30'", "input: nonsense"), &[], 1, &["waits", "failed"]);
    check(RACE.to_owned(), &["--workload", "others"], 3, &["others", "race.yaml"]);
    let regatta = Regatta::new();
    regatta.write("race.yaml", RACE);
    let ended = regatta.run(&["calibrate", "race.yaml"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("names no `profile`"), "{}", ended.stderr);
}
