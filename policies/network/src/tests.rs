use std::collections::BTreeMap;

use agent::{Activation, Arrangement, Change, Dense, Feature, Steps};
use sdk::RawBatch;

use super::*;

/// An agent of one feature that always wishes one replica more of every workload.
fn policy(arrangement: Arrangement) -> Network {
    let card = Card {
        name: "grower".to_owned(),
        version: "1.2.3".to_owned(),
        period_milliseconds: 15_000,
        arrangement,
        features: vec![Feature::of("replicas_desired", 10.0)],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    };
    let outputs = card.outputs();
    let layer = Dense {
        weights: vec![0.0; card.inputs() * outputs],
        bias: (0..outputs).map(|output| output as f32).collect(),
        activation: Activation::Linear,
    };
    let network = agent::Network::new(card.inputs(), &[layer]).unwrap();
    Network::of(Agent::new(card, None, network).unwrap(), &Settings::default())
}

/// Workloads of so many replicas, of at most five.
fn batch(replicas: &[f64], explain: bool) -> Batch {
    let rows = replicas.len();
    Batch::from(RawBatch {
        workloads: (0..rows as u64).collect(),
        values: [replicas.to_vec(), vec![0.0; rows], vec![5.0; rows]].concat(),
        explain,
        ..RawBatch::default()
    })
}

fn asked(advice: &Advice) -> Vec<(Option<f64>, &str)> {
    let one = |one: &Recommendation| (one.replicas, REASONS[one.reason as usize]);
    advice.recommendations.iter().map(one).collect()
}

#[test]
fn every_row_of_a_batch_is_decided() {
    let advice = policy(Arrangement::PerWorkload).decide(&batch(&[2.0, 5.0, 0.0], false)).unwrap();
    assert_eq!(
        asked(&advice),
        [(Some(3.0), "greedy"), (None, "bounded"), (Some(1.0), "greedy")],
        "the second is at its most, and to leave it is the best that is left"
    );
    assert_eq!(advice.explanations, []);
}

#[test]
fn groups_are_decided_together_and_only_of_the_size_that_was_trained() {
    for arrangement in [Arrangement::Joint { workloads: 2 }, Arrangement::Factored { workloads: 2 }]
    {
        let mut policy = policy(arrangement);
        let advice = policy.decide(&batch(&[2.0, 5.0], false)).unwrap();
        assert_eq!(asked(&advice), [(Some(3.0), "greedy"), (None, "bounded")], "{arrangement:?}");
        for replicas in [&[2.0][..], &[2.0, 2.0, 2.0], &[]] {
            let refused = policy.decide(&batch(replicas, false)).unwrap_err();
            assert!(refused.contains("groups of 2 workloads"), "{refused}");
        }
    }
}

#[test]
fn explanations_tell_values_and_mask() {
    for arrangement in [
        Arrangement::PerWorkload,
        Arrangement::Joint { workloads: 2 },
        Arrangement::Factored { workloads: 2 },
    ] {
        let advice = policy(arrangement).decide(&batch(&[2.0, 5.0], true)).unwrap();
        assert_eq!(advice.explanations.len(), 2);
        let told = &advice.explanations[1];
        assert_eq!(told.row, 1);
        let told: serde_json::Value = serde_json::from_str(&told.json).unwrap();
        assert_eq!(told["inputs"], serde_json::json!([0.5]));
        assert_eq!(told["allowed"], serde_json::json!([true, true, false]));
        assert_eq!(told["wished"], serde_json::json!({"replicas": 1}));
        assert_eq!(told["chosen"], serde_json::json!({}));
        let values = match arrangement {
            Arrangement::PerWorkload => [0.0, 1.0, 2.0],
            Arrangement::Joint { .. } => [6.0, 7.0, 8.0],
            Arrangement::Factored { .. } => [3.0, 4.0, 5.0],
        };
        assert_eq!(told["values"], serde_json::json!(values), "{arrangement:?}");
    }
}

#[test]
fn the_period_is_the_trained_one_unless_settings_say_otherwise() {
    let trained = policy(Arrangement::PerWorkload);
    assert_eq!(trained.needs().period_milliseconds, 15_000);
    assert_eq!(trained.needs().columns, ["replicas_desired", "replicas_min", "replicas_max"]);
    let Network { card, .. } = trained;
    let layer = Dense { weights: vec![0.0; 3], bias: vec![0.0; 3], activation: Activation::Linear };
    let agent = Agent::new(card, None, agent::Network::new(1, &[layer]).unwrap()).unwrap();
    let settings = Settings { period_milliseconds: Some(0) };
    assert_eq!(Network::of(agent, &settings).needs().period_milliseconds, 0);
}

#[test]
fn a_module_without_an_agent_says_so() {
    let complaints = Network::check(&Settings::default());
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].message.contains("there is no network in this module"));
    assert_eq!((Network::name(), Network::scope()), ("network".to_owned(), Scope::Workload));
}
