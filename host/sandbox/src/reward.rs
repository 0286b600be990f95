//! ComponentReward: an instance of a component behind the seam `Reward`.

use std::sync::Arc;

use scaling::{Reward, RewardError, Terms, Timestamp, Transitions, WorkloadId};

use crate::bindings::reward as raw;
use crate::experience::lower_transitions;
use crate::guest::Trapped;
use crate::instance::Instance;
use crate::load::{LoadError, RewardComponent, columns};
use crate::log::LogLine;
use crate::metrics::ModuleMetrics;
use crate::standing::{Record, Standing};
use crate::text::quoted;
use crate::usage::Usage;

/// An instance of a reward component. After a trap it is made anew with its last good snapshot; a
/// reward that broke says nothing for that tick, and after several in a row it is paused and then
/// quarantined like a policy.
pub struct ComponentReward {
    component: RewardComponent,
    terms: Terms,
    instance: Instance<raw::Reward>,
    turns: Record,
    now: Timestamp,
}

impl std::fmt::Debug for ComponentReward {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ComponentReward")
            .field("component", &self.component)
            .finish_non_exhaustive()
    }
}

impl RewardComponent {
    /// What the reward function finds wrong with settings; nothing if it would take them.
    pub fn validate_settings(&self, settings: &str) -> Result<(), LoadError> {
        self.0.validate_settings(settings)
    }

    /// Makes a reward function with these settings (JSON text).
    pub fn instantiate(&self, settings: &str) -> Result<ComponentReward, LoadError> {
        let (instance, raw) = self.0.instantiate(settings, 0)?;
        let terms =
            Terms { columns: columns(&raw.columns)?, minimum: raw.minimum, maximum: raw.maximum };
        if !(terms.minimum.is_finite() && terms.maximum.is_finite())
            || terms.minimum > terms.maximum
        {
            return Err(LoadError::Range { minimum: terms.minimum, maximum: terms.maximum });
        }
        Ok(ComponentReward {
            component: self.clone(),
            terms,
            instance,
            turns: Record::default(),
            now: Timestamp::ZERO,
        })
    }
}

impl ComponentReward {
    /// What it has used so far.
    pub fn usage(&self) -> &Usage {
        &self.instance.usage
    }

    /// Whether it is asked at present.
    pub fn standing(&self) -> &Standing {
        self.turns.standing(self.now)
    }

    /// Lifts a pause or a quarantine.
    pub fn release(&mut self) {
        self.turns.succeeded();
    }

    /// Counts its usage in these metrics from now on.
    pub fn measure(&mut self, metrics: ModuleMetrics) {
        self.instance.measure(metrics);
        self.publish();
    }

    /// Takes the lines that it has written to its log.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.instance.take_log()
    }

    fn publish(&mut self) {
        self.instance.publish();
        if let Some(metrics) = self.instance.metrics() {
            metrics.set_standing(self.turns.standing(self.now));
        }
    }

    fn scored(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        let rows = transitions.rows.len();
        let lowered = lower_transitions(transitions, &self.terms.columns);
        let fuel = self.component.limits().fuel(rows);
        let rewards = self
            .instance
            .call(fuel, |world, store| world.call_score(store, &lowered))
            .map_err(|trapped| failed(&trapped))?
            .map_err(|message| RewardError::Declined { message: quoted(&message) })?;
        self.judged(rewards, rows)
    }

    fn judged(&self, rewards: Vec<f64>, expected: usize) -> Result<Vec<f64>, RewardError> {
        let given = rewards.len();
        if given != expected {
            return Err(RewardError::WrongLength { expected, given });
        }
        let Terms { minimum, maximum, .. } = self.terms;
        // NaN is in no range.
        match rewards.iter().position(|reward| !(minimum..=maximum).contains(reward)) {
            Some(row) => {
                Err(RewardError::OutOfRange { row, value: rewards[row], minimum, maximum })
            }
            None => Ok(rewards),
        }
    }
}

fn failed(trapped: &Trapped) -> RewardError {
    RewardError::Failed { cause: trapped.cause() }
}

impl Reward for ComponentReward {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        self.now = transitions.after.now;
        self.instance.set_now(self.now);
        let standing = self.turns.standing(self.now);
        if *standing != Standing::Good {
            let cause: Arc<str> = standing.to_string().into();
            return Err(RewardError::Failed { cause });
        }
        self.instance.usage.observations += transitions.rows.len() as u64;
        self.instance.note_workloads(transitions.rows.iter().map(|row| row.workload.0));
        let scored = self.scored(transitions);
        match &scored {
            Ok(_) | Err(RewardError::Declined { .. }) => self.turns.succeeded(),
            Err(error) => {
                let discipline = self.component.0.shared.limits.discipline.as_ref();
                self.turns.failed(self.now, error.to_string().into(), discipline);
            }
        }
        self.instance.end_turn();
        self.publish();
        scored
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), RewardError> {
        self.instance.forget(workloads).map_err(|trapped| failed(&trapped))
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, RewardError> {
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        self.instance.snapshot(&ids).map_err(|cause| RewardError::Failed { cause })
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), RewardError> {
        let restored = self.instance.restore(snapshot).map_err(|trapped| failed(&trapped))?;
        restored.map_err(|message| RewardError::Declined { message: quoted(&message) })
    }
}
