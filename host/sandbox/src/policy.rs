//! ComponentPolicy: an instance of a component behind the seam `Policy`.

mod answers;
mod halving;
mod shadow;

use std::sync::Arc;
use std::time::Duration;

use scaling::{
    Advice, Batch, Experiences, Needs, Policy, PolicyError, Refusal, Scope, Timestamp, WorkloadId,
};

pub use shadow::{Dropped, TickBudget, Turn};

use crate::batch;
use crate::bindings::policy as raw;
use crate::experience::lower_experiences;
use crate::guest::Budget;
use crate::instance::Instance;
use crate::load::{LoadError, PolicyComponent, columns, details};
use crate::log::LogLine;
use crate::metrics::ModuleMetrics;
use crate::standing::{Record, Standing};
use crate::text::quoted;
use crate::usage::Usage;

/// An instance of a policy component. Its store is its own; when a call traps the store is dropped
/// and the last snapshot restored into a new one. After several failed turns in a row it is paused,
/// then quarantined; its rows are then refused, so that the fallback answers in the same tick.
pub struct ComponentPolicy {
    component: PolicyComponent,
    needs: Needs,
    instance: Instance<raw::Policy>,
    lowered: raw::Batch,
    turns: Record,
    lessons: Record,
    now: Timestamp,
}

impl std::fmt::Debug for ComponentPolicy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ComponentPolicy")
            .field("component", &self.component)
            .field("usage", self.usage())
            .finish_non_exhaustive()
    }
}

impl PolicyComponent {
    /// What the policy finds wrong with settings; nothing if it would take them.
    pub fn validate_settings(&self, settings: &str) -> Result<(), LoadError> {
        self.0.validate_settings(settings)
    }

    /// Makes a policy with these settings (JSON text) and this seed.
    pub fn instantiate(&self, settings: &str, seed: u64) -> Result<ComponentPolicy, LoadError> {
        let (instance, raw) = self.0.instantiate(settings, seed)?;
        let needs = Needs {
            period: Duration::from_millis(raw.period_milliseconds),
            columns: columns(&raw.columns)?,
            details: details(&raw.details)?,
        };
        Ok(ComponentPolicy {
            component: self.clone(),
            needs,
            instance,
            lowered: batch::empty(),
            turns: Record::default(),
            lessons: Record::default(),
            now: Timestamp::ZERO,
        })
    }
}

impl ComponentPolicy {
    /// The component that it is an instance of.
    pub fn component(&self) -> &PolicyComponent {
        &self.component
    }

    /// What it has used so far.
    pub fn usage(&self) -> &Usage {
        &self.instance.usage
    }

    /// Whether it is asked at present.
    pub fn standing(&self) -> &Standing {
        self.turns.standing(self.now)
    }

    /// Lifts a pause or a quarantine. The next turn finds it with the last good snapshot.
    pub fn release(&mut self) {
        self.turns.succeeded();
        self.lessons.succeeded();
    }

    /// Counts its usage in these metrics from now on.
    pub fn measure(&mut self, metrics: ModuleMetrics) {
        self.instance.measure(metrics);
        self.publish();
    }

    /// Rows that the fallback answered in its place.
    pub fn note_fallback(&mut self, rows: u64) {
        self.instance.usage.fallback_answers += rows;
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

    /// What a turn about so many rows may use, whatever is left of the tick.
    fn own_budget(&self, rows: usize) -> Budget {
        let shared = &self.component.0.shared;
        Budget {
            fuel: shared.limits.fuel(rows),
            deadline_epoch: shared.sandbox.deadline_epoch(shared.limits.deadline),
        }
    }

    fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        self.instance.set_now(now);
    }

    /// The answers of a policy that is paused or quarantined.
    fn absent(&self, rows: usize) -> Option<Advice> {
        let standing = self.standing();
        (*standing != Standing::Good).then(|| {
            let refusal = Refusal::Suspended { cause: standing.to_string().into() };
            Advice { answers: vec![Err(refusal); rows], explanations: Vec::new() }
        })
    }

    /// A turn is over: its standing follows from how it ended.
    fn conclude(&mut self, advice: &Advice) {
        self.instance.usage.observations += advice.answers.len() as u64;
        let broken = |answer: &&scaling::Answer| matches!(answer, Err(refusal) if !matches!(refusal, Refusal::Declined { .. }));
        let lost = advice.answers.iter().filter(broken).count();
        if lost * 2 > advice.answers.len() {
            let first = advice.answers.iter().find_map(|answer| answer.as_ref().err());
            let cause = first.map_or_else(String::new, ToString::to_string);
            let discipline = self.component.0.shared.limits.discipline.as_ref();
            self.turns.failed(self.now, cause.into(), discipline);
        } else if !advice.answers.is_empty() {
            self.turns.succeeded();
        }
        self.instance.end_turn();
        self.publish();
    }

    fn note_workloads(&mut self, batch: &Batch<'_>) {
        let asked = || batch.rows.iter().map(|&row| batch.observations.workloads()[row].0);
        // Mostly the same workloads come back in the same order.
        if !self.lowered.workloads.iter().copied().eq(asked()) {
            self.instance.note_workloads(asked());
        }
    }

    fn setup_fuel(&self) -> u64 {
        self.component.limits().setup_fuel
    }
}

impl Policy for ComponentPolicy {
    fn scope(&self) -> Scope {
        self.component.description().scope
    }

    fn needs(&self) -> &Needs {
        &self.needs
    }

    fn reasons(&self) -> &[Arc<str>] {
        &self.component.description().reasons
    }

    fn recommend(&mut self, batch: &Batch<'_>) -> Advice {
        self.set_now(batch.observations.now);
        if let Some(refused) = self.absent(batch.rows.len()) {
            self.publish();
            return refused;
        }
        self.note_workloads(batch);
        let advice = self.ask_in_halves(batch);
        self.conclude(&advice);
        advice
    }

    fn learn(&mut self, experiences: &Experiences) -> Result<(), PolicyError> {
        let attempted = "learn";
        let standing = self.lessons.standing(self.now);
        if *standing != Standing::Good {
            return Err(PolicyError::Failed { attempted, cause: standing.to_string().into() });
        }
        let lowered = lower_experiences(experiences);
        let fuel = self.component.limits().fuel(experiences.rows());
        match self.instance.call(fuel, |world, store| world.call_learn(store, &lowered)) {
            Ok(answer) => {
                self.lessons.succeeded();
                answer.map_err(|message| PolicyError::Declined {
                    attempted,
                    message: quoted(&message),
                })
            }
            Err(trapped) => {
                let discipline = self.component.0.shared.limits.discipline.as_ref();
                self.lessons.failed(self.now, trapped.cause(), discipline);
                Err(PolicyError::Failed { attempted, cause: trapped.cause() })
            }
        }
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), PolicyError> {
        self.lowered.workloads.clear();
        let attempted = "forget";
        let forgotten = self.instance.forget(workloads);
        forgotten.map_err(|trapped| PolicyError::Failed { attempted, cause: trapped.cause() })
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        let attempted = "take a snapshot";
        self.instance.snapshot(&ids).map_err(|cause| PolicyError::Failed { attempted, cause })
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), PolicyError> {
        let attempted = "restore a snapshot";
        let restored = self.instance.restore(snapshot);
        restored
            .map_err(|trapped| PolicyError::Failed { attempted, cause: trapped.cause() })?
            .map_err(|message| PolicyError::Declined { attempted, message: quoted(&message) })
    }
}
