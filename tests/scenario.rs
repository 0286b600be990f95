//! Scenarios: lines that are put to one component, answered as computed by hand.

use serde_json::{Value, json};

use crate::program::Regatta;

const HPA_30: &str = r#"{"metrics": [{"type": "Resource", "resource": {"name": "cpu",
    "target": {"type": "Utilization", "averageUtilization": 30}}}]}"#;
const HPA_50: &str = r#"{"metrics": [{"type": "Resource", "resource": {"name": "cpu",
    "target": {"type": "Utilization", "averageUtilization": 50}}}]}"#;

/// A line in which `web` has a pod for each CPU usage in millicores; 0 is a pod without a sample.
/// Every pod requests a core and has been ready for long.
fn pods_line(now_seconds: i64, usage: &[u32]) -> Value {
    let pod = |&millicores: &u32| {
        let mut pod = json!({
            "phase": "Running", "deleting": false, "started_seconds": -10_000,
            "ready": {"ready": true, "changed_seconds": -9_990}, "requests": {},
            "containers": [{"name": "app", "restartable_init": false, "requests": {"cpu": "1"},
                "usage": {}}],
        });
        if millicores > 0 {
            pod["containers"][0]["usage"] = json!({"cpu": format!("{millicores}m")});
            pod["sampled"] = json!({"taken_seconds": now_seconds - 5, "window_seconds": 30});
        }
        pod
    };
    let pods: Vec<Value> = usage.iter().map(pod).collect();
    json!({"now_seconds": now_seconds, "observations": [{"workload": "web",
        "replicas_desired": usage.len(), "replicas_current": usage.len(),
        "replicas_min": 1, "replicas_max": 10, "pods": pods}]})
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Calls a policy in a folder and gives the lines that it answers.
#[track_caller]
fn call(
    regatta: &Regatta,
    policy: &str,
    settings: &str,
    lines: &[Value],
    more: &[&str],
) -> Vec<Value> {
    regatta.write("lines.jsonl", text(lines));
    let arguments = ["policy", "call", policy, "lines.jsonl", "--settings", settings];
    let printed = regatta.succeed(&[&arguments[..], more].concat());
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn replicas(line: &Value) -> u64 {
    line["decisions"][0]["replicas"].as_u64().unwrap_or_else(|| panic!("{line}"))
}

#[test]
fn the_threshold_policy_follows_its_formula() {
    // Each line is a workload of its own, so that none remembers another.
    let check = |settings: &str, cases: &[(&[u32], u64)]| {
        let line = |(place, (usage, _)): (usize, &(&[u32], u64))| {
            let mut line = pods_line(0, usage);
            line["observations"][0]["workload"] = place.into();
            line
        };
        let lines: Vec<Value> = cases.iter().enumerate().map(line).collect();
        let answered = call(&Regatta::new(), "threshold-hpa", settings, &lines, &[]);
        assert_eq!(answered.len(), cases.len());
        for (answer, (usage, expected)) in answered.iter().zip(cases) {
            assert_eq!(replicas(answer), *expected, "{usage:?}");
        }
    };
    let thirty: &[(&[u32], u64)] = &[
        // 500m on average at a target of 300m: 3 × 5 / 3.
        (&[300, 500, 700], 5),
        // Three times the target asks for twelve of four; one step adds four or doubles.
        (&[900; 4], 8),
        // Fifteen of nine are asked for; ten are the bound.
        (&[500; 9], 10),
    ];
    check(HPA_30, thirty);
    let fifty: &[(&[u32], u64)] = &[
        // 52 % at a target of 50 % is within the tolerance.
        (&[520, 520], 2),
        // Twice the target asks for six of three; a pod without a sample counts as idle when
        // growing: 2000m / 3 is 66 %, and 66 / 50 × 3 is 3.96.
        (&[1000, 1000, 0], 4),
        // A fifth of the target asks for one of three; without a sample it counts as fully used
        // when shrinking: 1200m / 3 is 40 %, and 40 / 50 × 3 is 2.4.
        (&[100, 100, 0], 3),
    ];
    check(HPA_50, fifty);
}

#[test]
fn an_initial_snapshot_stabilises_until_it_is_too_old() {
    let regatta = Regatta::new();
    let remembered = json!({"version": 1, "workloads": [{"workload": 0, "recommendations":
        [{"replicas": 5, "age_seconds": 60}], "now_nanoseconds": 0}]});
    regatta.write("before.json", remembered.to_string());
    // Five pods at 200m and a target of 500m ask for two, which the five of a minute ago holds off
    // until they are older than five minutes.
    let lines = [0, 225, 255].map(|now| pods_line(now, &[200; 5]));
    let with = ["--snapshot", "before.json"];
    let answered = call(&regatta, "threshold-hpa", HPA_50, &lines, &with);
    assert_eq!(answered.iter().map(replicas).collect::<Vec<_>>(), [5, 5, 2]);
    assert_eq!(answered[0]["decisions"][0]["reason"], "scale-down-stabilized");
}

/// A line every two seconds, with a bucket for each of the two seconds.
fn load_line(now_seconds: i64, concurrency: f64) -> Value {
    let buckets = [2, 1].map(|ago| {
        json!({"start_seconds": now_seconds - ago, "concurrency": concurrency,
            "arrival_rate_per_second": 0})
    });
    json!({"now_seconds": now_seconds, "observations": [{"workload": "web", "replicas_ready": 10,
        "replicas_min": 1, "replicas_max": 100, "buckets": buckets}]})
}

/// A minute at ten requests, six seconds at a hundred, then ten again.
fn burst() -> Vec<Value> {
    let concurrency = |from| if (60..66).contains(&from) { 100.0 } else { 10.0 };
    (0..75).map(|line| 2 * line).map(|from| load_line(from + 2, concurrency(from))).collect()
}

const KPA: &str = r#"{"target": 1, "target_utilisation_percentage": 100}"#;

#[test]
fn the_knative_policy_panics_and_calms_down() {
    let answered = call(&Regatta::new(), "knative-kpa", KPA, &burst(), &[]);
    for line in &answered {
        // Ten ready replicas and a target of one request each. The panic window of six seconds
        // holds two, four, then six seconds of the burst, and the largest count stays until a
        // minute after the panic window was last at twice the ready replicas, at 70 s.
        let (expected, reason) = match line["now_seconds"].as_i64().unwrap() {
            ..=60 => (10, "panicking"),
            62 => (40, "panicking"),
            64 => (70, "panicking"),
            66..=130 => (100, "panicking"),
            _ => (10, "stable"),
        };
        assert_eq!(replicas(line), expected, "{line}");
        assert_eq!(line["decisions"][0]["reason"], reason, "{line}");
    }
    // The default burst capacity of 211 less what ten replicas of one request each have to spare.
    assert_eq!(answered[10]["decisions"][0]["buffer_requests"], -211.0);
}

/// The answers of one run are those of two, the second with what the first remembered.
#[track_caller]
fn check_resumes(policy: &str, settings: &str, lines: &[Value], at: usize) {
    let regatta = Regatta::new();
    let numbered: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(tick, line)| {
            let mut line = line.clone();
            line["tick"] = tick.into();
            line
        })
        .collect();
    let whole = call(&regatta, policy, settings, &numbered, &["--explore"]);
    let (first, second) = numbered.split_at(at);
    let out = ["--explore", "--snapshot-out", "state"];
    let mut parts = call(&regatta, policy, settings, first, &out);
    let forgetful = call(&regatta, policy, settings, second, &["--explore"]);
    parts.extend(call(&regatta, policy, settings, second, &["--explore", "--snapshot", "state"]));
    assert_eq!(parts, whole, "{policy}");
    assert_ne!(forgetful, whole[at..], "{policy}: its state makes a difference");
}

#[test]
fn a_run_resumed_from_a_snapshot_decides_as_one_run() {
    let hpa: Vec<_> = [(0, 900), (15, 900), (30, 100), (45, 100), (60, 100)]
        .map(|(now, usage)| pods_line(now, &[usage; 3]))
        .into();
    check_resumes("threshold-hpa", HPA_50, &hpa, 2);
    check_resumes("knative-kpa", KPA, &burst(), 35);
    let learns = |now: i64| {
        let columns = |utilisation: f64| {
            json!({"replicas_desired": 2, "replicas_ready": 2, "replicas_min": 1,
                "replicas_max": 10, "cpu_utilisation_ratio_mean": utilisation})
        };
        let mut seen = columns(0.9);
        seen["workload"] = "web".into();
        json!({"now_seconds": now, "explain": true, "observations": [seen], "learn": [{"workload": "web",
            "before": columns(0.9), "after": columns(0.7), "action": {"replicas_after": 3},
            "reward": 0.5, "ending": "running"}]})
    };
    let lines: Vec<_> = (0..10).map(|tick| learns(15 * tick)).collect();
    check_resumes("q-table", "{}", &lines, 5);
}

#[test]
fn rewards_are_called_like_policies() {
    let regatta = Regatta::new();
    let line = |utilisation: f64, slo: f64, replicas_after: u32, illegal: bool| {
        json!({"now_seconds": 0, "transitions": [{"workload": "web",
            "before": {"replicas_desired": 2},
            "after": {"cpu_utilisation_ratio_mean": utilisation, "slo_preservation_ratio": slo,
                "replicas_ready": 2},
            "action": {"replicas_after": replicas_after, "illegal": illegal}}]})
    };
    // 0.3 × 0.5 + 0.7 × 0.8; more than full use is full; one up; one down reverses it; illegal.
    let cases = [
        (line(0.5, 0.8, 2, false), 0.71),
        (line(1.4, 1.0, 2, false), 1.0),
        (line(0.5, 1.0, 3, false), 0.85),
        (line(0.5, 1.0, 1, false), -0.15),
        (line(0.5, 1.0, 2, true), -1.0),
    ];
    let lines: Vec<Value> = cases.iter().map(|(line, _)| line.clone()).collect();
    regatta.write("lines.jsonl", text(&lines));
    let printed = regatta.succeed(&["reward", "call", "balanced", "lines.jsonl"]);
    for ((line, expected), answer) in cases.iter().zip(printed.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let reward = answer["rewards"][0]["reward"].as_f64().unwrap_or_else(|| panic!("{answer}"));
        assert!((reward - expected).abs() < 1e-12, "{reward}, expected {expected}: {line}");
    }
    assert_eq!(printed.lines().count(), cases.len());
}

#[test]
fn inspect_tells_of_a_built_in_what_modules_lists() {
    let regatta = Regatta::new();
    let listed: Value = serde_json::from_str(&regatta.succeed(&["modules", "--json"])).unwrap();
    let cases = [("policy", "policies", "q-table"), ("reward", "rewards", "scarlet")];
    for (world, list, name) in cases {
        let listed = listed[list].as_array().unwrap();
        let module = listed.iter().find(|module| module["name"] == name).unwrap();
        let printed = regatta.succeed(&[world, "inspect", name, "--json"]);
        let told: Value = serde_json::from_str(&printed).unwrap();
        for key in ["name", "version", "stateful", "size_bytes"] {
            assert_eq!(told[key], module[key], "{key} of {name}");
        }
        assert_eq!(told["sha256"].as_str().unwrap().len(), 64, "{name}");
        assert_eq!(told["settings_schema"]["type"], "object", "{name}");
    }
}
