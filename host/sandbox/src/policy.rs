//! ComponentPolicy: an instance of a component behind the seam `Policy`.

mod answers;
mod halving;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use scaling::{
    Advice, Batch, Detail, DetailSet, Experiences, Needs, Policy, PolicyError, Scope, WorkloadId,
};

pub use usage::Usage;

use crate::batch;
use crate::bindings::policy as raw;
use crate::experience::lower_experiences;
use crate::guest::{Budget, Guest, GuestState, Trapped};
use crate::load::{LoadError, PolicyComponent, columns};
use crate::log::LogLine;
use crate::settings::SettingsError;

/// An instance of a policy component. Its store is its own; when a call traps the store is dropped
/// and the last snapshot restored into a new one.
pub struct ComponentPolicy {
    component: PolicyComponent,
    settings: String,
    seed: u64,
    needs: Needs,
    instance: Option<Instance>,
    lowered: raw::Batch,
    /// The last good snapshot, of a policy that keeps state.
    snapshot: Option<Vec<u8>>,
    /// The workloads that it has seen, ascending.
    workloads: Vec<WorkloadId>,
    calls_since_snapshot: u32,
    usage: Usage,
    /// What the last call that came back used.
    last_fuel: u64,
    log: Vec<LogLine>,
}

impl std::fmt::Debug for ComponentPolicy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ComponentPolicy")
            .field("component", &self.component)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}

struct Instance {
    guest: Guest,
    world: raw::Policy,
}

impl Instance {
    fn call<R>(
        &mut self,
        budget: Budget,
        run: impl FnOnce(&raw::Policy, wasmtime::StoreContextMut<'_, GuestState>) -> wasmtime::Result<R>,
    ) -> Result<(R, u64), Trapped> {
        let world = &self.world;
        self.guest.call(budget, |store| run(world, store))
    }
}

impl PolicyComponent {
    /// What the policy finds wrong with settings; nothing if it would take them.
    pub fn validate_settings(&self, settings: &str) -> Result<(), LoadError> {
        let mut instance = self.start("validate settings")?;
        let budget = instance.guest.budget(self.limits.setup_fuel);
        let (complaints, _) = instance
            .call(budget, |world, store| world.call_validate_settings(store, settings))
            .map_err(|trapped| LoadError::trapped("validate settings", trapped))?;
        if complaints.is_empty() { Ok(()) } else { Err(self.unacceptable(complaints).into()) }
    }

    /// Makes a policy with these settings (JSON text) and this seed.
    pub fn instantiate(&self, settings: &str, seed: u64) -> Result<ComponentPolicy, LoadError> {
        let (instance, needs) = self.make(settings, seed)?;
        Ok(ComponentPolicy {
            component: self.clone(),
            settings: settings.to_owned(),
            seed,
            needs,
            instance: Some(instance),
            lowered: batch::empty(),
            snapshot: None,
            workloads: Vec::new(),
            calls_since_snapshot: 0,
            usage: Usage::default(),
            last_fuel: 0,
            log: Vec::new(),
        })
    }

    fn start(&self, attempted: &'static str) -> Result<Instance, LoadError> {
        let mut guest = Guest::new(&self.sandbox, &self.limits);
        let budget = guest.budget(self.limits.setup_fuel);
        let (world, _) = guest
            .call(budget, |store| self.pre.instantiate(store))
            .map_err(|trapped| LoadError::trapped(attempted, trapped))?;
        Ok(Instance { guest, world })
    }

    fn make(&self, settings: &str, seed: u64) -> Result<(Instance, Needs), LoadError> {
        let mut instance = self.start("start")?;
        let budget = instance.guest.budget(self.limits.setup_fuel);
        let (made, _) = instance
            .call(budget, |world, store| world.call_init(store, settings, seed))
            .map_err(|trapped| LoadError::trapped("start", trapped))?;
        let raw = made.map_err(|complaints| self.unacceptable(complaints))?;
        Ok((instance, needs(&raw)?))
    }

    fn unacceptable(
        &self,
        complaints: Vec<raw::regatta::policy::types::SettingError>,
    ) -> SettingsError {
        SettingsError {
            component: self.description().name.clone(),
            complaints: complaints.into_iter().map(Into::into).collect(),
        }
    }
}

fn needs(raw: &raw::Needs) -> Result<Needs, LoadError> {
    let details = raw.details.iter().map(|name| {
        Detail::from_name(name).ok_or_else(|| LoadError::UnknownDetail { name: name.clone() })
    });
    Ok(Needs {
        period: Duration::from_millis(raw.period_milliseconds),
        columns: columns(&raw.columns)?,
        details: details.collect::<Result<DetailSet, LoadError>>()?,
    })
}

impl ComponentPolicy {
    /// What it has used so far.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Takes the lines that it has written to its log.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.collect_log();
        std::mem::take(&mut self.log)
    }

    fn collect_log(&mut self) {
        if let Some(instance) = &mut self.instance {
            let state = instance.guest.state();
            self.log.extend(state.log.take());
            self.usage.dropped_log_lines += std::mem::take(&mut state.log.dropped);
        }
    }

