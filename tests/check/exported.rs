//! Exported: a trained agent keeps what policies promise.

use std::collections::BTreeMap;

use agent::{
    Activation, Agent, Arrangement, Card, Change, Dense, Feature, Network, Normaliser, Steps,
};

/// An agent of two hidden layers, whose weights have both signs and no pattern.
fn agent(arrangement: Arrangement) -> Agent {
    let card = Card {
        name: "trained".to_owned(),
        version: "1.0.0".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: vec![
            Feature::of("replicas_desired", 10.0),
            Feature::of("cpu_utilisation_ratio_mean", 1.0),
            Feature::of("arrival_rate_per_second", 100.0),
        ],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    };
    let layer = |inputs: usize, outputs: usize, activation| Dense {
        weights: (0..inputs * outputs).map(|at| ((at * 37 % 101) as f32 - 50.0) / 200.0).collect(),
        bias: (0..outputs).map(|at| (at % 7) as f32 / 10.0 - 0.3).collect(),
        activation,
    };
    let (inputs, outputs) = (card.inputs(), card.outputs());
    let layers = [
        layer(inputs, 128, Activation::Relu),
        layer(128, 128, Activation::Tanh),
        layer(128, outputs, Activation::Linear),
    ];
    let normaliser =
        Normaliser { mean: vec![0.5; inputs], variance: vec![0.2; inputs], clip: 10.0 };
    Agent::new(card, Some(normaliser), Network::new(inputs, &layers).unwrap()).unwrap()
}

#[test]
fn an_exported_agent_keeps_what_policies_promise_alone_or_for_groups_of_its_size() {
    for arrangement in [
        Arrangement::PerWorkload,
        Arrangement::Joint { workloads: 3 },
        Arrangement::Factored { workloads: 3 },
    ] {
        let component = assembly::export(&agent(arrangement)).unwrap();
        let (ended, told) = super::checked(&component, &[]);
        assert_eq!(super::broken(&told), [], "{arrangement:?}: {}", ended.stdout);
        assert_eq!(ended.code, Some(0), "{} {}", ended.stdout, ended.stderr);
    }
}
