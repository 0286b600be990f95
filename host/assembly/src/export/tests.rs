use std::collections::BTreeMap;

use agent::{
    Activation, Arrangement, Card, Change, Chooser, Curve, Dense, Feature, Network, Normaliser,
    Steps,
};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Dxsm;
use sandbox::{Component, ComponentPolicy, EpochClock, Limits, PolicyComponent, Sandbox};
use scaling::{Batch, Observations, Policy as _, Recommendation, Scope, Timestamp, WorkloadId};
use serde::Deserialize;

use super::*;

/// SCARLET's state, with changes of replicas and, where a workload is decided by itself, of CPU too.
fn card(arrangement: Arrangement) -> Card {
    let both = arrangement == Arrangement::PerWorkload;
    let mut changes = [-1, 0, 1].map(Change::replicas).to_vec();
    if both {
        changes.extend([-125, 125].map(Change::cpu));
    }
    Card {
        name: "exported".to_owned(),
        version: "1.2.3".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: vec![
            Feature::of("replicas_desired", 10.0),
            Feature { missing: 0.5, ..Feature::of("cpu_utilisation_ratio_mean", 1.0) },
            Feature { curve: Curve::Log1p, ..Feature::of("arrival_rate_per_second", 10.0) },
            Feature {
                over: Some("latency_slo_seconds".to_owned()),
                clip: Some((0.0, 10.0)),
                ..Feature::of("latency_seconds_p90", 1.0)
            },
            Feature { curve: Curve::Sqrt, ..Feature::of("queue_length", 100.0) },
        ],
        changes,
        cpu_millicores: both.then_some((125, 1_000)),
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    }
}

fn layer(inputs: usize, outputs: usize, activation: Activation, chance: &mut Pcg64Dxsm) -> Dense {
    let most = 1.0 / (inputs as f32).sqrt();
    let mut numbers = |count| (0..count).map(|_| chance.random_range(-most..most)).collect();
    Dense { weights: numbers(inputs * outputs), bias: numbers(outputs), activation }
}

/// An agent of two hidden layers of 128 with weights by chance.
fn agent(arrangement: Arrangement, activation: Activation) -> Agent {
    let (card, mut chance) = (card(arrangement), Pcg64Dxsm::seed_from_u64(7));
    let (inputs, outputs) = (card.inputs(), card.outputs());
    let layers = [
        layer(inputs, 128, activation, &mut chance),
        layer(128, 128, activation, &mut chance),
        layer(128, outputs, Activation::Linear, &mut chance),
    ];
    let normaliser = Normaliser { mean: vec![0.4; inputs], variance: vec![0.3; inputs], clip: 5.0 };
    Agent::new(card, Some(normaliser), Network::new(inputs, &layers).unwrap()).unwrap()
}

fn load(bytes: &[u8], limits: &Limits) -> PolicyComponent {
    let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
    match sandbox.load(bytes, limits).unwrap() {
        Component::Policy(policy) => policy,
        Component::Reward(_) => panic!("a policy is exported"),
    }
}

fn instance(agent: &Agent) -> ComponentPolicy {
    load(&export(agent).unwrap(), &Limits::default()).instantiate("{}", 0).unwrap()
}

/// Rows with plausible values by chance; one in twenty is missing.
fn observations(rows: usize, tick: u64, chance: &mut Pcg64Dxsm) -> Observations {
    let ids = (0..rows as u64).map(WorkloadId).collect();
    let mut observations = Observations::missing(Timestamp::ZERO, tick, ids);
    for row in 0..rows {
        let mut set = |column, value: f64| {
            let value = if chance.random_ratio(1, 20) { f64::NAN } else { value };
            observations.set(row, column, value);
        };
        let mut other = Pcg64Dxsm::seed_from_u64(tick * 1_000_003 + row as u64);
        set(Column::ReplicasDesired, f64::from(other.random_range(0..=10_u32)));
        set(Column::ReplicasMin, f64::from(other.random_range(0..=2_u32)));
        set(Column::ReplicasMax, f64::from(other.random_range(8..=10_u32)));
        set(Column::CpuLimitMillicores, 125.0 * f64::from(other.random_range(1..=8_u32)));
        set(Column::CpuUtilisationRatioMean, other.random_range(0.0..1.5));
        set(Column::ArrivalRatePerSecond, other.random_range(0.0..500.0));
        set(Column::LatencySecondsP90, other.random_range(0.0..3.0));
        set(Column::LatencySloSeconds, 0.5);
        set(Column::QueueLength, f64::from(other.next_u32() % 50));
    }
    observations
}

