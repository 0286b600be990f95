//! Mp3 stage: the closed-form environment of the ECE 471 course, as its students know it: six numbers,
//! five actions, and a reward of −1 for an illegal one.

use scaling::{Applied, Cluster, Column, Decision, DetailSet, Observations, RailSet};
use simulator::{Mp3, Mp3Error, Mp3Spec};
use worlds::WorldError;

use crate::layout::Layout;
use crate::stage::{Outcome, Stage};
use crate::totals::Bill;

/// What the actions do to containers and to the CPU limit of each, in millicores: 128 shares are an
/// eighth of a core.
const ACTIONS: [(&str, i64, i64); 5] = [
    ("hold", 0, 0),
    ("+1 container", 1, 0),
    ("-1 container", -1, 0),
    ("+128 CPU shares", 0, 125),
    ("-128 CPU shares", 0, -125),
];
/// The numbers of the state: what they are called, in what they are counted, and the largest.
const STATE: [(&str, &str, f32); 6] = [
    ("cpu_util", "1", 1.0),
    ("slo_preservation", "1", 1.0),
    ("cpu_shares", "20480 shares", 1.0),
    ("cpu_shares_others", "92160 shares", 1.0),
    ("num_containers", "20 containers", 1.0),
    ("arrival_rate", "10 requests/s", 1.0),
];
/// CPU shares that all containers together are counted in.
const SHARES: f64 = 20_480.0;
/// CPU shares that those of others are counted in.
const SHARES_OTHERS: f64 = 92_160.0;
const CONTAINERS: f64 = 20.0;
const RATE_PER_SECOND: f64 = 10.0;
/// Components of the reward; they add up to it.
const COMPONENTS: [&str; 3] = ["utilisation", "slo_preservation", "illegal"];

/// The closed form as an environment.
pub(crate) struct Mp3Stage {
    spec: Mp3Spec,
    mp3: Option<Mp3>,
    inputs: [f32; 6],
    allowed: [bool; 5],
    outcome: Outcome,
    bill: Bill,
    seen: Seen,
    steps: u32,
    rewards: f64,
    illegal: u32,
}

/// What there is at a step.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    containers: f64,
    cpu_millicores: f64,
    utilisation: f64,
    slo_preservation: f64,
}

/// What its observations and actions are like.
pub(crate) fn layout(spec: &Mp3Spec) -> Layout {
    Layout {
        name: "mp3".to_owned(),
        rows: 1,
        names: STATE.iter().map(|(name, ..)| (*name).to_owned()).collect(),
        units: STATE.iter().map(|(_, unit, _)| (*unit).to_owned()).collect(),
        bounds: STATE.iter().map(|&(.., most)| (0.0, most)).collect(),
        heads: vec![ACTIONS.len()],
        actions: vec![ACTIONS.iter().map(|(name, ..)| (*name).to_owned()).collect()],
        rewards: COMPONENTS.map(str::to_owned).to_vec(),
        seconds: f64::from(spec.tick_seconds),
        card: None,
    }
}

impl Mp3Stage {
    /// The environment of this specification, if it makes sense.
    pub(crate) fn new(spec: Mp3Spec) -> Result<Self, Mp3Error> {
        Mp3::new(spec, 0)?;
        Ok(Self {
            spec,
            mp3: None,
            inputs: [0.0; 6],
            allowed: [true; 5],
            outcome: Outcome::default(),
            bill: Bill::default(),
            seen: Seen::default(),
            steps: 0,
            rewards: 0.0,
            illegal: 0,
        })
    }

    fn see(&mut self) -> Result<(), WorldError> {
        let mp3 = self.mp3.as_mut().ok_or_else(not_begun)?;
        let observations = mp3.observe(DetailSet::NONE).map_err(|error| failed(&error))?;
        let value = |column| read(&observations, column);
        self.seen = Seen {
            containers: value(Column::ReplicasDesired),
            cpu_millicores: value(Column::CpuLimitMillicores),
            utilisation: value(Column::CpuUtilisationRatioMean),
            slo_preservation: value(Column::SloPreservationRatio),
        };
        self.inputs = [
            self.seen.utilisation,
            self.seen.slo_preservation,
            self.seen.containers * value(Column::CpuShares) / SHARES,
            value(Column::CpuSharesOthers) / SHARES_OTHERS,
            self.seen.containers / CONTAINERS,
            value(Column::ArrivalRatePerSecond) / RATE_PER_SECOND,
        ]
        .map(|value| value as f32);
        let range = value(Column::ReplicasMin)..=value(Column::ReplicasMax);
        self.allowed = ACTIONS
            .map(|(_, containers, _)| range.contains(&(self.seen.containers + containers as f64)));
        Ok(())
    }

