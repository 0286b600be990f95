//! Mp3: a closed-form cluster, the environment of the ECE 471 course's third mini project (Illinois,
//! 2022): one function, one Poisson rate an episode, and a published table of what comes of each
//! number of containers. Small enough to be solved exactly, so that a learner has a bar to reach.
//!
//! A step is one tick and takes one of five actions: nothing, one container more or fewer, 128 CPU
//! shares more or fewer. Anything else (two containers at once, a container and shares together, a
//! target outside of the bounds) is illegal: it changes nothing and [`Mp3::score`] gives −1 for it.
//! A policy that asks for more than one container is brought onto the five actions by the guard's
//! step rails (`step_up: 1, step_down: 1`), not by the cluster.
//!
//! As in the table, shares change nothing: a move of shares is legal and leaves every container at
//! 1024 of them. A share is a 1024th of a core, so the moves are to 875 and to 1125 millicores.

mod cell;
mod columns;
mod details;
mod optimum;
mod spec;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use scaling::{
    Action, Applied, Bounds, Cluster, ClusterError, Decision, DetailSet, GroupId, Observations,
    Slo, TailPercentile, TenantId, Timestamp, Totals, Workload, WorkloadId,
};
use traffic::{Purpose, Stream};

use cell::{CONTAINERS_MAX, Cell, RATE_MAX, SLO_SECONDS};
pub use spec::{Mp3Error, Mp3Spec};
use tally::Tally;

/// CPU limit of a container in millicores: one core, 1024 shares.
const CPU_MILLICORES: u32 = 1_000;
/// What 128 shares are in millicores.
const CPU_MILLICORES_STEP: u32 = 125;
/// The reward of an illegal move.
const ILLEGAL_REWARD: f64 = -1.0;

/// One episode of the environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Mp3 {
    spec: Mp3Spec,
    rate_per_second: u32,
    replicas: u32,
    step: u32,
    workloads: [Workload; 1],
    tally: Tally,
}

impl Mp3 {
    /// The start of an episode; the seed decides the rate, unless it is given.
    pub fn new(spec: Mp3Spec, seed: u64) -> Result<Self, Mp3Error> {
        spec.check()?;
        let drawn = 1 + Stream::new(seed, 0, Purpose::Episode).below(RATE_MAX.into()) as u32;
        Ok(Self {
            spec,
            rate_per_second: spec.rate_per_second.unwrap_or(drawn),
            replicas: spec.replicas_initial,
            step: 0,
            workloads: [workload()],
            tally: Tally::default(),
        })
    }

    /// The reward of the last move: that of the state moved to, 0.3·utilisation +
    /// 0.7·slo_preservation, or −1 if it was illegal.
    pub fn score(&self, action: &Action) -> f64 {
        if action.illegal { ILLEGAL_REWARD } else { self.cell().reward() }
    }

    /// The most that any policy can reach in this episode, as the mean reward of a step.
    pub fn optimum(&self) -> f64 {
        optimum::mean_reward(&self.spec, self.rate_per_second)
    }

    fn cell(&self) -> Cell {
        Cell::new(self.replicas, self.rate_per_second, self.spec.quirk_cells)
    }

    fn now(&self) -> Timestamp {
        let seconds = u64::from(self.step) * u64::from(self.spec.tick_seconds);
        Timestamp::ZERO + Duration::from_secs(seconds)
    }

    /// The containers after a decision, or none if it is not one of the five actions.
    fn destination(&self, decision: &Decision) -> Option<u32> {
        let replicas = decision.replicas.unwrap_or(self.replicas);
        let cpu_millicores = decision.cpu_millicores.unwrap_or(CPU_MILLICORES);
        let moved = (replicas.abs_diff(self.replicas), cpu_millicores.abs_diff(CPU_MILLICORES));
        let legal = !decision.illegal
            && (1..=CONTAINERS_MAX).contains(&replicas)
            && decision.memory_bytes.is_none()
            && matches!(moved, (0 | 1, 0) | (0, CPU_MILLICORES_STEP));
        legal.then_some(replicas)
    }

    fn take(&mut self, decision: &Decision) -> Applied {
        if decision.workload != self.workloads[0].id {
            let cause = format!("there is no workload {}", decision.workload);
            return Applied::Failed(Arc::from(cause));
        }
        let before = self.replicas;
        let destination = self.destination(decision);
        self.replicas = destination.unwrap_or(before);
        self.tally.start(self.replicas.saturating_sub(before));
        Applied::Done(Action {
            replicas_before: before,
            replicas_after: self.replicas,
            cpu_millicores_before: CPU_MILLICORES,
            cpu_millicores_after: CPU_MILLICORES,
            illegal: destination.is_none(),
            ..Action::default()
        })
    }
}

fn workload() -> Workload {
    let cpu = (CPU_MILLICORES - CPU_MILLICORES_STEP, CPU_MILLICORES + CPU_MILLICORES_STEP);
    Workload {
        id: WorkloadId(0),
        name: "mp3".to_owned(),
        tenant: TenantId(0),
        group: GroupId(0),
        bounds: Bounds { cpu_millicores: Some(cpu), ..Bounds::replicas(1, CONTAINERS_MAX) },
        slo: Some(Slo { latency_seconds: SLO_SECONDS, percentile: TailPercentile::P99 }),
    }
}

/// After the last step the final state can still be observed, so that the last transition can be
/// closed.
impl Cluster for Mp3 {
    fn workloads(&self) -> &[Workload] {
        &self.workloads
    }

    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError> {
        let workloads = vec![self.workloads[0].id];
        let mut observations = Observations::missing(self.now(), u64::from(self.step), workloads);
        let cell = self.cell();
        for (column, value) in columns::of(&cell) {
            observations.set(0, column, value);
        }
        observations.details = details::of(&cell, self.now(), self.spec.tick_seconds, details);
        Ok(observations)
    }

    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied> {
        decisions.iter().map(|decision| self.take(decision)).collect()
    }

    fn advance(&mut self) -> Result<bool, ClusterError> {
        if self.step < self.spec.steps {
            self.tally.spend(&self.cell(), self.spec.tick_seconds);
            self.step += 1;
        }
        Ok(self.step < self.spec.steps)
    }

    fn totals(&mut self) -> Vec<Totals> {
        vec![self.tally.totals(self.workloads[0].id)]
    }
}
