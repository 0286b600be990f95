//! Report: who drove when, what was estimated, and what it cost.

use serde::{Deserialize, Serialize};

use super::Phase;
use crate::{Comparison, Estimate, Interval};

/// Checks and stints that are kept, the oldest go: a loop may go on for years.
const MOST: usize = 10_000;

/// What came of a bootstrapping so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootstrapReport {
    /// Turns so far.
    pub turns: u64,
    /// Rows decided so far.
    pub steps: u64,
    /// Who drove, one after the other; the last one is under way.
    pub stints: Vec<Stint>,
    /// What was estimated, one after the other.
    pub checks: Vec<Check>,
}

/// A stretch of turns under the same driver.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stint {
    /// Who drove.
    pub phase: Phase,
    /// The first turn.
    pub turn: u64,
    /// The first row decided.
    pub step: u64,
    /// Turns.
    pub turns: u64,
    /// Rows that something was learned of.
    pub lessons: u64,
    /// Sum of their rewards.
    pub reward: f64,
    /// Objectives, one a workload and turn.
    pub objectives: u64,
    /// Those that were missed.
    pub missed: u64,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// When.
    pub turn: u64,
    /// Rows decided so far.
    pub step: u64,
    /// What the agent would be worth, in discounted reward.
    pub agent: Estimate,
    /// What the rule is worth, without its deviations.
    pub rule: Estimate,
    /// The agent's value less the rule's.
    pub difference: f64,
    /// Of the difference.
    pub interval: Interval,
    /// Episodes that were looked at.
    pub episodes: usize,
}

impl Stint {
    /// Mean reward, once there is one.
    pub fn mean_reward(&self) -> Option<f64> {
        (self.lessons > 0).then(|| self.reward / self.lessons as f64)
    }

    /// Share of objectives that were missed, in `[0, 1]`, once there was one.
    pub fn missed_share(&self) -> Option<f64> {
        (self.objectives > 0).then(|| self.missed as f64 / self.objectives as f64)
    }
}

impl BootstrapReport {
    /// Another drives from now on.
    pub(super) fn begin(&mut self, phase: Phase) {
        let (turn, step) = (self.turns, self.steps);
        let empty = Stint {
            phase,
            turn,
            step,
            turns: 0,
            lessons: 0,
            reward: 0.0,
            objectives: 0,
            missed: 0,
        };
        push(&mut self.stints, empty);
    }

    /// A check was made.
    pub(super) fn note(&mut self, found: &Comparison) {
        let Comparison { first, second, difference, interval, episodes } = *found;
        let (turn, step) = (self.turns, self.steps);
        let check =
            Check { turn, step, agent: first, rule: second, difference, interval, episodes };
        push(&mut self.checks, check);
    }

    /// A turn of so many rows is over.
    pub(super) fn count(&mut self, rows: usize, rewards: &[f64], (objectives, missed): (u32, u32)) {
        self.turns += 1;
        self.steps += rows as u64;
        let Some(stint) = self.stints.last_mut() else { return };
        stint.turns += 1;
        stint.lessons += rewards.len() as u64;
        stint.reward += rewards.iter().sum::<f64>();
        stint.objectives += u64::from(objectives);
        stint.missed += u64::from(missed);
    }
}

fn push<T>(list: &mut Vec<T>, one: T) {
    if list.len() == MOST {
        list.remove(0);
    }
    list.push(one);
}
