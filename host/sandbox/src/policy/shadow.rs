//! Shadow: a policy that is asked on what is left of a tick, and dropped when that is too little.

use std::time::Duration;

use scaling::{Advice, Batch};
use thiserror::Error;

use super::ComponentPolicy;
use super::halving::Unanswered;
use crate::guest::{Budget, Trapped};
use crate::{Sandbox, TrapKind};

/// What a tick may take for all who are asked in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickBudget {
    /// Fuel of the live policy and all shadows together.
    pub fuel: u64,
    /// Wall-clock time; none where nothing may depend on the wall clock.
    pub deadline: Option<Duration>,
}

/// What is left of a tick.
#[derive(Debug, Clone)]
pub struct Turn {
    sandbox: Sandbox,
    deadline_epoch: u64,
    fuel: u64,
}

/// Why a shadow has no answer this time. It is no failure of the shadow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Dropped {
    /// The tick was over before its turn came.
    #[error("no time was left of the tick")]
    NoTime,
    /// The others had used up the tick's fuel.
    #[error("no fuel was left of the tick")]
    NoFuel,
    /// It was interrupted because the tick was over.
    #[error("it was interrupted, because the tick was over")]
    Late,
}

impl Sandbox {
    /// A tick begins now, with this budget.
    pub fn turn(&self, budget: TickBudget) -> Turn {
        Turn {
            sandbox: self.clone(),
            deadline_epoch: self.deadline_epoch(budget.deadline),
            fuel: budget.fuel,
        }
    }
}

impl Turn {
    /// Fuel that is left.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Somebody used fuel.
    pub(crate) fn charge(&mut self, fuel: u64) {
        self.fuel = self.fuel.saturating_sub(fuel);
    }

    fn is_over(&self) -> bool {
        self.sandbox.epochs_until(self.deadline_epoch) == 0
    }
}

impl ComponentPolicy {
    /// Asks it as a shadow: within its own limits and what is left of the tick. What stops it for
    /// want of the tick's time or fuel is counted as a dropped turn; what stops it for its own limits
    /// is a failure like any other.
    pub fn recommend_as_shadow(
        &mut self,
        batch: &Batch<'_>,
        turn: &mut Turn,
    ) -> Result<Advice, Dropped> {
        self.set_now(batch.observations.now);
        let rows = batch.rows.len();
        if let Some(refused) = self.absent(rows) {
            self.publish();
            return Ok(refused);
        }
        if turn.is_over() {
            return Err(self.drop_turn(Dropped::NoTime));
        }
        if turn.fuel == 0 {
            return Err(self.drop_turn(Dropped::NoFuel));
        }
        self.note_workloads(batch);
        let own = self.own_budget(rows);
        let before = Budget {
            fuel: own.fuel.min(turn.fuel),
            deadline_epoch: own.deadline_epoch.min(turn.deadline_epoch),
        };
        let mut budget = before;
        let answer = self.ask(batch, 0..rows, &mut budget);
        turn.charge(before.fuel - budget.fuel);
        let advice = match answer {
            Ok(advice) => advice,
            Err(Unanswered::Trapped(trapped)) if cut_short(&trapped, own, before) => {
                self.instance.forgive(trapped.kind);
                return Err(self.drop_turn(Dropped::Late));
            }
            Err(unanswered) => {
                let refusal = unanswered.into_refusal();
                Advice { answers: vec![Err(refusal); rows], explanations: Vec::new() }
            }
        };
        self.conclude(&advice);
        Ok(advice)
    }

    fn drop_turn(&mut self, why: Dropped) -> Dropped {
        self.instance.usage.dropped_turns += 1;
        self.publish();
        why
    }
}

/// Whether a call ended for want of what the tick had left, and not for its own limits.
fn cut_short(trapped: &Trapped, own: Budget, given: Budget) -> bool {
    match trapped.kind {
        TrapKind::OutOfFuel => given.fuel < own.fuel,
        TrapKind::Deadline => given.deadline_epoch < own.deadline_epoch,
        _ => false,
    }
}
