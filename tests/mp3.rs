//! The closed-form environment through real components: its yardsticks are known.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::program::Regatta;

/// Enough seeds that each of the eight rates is drawn.
const RACE: &str = "
name: yardsticks
seeds: 40
mp3: {}
rewards: [{ module: balanced, settings: { reversal_penalty: 0 } }]
guard_rails: { step_up: 1, step_down: 1 }
policies:
  - { module: hold }
";

/// Mean reward of a step, averaged over the eight rates, by target of the threshold policy in
/// percent; 0 is never scaling. They are the environment's own yardsticks, computed from its
/// formulas. The target is in millicores, because a target in percent knows whole percents only.
const YARDSTICKS: [(u32, f64); 5] =
    [(0, 0.375), (60, 0.8498), (70, 0.8984), (80, 0.9135), (90, 0.923_55)];

/// Mean reward of a step at each rate, by entrant. Cells of one rate must agree: nothing else in
/// this environment is drawn.
fn rewards_by_rate(results: &Value) -> BTreeMap<String, BTreeMap<u64, f64>> {
    let mut rewards: BTreeMap<String, BTreeMap<u64, f64>> = BTreeMap::new();
    for cell in results["cells"].as_array().unwrap() {
        let overall = &cell["overall"];
        let arrivals = overall["requests"]["arrivals"].as_f64().unwrap();
        let rate = (arrivals / overall["seconds"].as_f64().unwrap()).round() as u64;
        let reward = &overall["rewards"][0];
        let mean = reward["return"].as_f64().unwrap() / reward["scored"].as_f64().unwrap();
        let entrant = cell["name"]["entrant"].as_str().unwrap().to_owned();
        let earlier = rewards.entry(entrant).or_default().insert(rate, mean);
        assert!(earlier.is_none_or(|earlier| (earlier - mean).abs() < 1e-12), "rate {rate}");
    }
    rewards
}

#[test]
fn components_reach_the_yardsticks_of_the_closed_form() {
    let regatta = Regatta::new();
    let mut race = RACE.to_owned();
    for (percent, _) in &YARDSTICKS[1..] {
        let cpu = format!("{{ type: AverageValue, averageValue: {percent}0m }}");
        write!(
            race,
            "  - name: target-{percent}\n    module: threshold-hpa\n    settings:\n      \
             metrics: [{{ type: Resource, resource: {{ name: cpu, target: {cpu} }} }}]\n      \
             behavior: {{ scaleDown: {{ stabilizationWindowSeconds: 0 }} }}\n"
        )
        .unwrap();
    }
    regatta.write("mp3.yaml", race);
    regatta.succeed(&["race", "mp3.yaml", "--out", "out"]);
    let rewards = rewards_by_rate(&regatta.json("out/results.json"));
    for (percent, expected) in YARDSTICKS {
        let name = if percent == 0 { "hold".to_owned() } else { format!("target-{percent}") };
        let by_rate = &rewards[&name];
        assert!(by_rate.keys().copied().eq(1..=8), "{name} met {by_rate:?}");
        let mean = by_rate.values().sum::<f64>() / by_rate.len() as f64;
        // Saturation keeps 0.00015 of the objective where the yardstick of never scaling has none.
        assert!((mean - expected).abs() < 1e-4, "{name}: {mean}, expected {expected}");
    }
}
