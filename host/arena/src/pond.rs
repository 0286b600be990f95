//! Pond: a world small enough to work out by hand, with policies and rewards to match. Its workloads
//! serve ten requests a replica and second; time goes on by a second.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Dxsm;
use scaling::{
    Action, Advice, Answer, Applied, Batch, Bounds, Bucket, Cluster, ClusterError, Column,
    Decision, Detail, DetailSet, Experiences, GroupId, Needs, Observations, Policy, PolicyError,
    Recommendation, Reward, RewardError, Scope, Slo, TailPercentile, TenantId, Terms, Timestamp,
    Totals, Transitions, Workload, WorkloadId,
};

use crate::entry::Split;

const SECOND: Duration = Duration::from_secs(1);

/// A seeded world: arrivals depend on seed, split, workload and tick, and on nothing else.
#[derive(Clone)]
pub(crate) struct Pond {
    pub(crate) seed: u64,
    pub(crate) split: Split,
    pub(crate) ticks: u64,
    pub(crate) warm_up_ticks: u64,
    /// The tick at which scaling fails.
    pub(crate) scale_fails_at: Option<u64>,
    /// The tick that cannot be observed.
    pub(crate) observe_fails_at: Option<u64>,
    /// The tick at which the last workload leaves.
    pub(crate) last_leaves_at: Option<u64>,
    /// From this tick on its clock is so much later.
    pub(crate) late: Option<(u64, Duration)>,
    /// What it says once it is over.
    pub(crate) remarks: Vec<String>,
    workloads: Vec<Workload>,
    replicas: Vec<u32>,
    arrived: Vec<u64>,
    totals: Vec<Totals>,
    tick: u64,
}

impl Pond {
    /// A workload for each group named, with replicas from 0 to 9.
    pub(crate) fn new(seed: u64, split: Split, ticks: u64, groups: &[u32]) -> Self {
        let workload = |(position, &group): (usize, &u32)| Workload {
            id: WorkloadId(10 + position as u64),
            name: format!("w{position}"),
            tenant: TenantId(0),
            group: GroupId(group),
            bounds: Bounds::replicas(0, 9),
            slo: Some(Slo { latency_seconds: 1.0, percentile: TailPercentile::P90 }),
        };
        let workloads: Vec<Workload> = groups.iter().enumerate().map(workload).collect();
        Self {
            seed,
            split,
            ticks,
            warm_up_ticks: 0,
            remarks: Vec::new(),
            scale_fails_at: None,
            observe_fails_at: None,
            last_leaves_at: None,
            late: None,
            replicas: vec![1; workloads.len()],
            arrived: vec![0; workloads.len()],
            totals: workloads.iter().map(|workload| nothing(workload.id)).collect(),
            workloads,
            tick: 0,
        }
    }

    fn arrivals(&self, workload: WorkloadId) -> u64 {
        let mut seed = [0; 32];
        let words = [self.seed, self.split as u64, workload.0, self.tick];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Pcg64Dxsm::from_seed(seed).next_u64() % 60
    }
}

impl Cluster for Pond {
    fn workloads(&self) -> &[Workload] {
        &self.workloads
    }

    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError> {
        if self.observe_fails_at == Some(self.tick) {
            return Err(ClusterError { attempted: "observing the pond", cause: "fog".into() });
        }
        let ids = self.workloads.iter().map(|workload| workload.id).collect();
        let late = self.late.filter(|&(from, _)| self.tick >= from);
        let late = late.map_or(Duration::ZERO, |(_, late)| late);
        let now = Timestamp::ZERO + SECOND * self.tick as u32 + late;
        let mut seen = Observations::missing(now, self.tick, ids);
        for row in 0..self.workloads.len() {
            let (arrived, served) = (self.arrived[row], u64::from(self.replicas[row]) * 10);
            let latency = if arrived <= served { 0.1 } else { 2.0 };
            seen.set(row, Column::ReplicasDesired, f64::from(self.replicas[row]));
            seen.set(row, Column::ReplicasReady, f64::from(self.replicas[row]));
            seen.set(row, Column::ArrivalRatePerSecond, arrived as f64);
            seen.set(row, Column::LatencySecondsP90, latency);
            seen.set(row, Column::SloPreservationRatio, f64::min(1.0, 1.0 / latency));
            seen.set(row, Column::SampleAgeSeconds, 0.0);
            if details.contains(Detail::Buckets) && self.tick > 0 {
                seen.details.buckets.push(Bucket {
                    row: row as u32,
                    start: Timestamp::ZERO + SECOND * (self.tick as u32 - 1),
                    length_nanoseconds: 1_000_000_000,
                    concurrency: 0.0,
                    arrival_rate_per_second: arrived as f64,
                });
            }
        }
        Ok(seen)
    }

    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied> {
        if self.scale_fails_at == Some(self.tick) {
            return decisions.iter().map(|_| Applied::Failed("calm".into())).collect();
        }
        let scale = |(replicas, decision): (&mut u32, &Decision)| {
            let before = *replicas;
            *replicas = decision.replicas.unwrap_or(before);
            let illegal = decision.illegal;
            let (replicas_before, replicas_after) = (before, *replicas);
            Applied::Done(Action { replicas_before, replicas_after, illegal, ..Action::default() })
        };
        self.replicas.iter_mut().zip(decisions).map(scale).collect()
    }

