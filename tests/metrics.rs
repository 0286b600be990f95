//! What Prometheus is told of modules.

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use sandbox::{Limits, Metrics, ModuleLabels, Panel, TickBudget};
use serde_json::json;

use crate::scene::{batch, limits, modules, tick};

fn labels(module: &str) -> ModuleLabels {
    ModuleLabels { tenant: "acme".to_owned(), module: module.to_owned() }
}

fn text(registry: &Registry) -> String {
    let mut text = String::new();
    encode(&mut text, registry).unwrap();
    text
}

/// The value of a series of `acme`'s.
fn value(text: &str, metric: &str, module: &str, more: &str) -> Option<f64> {
    let series = format!("regatta_module_{metric}{{tenant=\"acme\",module=\"{module}\"{more}}} ");
    text.lines().find_map(|line| line.strip_prefix(&series)?.parse().ok())
}

#[test]
fn every_number_of_a_module_is_told_and_goes_away_with_it() {
    let mut registry = Registry::default();
    let metrics = Metrics::register(&mut registry);
    let discipline = Some(sandbox::Discipline { failures_to_quarantine: 1, ..Default::default() });
    let (sandbox, modules) = modules(Limits { discipline, ..limits() });
    let probe = |how| {
        let settings = json!({"misbehave": how, "above": 3.5}).to_string();
        modules.policy("probe").unwrap().instantiate(&settings, 0).unwrap()
    };
    let fallback = modules.policy("static-replicas").unwrap();
    let mut panel = Panel {
        live: probe("panic"),
        fallback: Some(fallback.instantiate(r#"{"replicas": 6}"#, 0).unwrap()),
        shadows: vec![probe("flood"), probe("no")],
    };
    panel.live.measure(metrics.module(labels("live")));
    panel.shadows[0].measure(metrics.module(labels("flood")));
    panel.shadows[1].measure(metrics.module(labels("late")));
    let observations = tick(&[3.0, 4.0, 5.0]);
    let asked = batch(&observations, &[0, 1, 2]);
    let mut turn = sandbox.turn(TickBudget { fuel: u64::MAX, deadline: None });
    panel.ask_live(&asked, &mut turn);
    panel.ask_shadows(&asked, &mut turn);
    panel.ask_shadows(&asked, &mut sandbox.turn(TickBudget { fuel: 0, deadline: None }));

    let told = text(&registry);
    let check = |metric, module, more, expected: f64| {
        let found = value(&told, metric, module, more);
        assert_eq!(found, Some(expected), "{metric} {module}\n{told}");
    };
    let kind = ",kind=\"aborted\"";
    // Three rows, then their halves: 0; 1 and 2; 1; 2.
    check("traps_total", "live", kind, 4.0);
    check("calls_total", "live", "", 1.0);
    check("observations_total", "live", "", 3.0);
    check("fallback_answers_total", "live", "", 2.0);
    check("quarantined", "live", "", 1.0);
    check("quarantined", "flood", "", 0.0);
    check("dropped_shadows_total", "flood", "", 1.0);
    check("dropped_shadows_total", "late", "", 1.0);
    check("dropped_log_lines_total", "flood", "", 936.0);
    check("call_duration_seconds_count", "live", "", 5.0);
    assert!(value(&told, "fuel_total", "live", "").unwrap() > 1000.0, "{told}");
    assert!(value(&told, "memory_peak_bytes", "live", "").unwrap() >= 65536.0, "{told}");

    drop(panel);
    let left = text(&registry);
    assert!(!left.contains("acme"), "{left}");
}
