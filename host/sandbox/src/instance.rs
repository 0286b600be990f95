//! Instance: a running component, made anew when it breaks.

use std::sync::Arc;

use scaling::{Timestamp, WorkloadId};

use crate::guest::{Budget, Guest, Trapped};
use crate::load::{LoadError, Loaded};
use crate::log::LogLine;
use crate::metrics::ModuleMetrics;
use crate::settings::{SettingComplaint, SettingsError};
use crate::trap::TrapKind;
use crate::usage::Usage;
use crate::world::{Context, Described, GuestWorld};

/// Log lines kept for whoever collects them; older ones give way.
const KEPT_LINES: usize = 256;

/// A component with its settings and seed. Its store is its own; when a call traps the store is
/// dropped, and the next call finds a new one with the last good snapshot.
pub(crate) struct Instance<W: GuestWorld> {
    loaded: Loaded<W>,
    settings: String,
    seed: u64,
    running: Option<Running<W>>,
    now: Timestamp,
    /// The last good snapshot, of a component that keeps state.
    snapshot: Option<Vec<u8>>,
    turns_since_snapshot: u32,
    /// The workloads that a component with state has seen, ascending.
    workloads: Vec<u64>,
    log: Vec<LogLine>,
    pub(crate) usage: Usage,
    /// Fuel used to start it again after traps.
    pub(crate) restart_fuel: u64,
    metrics: Option<ModuleMetrics>,
}

struct Running<W> {
    guest: Guest,
    world: W,
}

impl<W: GuestWorld> Loaded<W> {
    /// What the component finds wrong with settings (JSON text); nothing if it would take them.
    pub(crate) fn validate_settings(&self, settings: &str) -> Result<(), LoadError> {
        let (mut running, _) = self.start("validate settings", 0)?;
        let budget = running.guest.budget(self.shared.limits.setup_fuel);
        let world = &running.world;
        let (complaints, _) =
            running.guest.call(budget, |store| world.validate_settings(store, settings)).map_err(
                |trapped| LoadError::trapped("validate settings", trapped, &mut running.guest),
            )?;
        if complaints.is_empty() { Ok(()) } else { Err(self.unacceptable(complaints).into()) }
    }

    /// Makes an instance, and what its `init` said.
    pub(crate) fn instantiate(
        &self,
        settings: &str,
        seed: u64,
    ) -> Result<(Instance<W>, W::Made), LoadError> {
        let (running, made, fuel) = self.make(settings, seed)?;
        let instance = Instance {
            loaded: self.clone(),
            settings: settings.to_owned(),
            seed,
            running: Some(running),
            now: Timestamp::ZERO,
            snapshot: None,
            turns_since_snapshot: 0,
            workloads: Vec::new(),
            log: Vec::new(),
            usage: Usage { fuel, ..Usage::default() },
            restart_fuel: 0,
            metrics: None,
        };
        Ok((instance, made))
    }

    fn start(&self, attempted: &'static str, seed: u64) -> Result<(Running<W>, u64), LoadError> {
        let mut guest = self.shared.guest(seed)?;
        let budget = guest.budget(self.shared.limits.setup_fuel);
        let (world, fuel) = guest
            .call(budget, |store| W::instantiate(&self.shared.pre, store))
            .map_err(|trapped| LoadError::trapped(attempted, trapped, &mut guest))?;
        Ok((Running { guest, world }, fuel))
    }

    fn make(&self, settings: &str, seed: u64) -> Result<(Running<W>, W::Made, u64), LoadError> {
        let (mut running, started) = self.start("start", seed)?;
        let budget = running.guest.budget(self.shared.limits.setup_fuel);
        let world = &running.world;
        let (made, fuel) = running
            .guest
            .call(budget, |store| world.init(store, settings, seed))
            .map_err(|trapped| LoadError::trapped("start", trapped, &mut running.guest))?;
        let made = made.map_err(|complaints| self.unacceptable(complaints))?;
        Ok((running, made, started + fuel))
    }