/// What the guest says of one row.
#[derive(Deserialize)]
struct Told {
    inputs: Vec<f32>,
    values: Vec<f32>,
    allowed: Vec<bool>,
}

fn value(chooser: &Chooser, observations: &Observations) -> impl Fn(usize, usize) -> f64 + use<> {
    let columns: Vec<Column> =
        chooser.view().columns().iter().map(|name| Column::from_name(name).unwrap()).collect();
    let observations = observations.clone();
    move |row, column| observations.column(columns[column])[row]
}

/// Whether the two largest allowed values of a head differ by more than the tolerance.
fn decided(values: &[f32], allowed: impl Fn(usize) -> bool) -> bool {
    let mut values: Vec<f32> =
        (0..values.len()).filter(|&at| allowed(at)).map(|at| values[at]).collect();
    values.sort_by(f32::total_cmp);
    values.len() < 2 || values[values.len() - 1] - values[values.len() - 2] > TOLERANCE
}

const TOLERANCE: f32 = 1e-5;

/// Asks the component and the native network about the same rows, and counts choices that differ.
struct Comparison {
    component: ComponentPolicy,
    chooser: Chooser,
    card: Card,
    network: Network,
}

impl Comparison {
    fn new(agent: &Agent) -> Self {
        Self {
            component: instance(agent),
            chooser: Chooser::new(agent.clone()),
            card: agent.card().clone(),
            network: agent.network().clone(),
        }
    }

    fn tick(&mut self, observations: &Observations) {
        let rows: Vec<usize> = (0..observations.rows()).collect();
        let batch = Batch { observations, rows: &rows, explore: false, explain: true };
        let advice = self.component.recommend(&batch);
        let told: Vec<Told> = advice
            .explanations
            .iter()
            .map(|one| serde_json::from_str(&one.json).unwrap())
            .collect();
        let read = value(&self.chooser, observations);
        for first in rows.iter().copied().step_by(self.card.workloads()) {
            assert!(self.chooser.choose(first, &read));
            for row in 0..self.card.workloads() {
                self.row(row, &told[first + row], advice.answers[first + row].as_ref().unwrap());
            }
        }
    }

    fn row(&self, row: usize, told: &Told, answer: &Recommendation) {
        let (features, changes) = (self.card.features.len(), self.card.changes.len());
        assert_eq!(told.inputs, self.chooser.inputs()[row * features..][..features]);
        assert_eq!(told.allowed, self.chooser.allowed()[row * changes..][..changes]);
        let values = match self.card.arrangement {
            Arrangement::Joint { workloads } => {
                let mut largest = vec![f32::NEG_INFINITY; changes];
                for (option, &value) in self.chooser.values().iter().enumerate() {
                    let power = changes.pow((workloads - 1 - row) as u32);
                    let one = &mut largest[option / power % changes];
                    *one = one.max(value);
                }
                largest
            }
            _ => self.chooser.values()[row * changes..][..changes].to_vec(),
        };
        for (found, expected) in told.values.iter().zip(&values) {
            assert!((found - expected).abs() <= TOLERANCE, "{found} for {expected}");
        }
        let clear = match self.card.arrangement {
            // A joint option is seldom close to another, and then this row's part may be the same.
            Arrangement::Joint { .. } => decided(self.chooser.values(), |_| true),
            _ => decided(&values, |change| told.allowed[change]),
        };
        if clear {
            let change = self.card.changes[self.chooser.choices()[row]];
            assert_eq!(answer.replicas.is_some(), change.replicas != 0);
            assert_eq!(answer.cpu_millicores.is_some(), change.cpu_millicores != 0);
        }
    }

    /// The native network is what its layers say, in double precision.
    fn by_definition(&self) {
        let mut values: Vec<f64> = self.chooser.inputs().iter().map(|&one| one.into()).collect();
        for layer in self.network.layers() {
            let sums = layer.weights.chunks_exact(values.len()).zip(&layer.bias).map(
                |(weights, &bias)| -> f64 {
                    let products = weights.iter().zip(&values).map(|(&w, x)| f64::from(w) * x);
                    products.sum::<f64>() + f64::from(bias)
                },
            );
            values = match layer.activation {
                Activation::Linear => sums.collect(),
                Activation::Relu => sums.map(|sum| sum.max(0.0)).collect(),
                Activation::Tanh => sums.map(f64::tanh).collect(),
            };
        }
        for (found, expected) in self.chooser.values().iter().zip(&values) {
            assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} for {expected}");
        }
    }
}

