//! Account: what one workload did in an episode, as far as the loop can see it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use scaling::{
    Action, Applied, Column, Decision, Observations, Rail, Refusal, TailPercentile, Workload,
    WorkloadId,
};

use super::track::Track;
use crate::lap::Row;
use crate::results::{Answers, RewardMeasure, Scaling};

/// What one workload did in an episode.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: WorkloadId,
    pub(super) name: String,
    pub(super) objective_seconds: Option<f64>,
    tail: Column,
    pub(super) rewards: Vec<RewardMeasure>,
    pub(super) slo_ticks: u64,
    pub(super) slo_ticks_violated: u64,
    pub(super) scaling: Scaling,
    last_direction: Option<Ordering>,
    pub(super) answers: Answers,
    /// By position in [`Rail::ALL`].
    rails: [u64; Rail::ALL.len()],
    pub(super) track: Track,
}

impl Account {
    pub(super) fn new(workload: &Workload, rewards: usize, start: &Observations) -> Self {
        let percentile = workload.slo.map_or(TailPercentile::P90, |slo| slo.percentile);
        Self {
            id: workload.id,
            name: workload.name.clone(),
            objective_seconds: workload.slo.map(|slo| slo.latency_seconds),
            tail: percentile.column(),
            rewards: vec![RewardMeasure::default(); rewards],
            slo_ticks: 0,
            slo_ticks_violated: 0,
            scaling: Scaling::default(),
            last_direction: None,
            answers: Answers::default(),
            rails: [0; Rail::ALL.len()],
            track: Track::new(start.now),
        }
    }

    /// Counts what was decided and done. Nothing counts while the workload warms up, but the first
    /// change after that may well reverse one made before.
    pub(super) fn record(&mut self, decision: &Decision, applied: &Applied, turn: Option<&Row>) {
        let counts = !decision.warming_up;
        let direction = match applied {
            Applied::Done(action) => self.direction(action),
            Applied::Failed(_) => Ordering::Equal,
        };
        let reversed = direction.is_ne() && self.last_direction == Some(direction.reverse());
        if direction.is_ne() {
            self.last_direction = Some(direction);
        }
        if !counts {
            return;
        }
        match applied {
            Applied::Done(action) => {
                self.scaling.up += u64::from(direction.is_gt());
                self.scaling.down += u64::from(direction.is_lt());
                self.scaling.reversals += u64::from(reversed);
                self.scaling.resizes += u64::from(resized(action));
            }
            Applied::Failed(_) => self.scaling.failed += 1,
        }
        for (count, rail) in self.rails.iter_mut().zip(Rail::ALL) {
            *count += u64::from(decision.rails.contains(rail));
        }
        if let Some(row) = turn {
            self.answers.asked += 1;
            self.answers.illegal += u64::from(decision.illegal);
            self.answers.fallback += u64::from(row.fell_back);
            if let Some(refusal) = &row.refusal {
                *self.answers.refused.entry(kind(refusal).to_owned()).or_default() += 1;
            }
        }
    }

    fn direction(&self, action: &Action) -> Ordering {
        action.replicas_after.cmp(&action.replicas_before)
    }

    /// Counts what came of it. `scores` has one entry for each reward.
    pub(super) fn close(
        &mut self,
        after: &Observations,
        row: usize,
        warming_up: bool,
        scores: impl Iterator<Item = Option<f64>> + Clone,
    ) {
        self.track.push(after, row, self.tail, scores.clone().next().flatten());
        if warming_up {
            return;
        }
        if let Some(preservation) = after.get(row, Column::SloPreservationRatio) {
            self.slo_ticks += 1;
            self.slo_ticks_violated += u64::from(preservation < 1.0);
        }
        for (measure, score) in self.rewards.iter_mut().zip(scores) {
            match score {
                Some(reward) => {
                    measure.scored += 1;
                    measure.total += reward;
                }
                None => measure.failed += 1,
            }
        }
    }

    /// The rails that changed decisions, by name.
    pub(super) fn rails(&self) -> BTreeMap<String, u64> {
        let named = Rail::ALL.into_iter().zip(self.rails);
        named
            .filter(|(_, count)| *count > 0)
            .map(|(rail, count)| (rail.name().to_owned(), count))
            .collect()
    }
}

fn resized(action: &Action) -> bool {
    action.cpu_millicores_before != action.cpu_millicores_after
        || action.memory_bytes_before != action.memory_bytes_after
}

fn kind(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotANumber { .. } => "not-a-number",
        Refusal::Infinite { .. } => "infinite",
        Refusal::Negative { .. } => "negative",
        Refusal::Fractional { .. } => "fractional",
        Refusal::Absurd { .. } => "absurd",
        Refusal::Zero { .. } => "zero",
        Refusal::UnknownReason { .. } => "unknown-reason",
        Refusal::UnknownTargets { .. } => "unknown-targets",
        Refusal::WrongLength { .. } => "wrong-length",
        Refusal::Declined { .. } => "declined",
        Refusal::Suspended { .. } => "suspended",
        Refusal::Failed { .. } => "failed",
    }
}
