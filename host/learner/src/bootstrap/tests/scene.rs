//! A function under bursts whose replicas take a while to start, rules that scale it, and agents.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::agent::{Arrangement, Card, Change, Curve, Feature};
use arena::{Course, MakeError, Order, Race, Scorer, Split};
use scaling::{
    Advice, Batch, Cluster, Column, DetailSet, Experiences, Needs, Policy, PolicyError, Rails,
    Recommendation, Reward, RewardError, Scope, Terms, Transition, Transitions, WorkloadId,
};
use simulator::{Plan, Simulation};
use worlds::{ClusterWorld, Scene, World};

use crate::{Agent, AgentState, Dqn, DqnSettings, MemorySettings, Provenance, StoredMemory};

const MOST: f64 = 6.0;

/// Objectives kept, less a twentieth for each replica.
struct Kept(Terms);

impl Reward for Kept {
    fn terms(&self) -> &Terms {
        &self.0
    }

    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        let score = |row: &Transition| {
            let get = |column| transitions.after.get(row.after_row, column).unwrap_or(1.0);
            get(Column::SloPreservationRatio) - 0.05 * get(Column::ReplicasDesired)
        };
        Ok(transitions.rows.iter().map(score).collect())
    }

    fn forget(&mut self, _: &[WorkloadId]) -> Result<(), RewardError> {
        Ok(())
    }

    fn snapshot(&mut self, _: &[WorkloadId]) -> Result<Vec<u8>, RewardError> {
        Ok(Vec::new())
    }

    fn restore(&mut self, _: &[u8]) -> Result<(), RewardError> {
        Ok(())
    }
}

/// Changes of the card, in its order.
pub(super) const CHANGES: [i32; 3] = [0, 1, -1];

fn card() -> Card {
    Card {
        name: "test".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement: Arrangement::PerWorkload,
        features: vec![
            Feature::of("cpu_utilisation_ratio_mean", 1.0),
            Feature { missing: 1.0, ..Feature::of("slo_preservation_ratio", 1.0) },
            Feature::of("replicas_desired", MOST),
            Feature::of("replicas_starting", MOST),
            Feature::of("arrival_rate_per_second", 40.0),
            Feature { curve: Curve::Log1p, ..Feature::of("queue_length", 1.0) },
        ],
        changes: CHANGES.map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: ::agent::Steps::default(),
        facts: BTreeMap::new(),
    }
}

/// Turns of an episode.
pub(super) const TURNS: u64 = 200;

/// A replica serves 20 requests a second and starts in 3 s; 5 come in a second, or 35.
pub(super) fn world() -> ClusterWorld {
    let workload = serde_json::json!({
        "name": "bursty",
        "bounds": { "replicas_min": 1, "replicas_max": MOST as u32 },
        "slo": { "latency_seconds": 0.25 },
        "arrivals": { "kind": "mmpp", "states": [
            { "rate_per_second": 5.0, "mean_sojourn_seconds": 30.0 },
            { "rate_per_second": 35.0, "mean_sojourn_seconds": 30.0 }
        ] },
        "service": { "kind": "deterministic", "seconds": 0.05 },
        "concurrency": 4,
        "queue_length": 40,
        "cold_start": { "start": { "kind": "deterministic", "seconds": 3.0 } }
    });
    let cluster = serde_json::json!({
        "tick_seconds": 2, "duration_seconds": 2 * TURNS,
        "metrics": { "scrape_interval_seconds": 2, "window_seconds": 4 }
    });
    let workloads = [serde_json::from_value(workload).unwrap()];
    let cluster = serde_json::from_value(cluster).unwrap();
    let plan = Arc::new(Plan::new(&cluster, &workloads, &Default::default()).unwrap());
    let make = move |seed, _| -> Result<Box<dyn Cluster>, MakeError> {
        Ok(Box::new(Simulation::new(Arc::clone(&plan), seed)))
    };
    let reward = || -> Result<Box<dyn Reward>, MakeError> {
        let columns = vec![Column::SloPreservationRatio, Column::ReplicasDesired];
        Ok(Box::new(Kept(Terms { columns, minimum: -1.0, maximum: 1.0 })))
    };
    let race = Race {
        tick: Duration::from_secs(2),
        warm_up: Duration::ZERO,
        seeds: vec![1],
        courses: vec![Course { name: "c".into(), identity: String::new(), make: Box::new(make) }],
        entrants: Vec::new(),
        rewards: vec![Scorer {
            name: "kept".into(),
            identity: String::new(),
            make: Box::new(reward),
        }],
        rails: Rails::default(),
        quotas: BTreeMap::new(),
        fallback: None,
        reference: None,
        one_trace: None,
        order: Order::Together,
        demonstration: false,
        provenance: arena::results::Provenance::default(),
    };
    ClusterWorld::new(Scene::new(Arc::new(race), Split::Training, None, card()).unwrap())
}

