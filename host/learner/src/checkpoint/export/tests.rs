use std::collections::BTreeMap;

use ::agent::{Arrangement, Card, Change, Feature, Scratch, Steps, best};
use scaling::Ending;
use tch::Tensor;
use worlds::{Lessons, RowId, Shape, Turn};

use super::*;
use crate::raw::floats;
use crate::{Algorithm, Chance, Curves, DqnSettings, PpoSettings, Purpose, TrainingState};

/// What a decision may differ by: a float's rounding over some hundreds of sums.
const OFF: f32 = 1e-5;
const OBSERVATIONS: usize = 100_000;

fn card(arrangement: Arrangement) -> Card {
    Card {
        name: "a".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: ["replicas_desired", "queue_length"].map(|name| Feature::of(name, 1.0)).to_vec(),
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    }
}

/// A learner that has seen something, as a checkpoint.
fn checkpoint(algorithm: Algorithm, card: Card) -> Checkpoint {
    let (inputs, heads) = (card.inputs(), card.heads());
    let shape = Shape { inputs, heads, scores: vec!["reward".to_owned()] };
    let mut checkpoint = Checkpoint {
        facts: BTreeMap::new(),
        card: Some(card),
        shape: shape.clone(),
        algorithm: algorithm.clone(),
        seed: 3,
        agent: algorithm
            .agent(&shape, 3, Device::Cpu, |settings| Ok(Box::new(settings.memory(&shape)?)))
            .unwrap()
            .state(),
        memory: None,
        training: TrainingState {
            step: 7,
            greedy: 0,
            episodes: 0,
            seeds: Chance::new(3, Purpose::Episodes),
            worlds: None,
            best: None,
            wall_seconds: 0.0,
            curves: Curves::new(),
        },
        bootstrap: None,
    };
    let mut learner = checkpoint.learner(Device::Cpu).unwrap();
    let mut chance = Chance::new(1, Purpose::Exploration);
    for _ in 0..200 {
        let numbers = |chance: &mut Chance| -> Vec<f32> {
            (0..inputs).map(|_| (5.0 + 20.0 * chance.uniform()) as f32).collect()
        };
        let ids = vec![RowId { world: 0, row: 0 }];
        let options = shape.options();
        let turn = Turn { ids, inputs: numbers(&mut chance), allowed: vec![true; options] };
        let mut choices = Vec::new();
        learner.act(&turn, &mut choices);
        let lessons = Lessons {
            rows: vec![0],
            scores: vec![f64::from(choices[0])],
            choices,
            after: numbers(&mut chance),
            allowed_after: vec![true; options],
            endings: vec![Ending::Running],
        };
        learner.learn(&turn, &lessons).unwrap();
    }
    checkpoint.agent = learner.state();
    checkpoint
}

/// Checks values and choices of libtorch's network beside those of what is exported.
#[track_caller]
fn check(algorithm: Algorithm, arrangement: Arrangement) {
    tch::set_num_threads(1);
    let checkpoint = checkpoint(algorithm, card(arrangement));
    let learner = checkpoint.learner(Device::Cpu).unwrap();
    let (network, normaliser) = learner.policy();
    let exported = checkpoint.export().unwrap();
    assert_eq!(exported.card().facts["steps"], "7");
    let (inputs, heads) = (checkpoint.shape.inputs, &checkpoint.shape.heads);
    let options = checkpoint.shape.options();
    let mut chance = Chance::new(9, Purpose::Sampling);
    let rows: Vec<f32> =
        (0..OBSERVATIONS * inputs).map(|_| (30.0 * chance.uniform()) as f32).collect();
    let mut normalised = rows.clone();
    if let Some(normaliser) = normaliser {
        normaliser.apply(&mut normalised);
    }
    let batch = Tensor::from_slice(&normalised).view([OBSERVATIONS as i64, inputs as i64]);
    let theirs = network.forward(&batch).detach().contiguous();
    let mut choices = Vec::new();
    learner.greedy(&rows, &vec![true; OBSERVATIONS * options], &mut choices);
    let mut scratch = Scratch::default();
    for (row, theirs) in floats(&theirs).chunks_exact(options).enumerate() {
        let mut seen = rows[row * inputs..][..inputs].to_vec();
        if let Some(normaliser) = exported.normaliser() {
            normaliser.apply(&mut seen);
        }
        let ours = exported.network().evaluate(&seen, &mut scratch);
        let mut first = 0;
        for (head, &size) in heads.iter().enumerate() {
            let (ours, theirs) = (&ours[first..first + size], &theirs[first..first + size]);
            first += size;
            for (our, their) in ours.iter().zip(theirs) {
                let off = (our - their).abs();
                assert!(off <= OFF * (1.0 + their.abs()), "row {row}: {our} and {their}");
            }
            let chosen = best(ours, |_| true).unwrap();
            let mut sorted = theirs.to_vec();
            sorted.sort_by(f32::total_cmp);
            let apart = sorted[size - 1] - sorted[size - 2];
            if apart > 2.0 * OFF * (1.0 + sorted[size - 1].abs()) {
                assert_eq!(chosen as u16, choices[row * heads.len() + head], "row {row}");
            }
        }
    }
}

fn dqn() -> DqnSettings {
    DqnSettings { batch: 32, learning_rate: 1e-3, ..DqnSettings::default() }
}

#[test]
fn an_exported_network_says_what_libtorchs_says() {
    let duelling = DqnSettings { duelling: true, normalise: Some(10.0), ..dqn() };
    check(Algorithm::Dqn(duelling.clone()), Arrangement::PerWorkload);
    check(Algorithm::Dqn(duelling), Arrangement::Factored { workloads: 3 });
    check(Algorithm::Dqn(dqn()), Arrangement::Joint { workloads: 2 });
    let activation = crate::Activation::Tanh;
    let ppo = PpoSettings { activation, normalise_clip: Some(10.0), ..PpoSettings::default() };
    check(Algorithm::Ppo(ppo), Arrangement::PerWorkload);
}

#[test]
fn a_checkpoint_of_no_cluster_is_not_exported() {
    let mut checkpoint = checkpoint(Algorithm::Dqn(dqn()), card(Arrangement::PerWorkload));
    checkpoint.card = None;
    assert!(matches!(checkpoint.export(), Err(ExportError::NoCard)));
}