    /// One call into the instance, made anew if the last one broke.
    fn call<R>(
        &mut self,
        fuel: u64,
        run: impl FnOnce(&raw::Policy, wasmtime::StoreContextMut<'_, GuestState>) -> wasmtime::Result<R>,
    ) -> Result<R, Trapped> {
        let instance = self.ready()?;
        let budget = instance.guest.budget(fuel);
        self.call_within(budget, run)
    }

    fn call_within<R>(
        &mut self,
        budget: Budget,
        run: impl FnOnce(&raw::Policy, wasmtime::StoreContextMut<'_, GuestState>) -> wasmtime::Result<R>,
    ) -> Result<R, Trapped> {
        let answer = self.ready()?.call(budget, run);
        match answer {
            Ok((answer, fuel)) => {
                self.usage.calls += 1;
                self.usage.fuel += fuel;
                self.last_fuel = fuel;
                Ok(answer)
            }
            Err(trapped) => {
                *self.usage.traps.entry(trapped.kind).or_default() += 1;
                // The store is poisoned: nothing in it is to be trusted or called again.
                self.collect_log();
                self.note_memory();
                self.instance = None;
                Err(trapped)
            }
        }
    }

    fn ready(&mut self) -> Result<&mut Instance, Trapped> {
        if self.instance.is_none() {
            self.instance = Some(self.remake()?);
        }
        Ok(self.instance.as_mut().expect("it was just made"))
    }

    /// A new instance with the last good snapshot.
    fn remake(&self) -> Result<Instance, Trapped> {
        let again = |error: &LoadError| Trapped {
            kind: crate::TrapKind::Other,
            detail: format!("it cannot be started again: {error}"),
            fuel: 0,
        };
        let (mut instance, _) =
            self.component.make(&self.settings, self.seed).map_err(|error| again(&error))?;
        if let Some(snapshot) = &self.snapshot {
            let budget = instance.guest.budget(self.component.limits.setup_fuel);
            let (restored, _) =
                instance.call(budget, |world, store| world.call_restore(store, snapshot))?;
            restored.map_err(|message| Trapped {
                kind: crate::TrapKind::Other,
                detail: format!("it refused its own snapshot: {message}"),
                fuel: 0,
            })?;
        }
        Ok(instance)
    }

    fn note_memory(&mut self) {
        if let Some(instance) = &mut self.instance {
            let held = instance.guest.state().memory.held_bytes();
            self.usage.memory_bytes_peak = self.usage.memory_bytes_peak.max(held);
        }
    }

    /// Keeps a snapshot from time to time, so that a trap costs little history.
    fn keep_snapshot(&mut self) {
        if !self.component.description().stateful {
            return;
        }
        self.calls_since_snapshot += 1;
        if self.calls_since_snapshot < self.component.limits.calls_between_snapshots {
            return;
        }
        self.calls_since_snapshot = 0;
        let workloads = std::mem::take(&mut self.workloads);
        // A failure leaves the older snapshot, which is still good.
        if let Ok(snapshot) = self.snapshot(&workloads) {
            self.snapshot = Some(snapshot);
        }
        self.workloads = workloads;
    }

    fn note_workloads(&mut self, batch: &Batch<'_>) {
        if !self.component.description().stateful {
            return;
        }
        let asked = |row: &usize| batch.observations.workloads()[*row];
        // Mostly the same workloads come back in the same order.
        if self.lowered.workloads.iter().copied().eq(batch.rows.iter().map(|row| asked(row).0)) {
            return;
        }
        for row in batch.rows {
            let workload = asked(row);
            if let Err(place) = self.workloads.binary_search(&workload) {
                self.workloads.insert(place, workload);
            }
        }
    }

    fn failed(attempted: &'static str, trapped: &Trapped) -> PolicyError {
        PolicyError::Failed { attempted, cause: cause(trapped) }
    }
}

/// A trap in words.
fn cause(trapped: &Trapped) -> Arc<str> {
    format!("{} ({})", trapped.detail, trapped.kind).into()
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
        self.note_workloads(batch);
        let advice = self.ask_in_halves(batch);
        self.usage.observations += batch.rows.len() as u64;
        self.keep_snapshot();
        self.note_memory();
        advice
    }

    fn learn(&mut self, experiences: &Experiences) -> Result<(), PolicyError> {
        let lowered = lower_experiences(experiences);
        let fuel = self.component.limits.fuel(experiences.rows());
        self.call(fuel, |world, store| world.call_learn(store, &lowered))
            .map_err(|trapped| Self::failed("learn", &trapped))?
            .map_err(|message| PolicyError::Declined { attempted: "learn", message })
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), PolicyError> {
        self.workloads.retain(|workload| !workloads.contains(workload));
        self.lowered.workloads.clear();
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        self.call(self.component.limits.setup_fuel, |world, store| world.call_forget(store, &ids))
            .map_err(|trapped| Self::failed("forget", &trapped))
    }

    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        let limits = Arc::clone(&self.component.limits);
        let snapshot = self
            .call(limits.setup_fuel, |world, store| world.call_snapshot(store, &ids))
            .map_err(|trapped| Self::failed("take a snapshot", &trapped))?;
        if snapshot.len() > limits.snapshot_bytes {
            let cause = format!(
                "its snapshot is {} bytes long, the limit is {}",
                snapshot.len(),
                limits.snapshot_bytes
            );
            return Err(PolicyError::Failed { attempted: "take a snapshot", cause: cause.into() });
        }
        Ok(snapshot)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), PolicyError> {
        self.call(self.component.limits.setup_fuel, |world, store| {
            world.call_restore(store, snapshot)
        })
        .map_err(|trapped| Self::failed("restore a snapshot", &trapped))?
        .map_err(|message| PolicyError::Declined { attempted: "restore a snapshot", message })?;
        self.snapshot = Some(snapshot.to_vec());
        Ok(())
    }
}