/// What a rule asks for.
#[derive(Clone, Copy)]
pub(super) enum Wish {
    /// Always so many replicas.
    Always(u32),
    /// So many more than there are.
    More(u32),
    /// By utilisation: two more above the first, one fewer below the second.
    Threshold(f64, f64),
}

pub(super) struct Rule {
    wish: Wish,
    pub(super) needs: Needs,
}

pub(super) fn rule(wish: Wish) -> Box<dyn Policy> {
    rule_every(wish, Duration::ZERO)
}

pub(super) fn rule_every(wish: Wish, period: Duration) -> Box<dyn Policy> {
    let mut rule = rule_of(wish);
    rule.needs.period = period;
    Box::new(rule)
}

pub(super) fn rule_of(wish: Wish) -> Rule {
    let columns = vec![Column::CpuUtilisationRatioMean, Column::ReplicasDesired];
    let (period, details) = (Duration::ZERO, DetailSet::NONE);
    Rule { wish, needs: Needs { period, columns, details } }
}

impl Policy for Rule {
    fn scope(&self) -> Scope {
        Scope::Workload
    }

    fn needs(&self) -> &Needs {
        &self.needs
    }

    fn reasons(&self) -> &[Arc<str>] {
        &[]
    }

    fn recommend(&mut self, batch: &Batch<'_>) -> Advice {
        let answer = |&row: &usize| {
            let get = |column| batch.observations.get(row, column);
            let now = get(Column::ReplicasDesired).unwrap_or(1.0) as u32;
            let wanted = match self.wish {
                Wish::Always(replicas) => replicas,
                Wish::More(replicas) => now + replicas,
                Wish::Threshold(up, down) => match get(Column::CpuUtilisationRatioMean) {
                    Some(used) if used > up => now + 2,
                    Some(used) if used < down => now.saturating_sub(1).max(1),
                    _ => now,
                },
            };
            Ok(Recommendation::replicas(wanted))
        };
        Advice { answers: batch.rows.iter().map(answer).collect(), explanations: Vec::new() }
    }

    fn learn(&mut self, _: &Experiences) -> Result<(), PolicyError> {
        Ok(())
    }

    fn forget(&mut self, _: &[WorkloadId]) -> Result<(), PolicyError> {
        Ok(())
    }

    fn snapshot(&mut self, _: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        Ok(Vec::new())
    }

    fn restore(&mut self, _: &[u8]) -> Result<(), PolicyError> {
        Ok(())
    }
}

/// An agent that learns quickly.
pub(super) fn learner(seed: u64) -> Dqn {
    agent(&DqnSettings { gradient_steps: 2, ..settings() }, seed)
}

/// The same, whose experience outlives it.
pub(super) fn learner_with_log(seed: u64, folder: &Path) -> Dqn {
    let settings = DqnSettings { gradient_steps: 2, ..settings() };
    let shape = world().shape().clone();
    let kept = MemorySettings {
        capacity: settings.buffer,
        n_step: settings.n_step as u32,
        gamma: settings.gamma,
        prioritised: None,
        log: Some(folder.join("replay")),
        keep: 3,
        provenance: Provenance {
            policy: "p".into(),
            policy_version: String::new(),
            reward: "kept".into(),
            reward_version: String::new(),
            driver: "simulator".into(),
            seed: 0,
        },
        features: (0..shape.inputs).map(|input| format!("f{input}")).collect(),
        features_version: String::new(),
    };
    let memory = Box::new(StoredMemory::open(kept, &shape).unwrap());
    crate::use_one_thread();
    Dqn::new(settings, shape, seed, tch::Device::Cpu, memory).unwrap()
}

/// An agent that never learns.
pub(super) fn ignorant(seed: u64) -> Dqn {
    agent(&DqnSettings { learning_starts: u64::MAX, ..settings() }, seed)
}

/// An agent that always wants one of the changes, and never learns.
pub(super) fn stubborn(change: i32) -> Dqn {
    let mut agent = ignorant(1);
    let AgentState::Dqn(mut state) = agent.state() else { panic!("it is one") };
    let biases = state.network.len() - CHANGES.len();
    state.network.fill(0.0);
    for (bias, one) in state.network[biases..].iter_mut().zip(CHANGES) {
        *bias = if one == change { 1.0 } else { 0.0 };
    }
    agent.restore(&AgentState::Dqn(state)).unwrap();
    agent
}

fn settings() -> DqnSettings {
    DqnSettings {
        hidden: vec![32, 32],
        learning_rate: 1e-3,
        gamma: 0.9,
        batch: 32,
        buffer: 20_000,
        double: true,
        ..DqnSettings::default()
    }
}

fn agent(settings: &DqnSettings, seed: u64) -> Dqn {
    crate::use_one_thread();
    let shape = world().shape().clone();
    let memory = Box::new(settings.memory(&shape).unwrap());
    Dqn::new(settings.clone(), shape, seed, tch::Device::Cpu, memory).unwrap()
}