fn answers_as_the_native_network_does(arrangement: Arrangement, activation: Activation) {
    const OBSERVATIONS: usize = 100_000;
    let agent = agent(arrangement, activation);
    let mut comparison = Comparison::new(&agent);
    let rows = if agent.card().is_group() { agent.card().workloads() } else { 500 };
    let mut chance = Pcg64Dxsm::seed_from_u64(11);
    let ticks = OBSERVATIONS.div_ceil(rows / agent.card().workloads());
    for tick in 0..ticks as u64 {
        comparison.tick(&observations(rows, tick, &mut chance));
        if tick % 100 == 0 {
            comparison.by_definition();
        }
    }
    let usage = comparison.component.usage();
    assert_eq!((usage.calls, usage.traps.len()), (ticks as u64, 0));
}

#[test]
fn a_component_answers_as_the_native_network_does_for_each_workload() {
    answers_as_the_native_network_does(Arrangement::PerWorkload, Activation::Relu);
}

#[test]
fn a_component_answers_as_the_native_network_does_for_a_joint_group() {
    answers_as_the_native_network_does(Arrangement::Joint { workloads: 3 }, Activation::Relu);
}

#[test]
fn a_component_answers_as_the_native_network_does_with_a_head_a_workload() {
    answers_as_the_native_network_does(Arrangement::Factored { workloads: 3 }, Activation::Tanh);
}

#[test]
fn a_component_says_of_itself_what_the_card_says() {
    for (arrangement, scope) in [
        (Arrangement::PerWorkload, Scope::Workload),
        (Arrangement::Joint { workloads: 3 }, Scope::Group),
        (Arrangement::Factored { workloads: 3 }, Scope::Group),
    ] {
        let agent = agent(arrangement, Activation::Relu);
        let component = load(&export(&agent).unwrap(), &Limits::default());
        let description = component.description();
        assert_eq!((&*description.name, &*description.version), ("exported", "1.2.3"));
        let instance = component.instantiate("{}", 0).unwrap();
        assert_eq!(instance.scope(), scope);
        let columns: Vec<&str> = instance.needs().columns.iter().map(|one| one.name()).collect();
        assert_eq!(columns, Chooser::new(agent).view().columns());
    }
}

#[test]
fn the_same_agent_gives_the_same_bytes_and_another_gives_others() {
    let agent = |activation| agent(Arrangement::PerWorkload, activation);
    let bytes = export(&agent(Activation::Relu)).unwrap();
    assert_eq!(bytes, export(&agent(Activation::Relu)).unwrap());
    assert_ne!(bytes, export(&agent(Activation::Tanh)).unwrap());
}

#[test]
fn a_group_of_another_size_is_refused_in_one_line() {
    let mut policy = instance(&agent(Arrangement::Joint { workloads: 3 }, Activation::Relu));
    let observations = observations(2, 0, &mut Pcg64Dxsm::seed_from_u64(1));
    let batch =
        Batch { observations: &observations, rows: &[0, 1], explore: false, explain: false };
    let refusal = policy.recommend(&batch).answers[0].clone().unwrap_err().to_string();
    assert!(refusal.contains("groups of 3 workloads, and this one has 2"), "{refusal}");
    assert!(!refusal.contains('\n'), "{refusal}");
}

#[test]
fn bounds_are_kept_from_their_very_ends() {
    let mut policy = instance(&agent(Arrangement::PerWorkload, Activation::Relu));
    let mut chance = Pcg64Dxsm::seed_from_u64(3);
    for (replicas, cpu) in [(2.0, 125.0), (8.0, 1_000.0), (2.0, 1_000.0), (8.0, 125.0)] {
        let mut observations = observations(1_000, 0, &mut chance);
        observations.column_mut(Column::ReplicasDesired).fill(replicas);
        observations.column_mut(Column::ReplicasMin).fill(2.0);
        observations.column_mut(Column::ReplicasMax).fill(8.0);
        observations.column_mut(Column::CpuLimitMillicores).fill(cpu);
        let rows: Vec<usize> = (0..1_000).collect();
        let batch =
            Batch { observations: &observations, rows: &rows, explore: false, explain: false };
        let advice = policy.recommend(&batch);
        for answer in advice.answers {
            let answer = answer.unwrap();
            assert!(answer.replicas.is_none_or(|replicas| (2..=8).contains(&replicas)));
            assert!(answer.cpu_millicores.is_none_or(|cpu| (125..=1_000).contains(&cpu)));
        }
    }
}