    fn decision(&self, mp3: &Mp3, action: usize) -> Decision {
        let (_, containers, cpu_millicores) = ACTIONS[action];
        // Below none there is nothing, and none is illegal too.
        let target = |value: f64, delta: i64| (value as i64 + delta).max(0) as u32;
        Decision {
            workload: mp3.workloads()[0].id,
            replicas: Some(target(self.seen.containers, containers)),
            cpu_millicores: (cpu_millicores != 0)
                .then(|| target(self.seen.cpu_millicores, cpu_millicores)),
            memory_bytes: None,
            buffer_requests: None,
            rails: RailSet::default(),
            illegal: false,
            reason: None,
            warming_up: false,
        }
    }
}

impl Stage for Mp3Stage {
    fn begin(&mut self, seed: u64) -> Result<(), WorldError> {
        let mp3 = Mp3::new(self.spec, seed).map_err(|error| failed(&error))?;
        self.mp3 = Some(mp3);
        self.bill = Bill::default();
        (self.steps, self.rewards, self.illegal) = (0, 0.0, 0);
        self.outcome = Outcome::default();
        self.see()
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        let action = usize::from(choices[0]);
        let decision = self.decision(self.mp3.as_ref().ok_or_else(not_begun)?, action);
        let mp3 = self.mp3.as_mut().ok_or_else(not_begun)?;
        let applied = match mp3.scale(&[decision]).pop() {
            Some(Applied::Done(action)) => action,
            Some(Applied::Failed(cause)) => return Err(failed(&*cause)),
            None => return Err(failed("no answer to a decision")),
        };
        let goes_on = mp3.advance().map_err(|error| failed(&error))?;
        let reward = mp3.score(&applied);
        let bill = Bill::of(&mp3.totals(), mp3.workloads());
        let [violation, replica_seconds, cpu_core_seconds] = bill.since(&self.bill);
        self.bill = bill;
        self.see()?;
        let illegal = f64::from(u8::from(applied.illegal));
        let legal = 1.0 - illegal;
        self.outcome = Outcome {
            reward,
            facts: [
                self.seen.slo_preservation,
                violation,
                replica_seconds,
                cpu_core_seconds,
                illegal,
            ],
            rewards: vec![
                legal * 0.3 * self.seen.utilisation,
                legal * 0.7 * self.seen.slo_preservation,
                -illegal,
            ],
            applied: vec![if applied.illegal { 0 } else { action as i16 }],
        };
        self.steps += 1;
        self.rewards += reward;
        self.illegal += u32::from(applied.illegal);
        Ok(goes_on)
    }

    fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    fn allowed(&self) -> &[bool] {
        &self.allowed
    }

    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn totals(&mut self) -> Vec<(String, f64)> {
        let Some(mp3) = &self.mp3 else { return Vec::new() };
        let steps = f64::from(self.steps);
        let [violation, replica_seconds, cpu_core_seconds] = self.bill.since(&Bill::default());
        vec![
            ("seconds".to_owned(), steps * f64::from(self.spec.tick_seconds)),
            ("reward_mean".to_owned(), self.rewards / steps),
            ("optimum".to_owned(), mp3.optimum()),
            ("slo_violation".to_owned(), violation),
            ("replica_seconds".to_owned(), replica_seconds),
            ("cpu_core_seconds".to_owned(), cpu_core_seconds),
            ("illegal".to_owned(), self.illegal.into()),
        ]
    }
}

fn read(observations: &Observations, column: Column) -> f64 {
    observations.get(0, column).unwrap_or(f64::NAN)
}

fn failed(cause: &(impl ToString + ?Sized)) -> WorldError {
    WorldError { attempted: "a step of mp3".to_owned(), cause: cause.to_string() }
}

fn not_begun() -> WorldError {
    failed("the environment was not reset before")
}