    fn advance(&mut self) -> Result<bool, ClusterError> {
        for row in 0..self.workloads.len() {
            let arrived = self.arrivals(self.workloads[row].id);
            self.arrived[row] = arrived;
            if self.tick < self.warm_up_ticks {
                continue;
            }
            let completed = arrived.min(u64::from(self.replicas[row]) * 10);
            let totals = &mut self.totals[row];
            totals.seconds += 1.0;
            totals.arrivals += arrived;
            totals.completed += completed;
            totals.rejected += arrived - completed;
            totals.slo_violations += arrived - completed;
            totals.latency_seconds[0].1 += completed;
            totals.latency_seconds[1].1 += arrived - completed;
            totals.latency_seconds_sum += 0.1 * completed as f64;
            totals.replica_seconds += f64::from(self.replicas[row]);
            totals.cpu_core_seconds_used += completed as f64 / 10.0;
            totals.cpu_core_seconds_allocated += f64::from(self.replicas[row]);
        }
        self.tick += 1;
        if self.last_leaves_at == Some(self.tick) {
            self.workloads.pop();
            self.replicas.pop();
            self.arrived.pop();
        }
        Ok(self.tick < self.ticks)
    }

    fn totals(&mut self) -> Vec<Totals> {
        self.totals.clone()
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }
}

fn nothing(workload: WorkloadId) -> Totals {
    Totals { latency_seconds: vec![(0.1, 0), (f64::INFINITY, 0)], ..Totals::none(workload) }
}

/// What happened to a helmsman, for a test to read afterwards.
#[derive(Default)]
pub(crate) struct Log {
    /// (tick, rows, explore, buckets) of each batch.
    pub(crate) batches: Vec<(u64, Vec<usize>, bool, Vec<Bucket>)>,
    pub(crate) lessons: Vec<Experiences>,
    pub(crate) forgotten: Vec<WorkloadId>,
    pub(crate) restored: Vec<Vec<u8>>,
}

type Steer = Box<dyn FnMut(&Batch<'_>, usize) -> Answer + Send>;

/// A policy that does what a test says. What it learns is the number of its experiences.
pub(crate) struct Helmsman {
    pub(crate) scope: Scope,
    pub(crate) needs: Needs,
    pub(crate) learned: u64,
    /// It will not be taught.
    pub(crate) stubborn: bool,
    pub(crate) log: Arc<Mutex<Log>>,
    steer: Steer,
}

impl Helmsman {
    /// It is asked row by row, every tick.
    pub(crate) fn new(steer: impl FnMut(&Batch<'_>, usize) -> Answer + Send + 'static) -> Self {
        let columns = vec![Column::ReplicasDesired, Column::ArrivalRatePerSecond];
        Self {
            scope: Scope::Workload,
            needs: Needs { period: Duration::ZERO, columns, details: DetailSet::NONE },
            learned: 0,
            stubborn: false,
            log: Arc::default(),
            steer: Box::new(steer),
        }
    }

    /// It always asks for so many replicas.
    pub(crate) fn fixed(replicas: u32) -> Self {
        Self::new(move |_, _| Ok(Recommendation::replicas(replicas)))
    }
}

impl Policy for Helmsman {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn needs(&self) -> &Needs {
        &self.needs
    }

    fn reasons(&self) -> &[Arc<str>] {
        &[]
    }

    fn recommend(&mut self, batch: &Batch<'_>) -> Advice {
        let answers = batch.rows.iter().map(|&row| (self.steer)(batch, row)).collect();
        let seen = batch.observations;
        let buckets = seen.details.buckets.clone();
        let note = (seen.tick, batch.rows.to_vec(), batch.explore, buckets);
        self.log.lock().unwrap().batches.push(note);
        Advice { answers, explanations: Vec::new() }
    }

    fn learn(&mut self, experiences: &Experiences) -> Result<(), PolicyError> {
        if self.stubborn {
            let message = "too old to learn".to_owned();
            return Err(PolicyError::Declined { attempted: "learn", message });
        }
        self.learned += experiences.rows() as u64;
        self.log.lock().unwrap().lessons.push(experiences.clone());
        Ok(())
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), PolicyError> {
        self.log.lock().unwrap().forgotten.extend(workloads);
        Ok(())
    }

    fn snapshot(&mut self, _: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        Ok(self.learned.to_le_bytes().to_vec())
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), PolicyError> {
        self.learned = u64::from_le_bytes(snapshot.try_into().unwrap());
        self.log.lock().unwrap().restored.push(snapshot.to_vec());
        Ok(())
    }
}

/// A reward that says what a test says.
pub(crate) struct Umpire {
    terms: Terms,
    opinion: fn(&Transitions<'_>) -> Result<Vec<f64>, RewardError>,
}

impl Umpire {
    pub(crate) fn new(opinion: fn(&Transitions<'_>) -> Result<Vec<f64>, RewardError>) -> Self {
        Self { terms: Terms { columns: Vec::new(), minimum: -100.0, maximum: 100.0 }, opinion }
    }

    /// The reward of a tick is its number: 1 for the first.
    pub(crate) fn counting() -> Self {
        Self::new(|transitions| Ok(vec![transitions.after.tick as f64; transitions.rows.len()]))
    }

    /// One replica costs one; every request beyond ten a replica costs one more.
    pub(crate) fn thrifty() -> Self {
        Self::new(|transitions| {
            let seen = transitions.after;
            let score = |row: usize| {
                let replicas = seen.get(row, Column::ReplicasDesired).unwrap();
                let arrived = seen.get(row, Column::ArrivalRatePerSecond).unwrap();
                -replicas - f64::max(0.0, arrived - 10.0 * replicas)
            };
            Ok(transitions.rows.iter().map(|transition| score(transition.after_row)).collect())
        })
    }
}

impl Reward for Umpire {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        (self.opinion)(transitions)
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