#[test]
fn a_decision_is_far_from_the_default_limits() {
    let mut policy = instance(&agent(Arrangement::PerWorkload, Activation::Relu));
    let before = policy.usage().fuel;
    let observations = observations(1_000, 0, &mut Pcg64Dxsm::seed_from_u64(5));
    let rows: Vec<usize> = (0..1_000).collect();
    let batch = Batch { observations: &observations, rows: &rows, explore: false, explain: false };
    assert!(policy.recommend(&batch).answers.iter().all(Result::is_ok));
    let (fuel, memory) = ((policy.usage().fuel - before) / 1_000, policy.usage().memory_bytes_peak);
    assert!(fuel < Limits::default().row_fuel / 10, "{fuel} a row");
    assert!(memory < 4 << 20, "{memory} bytes");
}

#[test]
fn large_joint_networks_stay_within_the_default_limits() {
    let arrangement = Arrangement::Joint { workloads: 10 };
    let mut policy = instance(&agent(arrangement, Activation::Relu));
    let before = policy.usage().fuel;
    let observations = observations(10, 0, &mut Pcg64Dxsm::seed_from_u64(5));
    let rows: Vec<usize> = (0..10).collect();
    let batch = Batch { observations: &observations, rows: &rows, explore: false, explain: false };
    let advice = policy.recommend(&batch);
    assert!(advice.answers.iter().all(Result::is_ok), "{:?}", advice.answers);
    let limit = Limits::default();
    assert!(before < limit.setup_fuel / 2, "{before} to be made");
    let fuel = policy.usage().fuel - before;
    assert!(fuel < limit.call_fuel / 2, "{fuel}");
    assert!(policy.usage().memory_bytes_peak < limit.memory_bytes * 3 / 4);
}

#[test]
fn an_agent_that_reads_what_there_is_not_is_refused_by_name() {
    let (mut card, normaliser, network) =
        agent(Arrangement::PerWorkload, Activation::Relu).into_parts();
    card.features[0].column = "replicas_wanted".to_owned();
    let agent = Agent::new(card, normaliser, network).unwrap();
    let error = export(&agent).unwrap_err().to_string();
    assert!(error.contains("`exported`") && error.contains("`replicas_wanted`"), "{error}");
}

#[test]
fn the_template_by_itself_is_no_policy_and_damage_to_what_is_inside_is_told() {
    let refused = |bytes: &[u8]| {
        let component = load(bytes, &Limits::default());
        component.instantiate("{}", 0).unwrap_err().to_string()
    };
    let empty = refused(TEMPLATE);
    assert!(empty.contains("there is no network in this module"), "{empty}");
    let agent = agent(Arrangement::PerWorkload, Activation::Relu).to_bytes();
    let cut = refused(&embed(TEMPLATE, &agent[..agent.len() - 1]).unwrap());
    assert!(cut.contains("is cut off"), "{cut}");
    let mut flipped = agent;
    flipped[5_000] ^= 1;
    let flipped = refused(&embed(TEMPLATE, &flipped).unwrap());
    assert!(flipped.contains("is damaged"), "{flipped}");
}

#[test]
fn modules_without_a_slot_or_with_two_are_not_taken_for_templates() {
    let policy = crate::built_in().iter().find(|one| one.name == "hold").unwrap();
    let error = embed(policy.bytes, b"agent").unwrap_err();
    assert!(error.contains("0 slots"), "{error}");
    let twice = embed(TEMPLATE, TEMPLATE).unwrap();
    assert!(embed(&twice, b"agent").unwrap_err().contains("2 slots"));
    assert!(embed(b"\0asm\x01\0\0\0", b"agent").unwrap_err().contains("no memory"));
    assert!(embed(b"elf", b"agent").is_err());
}
