//! Fixture: small races to learn in, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use agent::{Arrangement, Card, Change, Feature};
use arena::{Course, MakeError, Order, Race, Scorer, Split};
use scaling::{
    Cluster, Column, Rails, Reward, RewardError, Terms, Transition, Transitions, WorkloadId,
};
use simulator::{Mp3, Mp3Spec, Plan, Simulation};

use crate::{ClusterWorld, Scene};

/// What is to be had of being in a cell of mp3.
struct Balanced(Terms);

impl Reward for Balanced {
    fn terms(&self) -> &Terms {
        &self.0
    }

    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        let score = |row: &Transition| {
            let get = |column| transitions.after.get(row.after_row, column).unwrap_or(1.0);
            0.3 * get(Column::CpuUtilisationRatioMean).min(1.0)
                + 0.7 * get(Column::SloPreservationRatio)
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

fn race(
    make: impl Fn(u64, Split) -> Box<dyn Cluster> + Send + Sync + 'static,
    tick: Duration,
    rails: Rails,
) -> Arc<Race> {
    let make = move |seed, split| -> Result<Box<dyn Cluster>, MakeError> { Ok(make(seed, split)) };
    let reward = || -> Result<Box<dyn Reward>, MakeError> {
        let columns = vec![Column::CpuUtilisationRatioMean, Column::SloPreservationRatio];
        Ok(Box::new(Balanced(Terms { columns, minimum: 0.0, maximum: 1.0 })))
    };
    Arc::new(Race {
        tick,
        warm_up: Duration::ZERO,
        seeds: vec![1],
        courses: vec![Course { name: "c".into(), identity: String::new(), make: Box::new(make) }],
        entrants: Vec::new(),
        rewards: vec![Scorer { name: "b".into(), identity: String::new(), make: Box::new(reward) }],
        rails,
        quotas: BTreeMap::new(),
        fallback: None,
        reference: None,
        one_trace: None,
        order: Order::Together,
        demonstration: false,
        provenance: arena::results::Provenance::default(),
    })
}

/// One more, one fewer, or nothing; seen are replicas and arrivals.
pub(crate) fn card(arrangement: Arrangement) -> Card {
    Card {
        name: "test".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement,
        features: vec![
            Feature::of("replicas_desired", 10.0),
            Feature::of("arrival_rate_per_second", 8.0),
        ],
        changes: [0, 1, -1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: agent::Steps::default(),
        facts: BTreeMap::new(),
    }
}

pub(crate) fn mp3_with(steps: u32, rails: Rails) -> ClusterWorld {
    let spec = Mp3Spec { steps, ..Mp3Spec::default() };
    let make = move |seed, _| Box::new(Mp3::new(spec, seed).unwrap()) as Box<dyn Cluster>;
    let race = race(make, Duration::from_secs(15), rails);
    let scene = Scene::new(race, Split::Training, None, card(Arrangement::PerWorkload)).unwrap();
    ClusterWorld::new(scene)
}

pub(crate) fn mp3(steps: u32) -> ClusterWorld {
    mp3_with(steps, Rails::default())
}

/// Three functions on one node, decided together.
pub(crate) fn trio(arrangement: Arrangement) -> ClusterWorld {
    trio_of(card(arrangement))
}

pub(crate) fn trio_of(card: Card) -> ClusterWorld {
    let workload = |name: &str, rate: f64| {
        serde_json::json!({
            "name": name,
            "bounds": { "replicas_min": 1, "replicas_max": 4, "cpu_millicores": [100, 300] },
            "slo": { "latency_seconds": 0.1 },
            "arrivals": { "kind": "poisson", "rate_per_second": rate },
            "service": { "kind": "deterministic", "seconds": 0.01 },
            "concurrency": 4,
            "cpu": { "request_millicores": 100, "limit_millicores": 200 }
        })
    };
    let workloads = [workload("a", 10.0), workload("b", 20.0), workload("c", 30.0)];
    let workloads: Vec<_> =
        workloads.into_iter().map(|one| serde_json::from_value(one).unwrap()).collect();
    let cluster = serde_json::json!({
        "tick_seconds": 1, "duration_seconds": 20, "nodes": [{ "cores": 4, "memory_mib": 4096 }],
        "metrics": { "scrape_interval_seconds": 1, "window_seconds": 2 }
    });
    let cluster = serde_json::from_value(cluster).unwrap();
    let plan = Arc::new(Plan::new(&cluster, &workloads, &Default::default()).unwrap());
    let make =
        move |seed, _| Box::new(Simulation::new(Arc::clone(&plan), seed)) as Box<dyn Cluster>;
    let race = race(make, Duration::from_secs(1), Rails::default());
    ClusterWorld::new(Scene::new(race, Split::Training, None, card).unwrap())
}