    fn unacceptable(&self, complaints: Vec<impl Into<SettingComplaint>>) -> SettingsError {
        SettingsError {
            component: self.shared.description.name().to_owned(),
            complaints: complaints.into_iter().map(Into::into).collect(),
        }
    }
}

impl<W: GuestWorld> Instance<W> {
    /// The clock of the ticks goes on.
    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        if let Some(running) = &mut self.running {
            running.guest.set_now(now.nanoseconds());
        }
    }

    /// From now on its usage is counted in these metrics too.
    pub(crate) fn measure(&mut self, metrics: ModuleMetrics) {
        self.metrics = Some(metrics);
    }

    pub(crate) fn metrics(&self) -> Option<&ModuleMetrics> {
        self.metrics.as_ref()
    }

    /// Brings the metrics up to its usage.
    pub(crate) fn publish(&mut self) {
        self.note_memory();
        self.collect_log();
        if let Some(metrics) = &mut self.metrics {
            metrics.publish(&self.usage);
        }
    }

    fn note_memory(&mut self) {
        if let Some(running) = &mut self.running {
            let held = running.guest.state().memory.held_bytes();
            self.usage.memory_bytes_peak = self.usage.memory_bytes_peak.max(held);
        }
    }

    /// Takes the lines that it has written to its log.
    pub(crate) fn take_log(&mut self) -> Vec<LogLine> {
        self.collect_log();
        std::mem::take(&mut self.log)
    }

    /// One call under this much fuel and the component's own deadline.
    pub(crate) fn call<R>(
        &mut self,
        fuel: u64,
        run: impl FnOnce(&W, Context<'_>) -> wasmtime::Result<R>,
    ) -> Result<R, Trapped> {
        let shared = &self.loaded.shared;
        let deadline_epoch = shared.sandbox.deadline_epoch(shared.limits.deadline);
        self.call_within(Budget { fuel, deadline_epoch }, run).map(|(answer, _)| answer)
    }

    /// One call under a budget, into an instance that is made anew if the last call broke. Returns
    /// the fuel that the call used.
    pub(crate) fn call_within<R>(
        &mut self,
        budget: Budget,
        run: impl FnOnce(&W, Context<'_>) -> wasmtime::Result<R>,
    ) -> Result<(R, u64), Trapped> {
        if self.running.is_none() {
            let remaking = self.remake();
            let (running, fuel) = remaking.inspect_err(|trapped| self.count(trapped))?;
            self.running = Some(running);
            self.restart_fuel += fuel;
        }
        let Running { guest, world } = self.running.as_mut().expect("it runs, or was just made");
        let call = || guest.call(budget, |store| run(world, store));
        let called = match &self.metrics {
            Some(metrics) => metrics.time(call),
            None => call(),
        };
        match called {
            Ok((answer, fuel)) => {
                self.usage.calls += 1;
                self.usage.fuel += fuel;
                Ok((answer, fuel))
            }
            Err(trapped) => {
                self.count(&trapped);
                self.collect_log();
                self.note_memory();
                // The store is poisoned: nothing in it is to be trusted or called again.
                self.running = None;
                Err(trapped)
            }
        }
    }

    fn count(&mut self, trapped: &Trapped) {
        *self.usage.traps.entry(trapped.kind).or_default() += 1;
        self.usage.fuel += trapped.fuel;
    }

    /// The last trap was none of its doing.
    pub(crate) fn forgive(&mut self, kind: TrapKind) {
        if let Some(count) = self.usage.traps.get_mut(&kind) {
            *count -= 1;
            if *count == 0 {
                self.usage.traps.remove(&kind);
            }
        }
    }

    /// A new store with the last good snapshot, and the fuel that making it used.
    fn remake(&mut self) -> Result<(Running<W>, u64), Trapped> {
        let limits = &self.loaded.shared.limits;
        let (mut running, _, mut fuel) =
            self.loaded.make(&self.settings, self.seed).map_err(|error| not_again(&error))?;
        running.guest.set_now(self.now.nanoseconds());
        if let Some(snapshot) = self.snapshot.take() {
            let budget = running.guest.budget(limits.setup_fuel);
            let world = &running.world;
            let restored = running.guest.call(budget, |store| world.restore(store, &snapshot));
            match restored {
                Ok((Ok(()), used)) => {
                    fuel += used;
                    self.snapshot = Some(snapshot);
                }
                // It cannot read what it wrote itself. Kept, it would be in the way of every start.
                Ok((Err(_), _)) | Err(_) => {
                    let made = self.loaded.make(&self.settings, self.seed);
                    let (anew, _, used) = made.map_err(|error| not_again(&error))?;
                    running = anew;
                    running.guest.set_now(self.now.nanoseconds());
                    fuel += used;
                    self.usage.lost_snapshots += 1;
                }
            }
        }
        self.usage.fuel += fuel;
        Ok((running, fuel))
    }

    fn collect_log(&mut self) {
        let Some(running) = &mut self.running else { return };
        let state = running.guest.state();
        self.log.extend(state.log.take());
        let over = self.log.len().saturating_sub(KEPT_LINES);
        self.log.drain(..over);
        self.usage.dropped_log_lines += std::mem::take(&mut state.log.dropped) + over as u64;
    }

    /// The state that these workloads need to go on elsewhere.
    pub(crate) fn snapshot(&mut self, workloads: &[u64]) -> Result<Vec<u8>, Arc<str>> {
        let (fuel, limit) = {
            let limits = &self.loaded.shared.limits;
            (limits.setup_fuel, limits.snapshot_bytes)
        };
        let snapshot = self
            .call(fuel, |world, store| world.snapshot(store, workloads))
            .map_err(|trapped| trapped.cause())?;
        if snapshot.len() > limit {
            let bytes = snapshot.len();
            return Err(format!("its snapshot is {bytes} bytes long, the limit is {limit}").into());
        }
        Ok(snapshot)
    }

    /// Takes over a snapshot, which is also what it goes on from after a trap. The inner error is
    /// its own word that it will not.
    pub(crate) fn restore(&mut self, snapshot: &[u8]) -> Result<Result<(), String>, Trapped> {
        let limits = &self.loaded.shared.limits;
        if snapshot.len() > limits.snapshot_bytes {
            let (bytes, limit) = (snapshot.len(), limits.snapshot_bytes);
            return Ok(Err(format!("the snapshot is {bytes} bytes long, the limit is {limit}")));
        }
        let fuel = limits.setup_fuel;
        let restored = self.call(fuel, |world, store| world.restore(store, snapshot))?;
        if restored.is_ok() {
            self.snapshot = Some(snapshot.to_vec());
        }
        Ok(restored)
    }

    /// It is asked about these workloads.
    pub(crate) fn note_workloads(&mut self, workloads: impl Iterator<Item = u64>) {
        if !self.loaded.shared.description.stateful() {
            return;
        }
        for workload in workloads {
            if let Err(place) = self.workloads.binary_search(&workload) {
                self.workloads.insert(place, workload);
            }
        }
    }

    /// These workloads have left.
    pub(crate) fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), Trapped> {
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        self.workloads.retain(|workload| !ids.contains(workload));
        let fuel = self.loaded.shared.limits.setup_fuel;
        self.call(fuel, |world, store| world.forget(store, &ids))
    }

    /// A turn is over: from time to time a snapshot is kept, so that a trap costs little history. A
    /// failure leaves the older one, which is still good.
    pub(crate) fn end_turn(&mut self) {
        let shared = &self.loaded.shared;
        if !shared.description.stateful() {
            return;
        }
        self.turns_since_snapshot += 1;
        if self.turns_since_snapshot < shared.limits.calls_between_snapshots {
            return;
        }
        self.turns_since_snapshot = 0;
        let workloads = std::mem::take(&mut self.workloads);
        if let Ok(snapshot) = self.snapshot(&workloads) {
            self.snapshot = Some(snapshot);
        }
        self.workloads = workloads;
    }
}

fn not_again(error: &LoadError) -> Trapped {
    let kind = match error {
        LoadError::Trapped { kind, .. } => *kind,
        _ => TrapKind::Other,
    };
    Trapped { kind, detail: format!("it cannot be started again: {error}"), fuel: 0 }
}
