//! Guest: what the host keeps beside an instance, and one budgeted call into it.

use std::sync::Arc;

use wasmtime::{Store, StoreContextMut};

use crate::Sandbox;
use crate::limits::Limits;
use crate::log::{GuestLog, LogLevel};
use crate::memory::{MemoryLimiter, Refused};
use crate::tenant::Claim;
use crate::text::quoted;
use crate::trap::TrapKind;
use crate::wasi::{self, Output, WasiHost, WasiState};

/// What the host keeps in an instance's store.
#[derive(Debug)]
pub(crate) struct GuestState {
    pub(crate) memory: MemoryLimiter,
    pub(crate) log: GuestLog,
    wasi: WasiState,
}

impl WasiHost for GuestState {
    fn wasi(&mut self) -> &mut WasiState {
        &mut self.wasi
    }

    fn print(&mut self, output: Output, line: &str) {
        let level = match output {
            Output::Stdout => LogLevel::Info,
            Output::Stderr => LogLevel::Warn,
        };
        self.log.line(level, line);
    }
}

/// What one call may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// Epoch at which the call is late.
    pub(crate) deadline_epoch: u64,
}

/// A call that ended in a trap. The store is poisoned and must be dropped.
#[derive(Debug, Clone)]
pub(crate) struct Trapped {
    pub(crate) kind: TrapKind,
    /// The cause in one line, without a backtrace.
    pub(crate) detail: String,
    /// What it had used by then.
    pub(crate) fuel: u64,
}

impl Trapped {
    /// What happened, in words.
    pub(crate) fn cause(&self) -> Arc<str> {
        format!("{} ({})", self.detail, self.kind).into()
    }
}

/// An instance's store.
pub(crate) struct Guest {
    sandbox: Sandbox,
    store: Store<GuestState>,
    limits: Limits,
}

impl Guest {
    /// A store under these limits, in the place that its tenant claimed for it. The seed is for the
    /// stand-in of WASI.
    pub(crate) fn new(sandbox: &Sandbox, limits: &Limits, claim: Claim, seed: u64) -> Self {
        let state = GuestState {
            memory: MemoryLimiter::new(limits.memory_bytes, claim),
            log: GuestLog::new(limits.log_bytes_per_second),
            wasi: WasiState::new(seed),
        };
        let mut store = Store::new(sandbox.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_max_component_handles(limits.handles);
        Self { sandbox: sandbox.clone(), store, limits: limits.clone() }
    }

    /// The clock of the ticks, in nanoseconds; it stands still during a call.
    pub(crate) fn set_now(&mut self, now_nanoseconds: i64) {
        let state = self.state();
        state.log.advance(now_nanoseconds);
        state.wasi.now_nanoseconds = now_nanoseconds;
    }

    /// The budget of a call that begins now.
    pub(crate) fn budget(&self, fuel: u64) -> Budget {
        Budget { fuel, deadline_epoch: self.sandbox.deadline_epoch(self.limits.deadline) }
    }

    /// Runs one call under a budget. Returns what it gave and the fuel that it used.
    pub(crate) fn call<R>(
        &mut self,
        budget: Budget,
        run: impl FnOnce(StoreContextMut<'_, GuestState>) -> wasmtime::Result<R>,
    ) -> Result<(R, u64), Trapped> {
        let epochs = self.sandbox.epochs_until(budget.deadline_epoch);
        if epochs == 0 {
            let detail = "no time was left for the call".to_owned();
            return Err(Trapped { kind: TrapKind::Deadline, detail, fuel: 0 });
        }
        let state = self.store.data_mut();
        state.log.allow(self.limits.log_lines);
        state.memory.refused = None;
        // An epoch counter near its end would overflow; a century of milliseconds is far enough.
        self.store.set_epoch_deadline(epochs.min(1 << 42));
        self.store.set_hostcall_fuel(self.limits.copied_bytes);
        self.store.set_fuel(budget.fuel).expect("fuel is switched on in the engine");
        let answer = run(wasmtime::AsContextMut::as_context_mut(&mut self.store));
        wasi::end_call(self.store.data_mut());
        let left = self.store.get_fuel().expect("fuel is switched on in the engine");
        let fuel = budget.fuel.saturating_sub(left);
        match answer {
            Ok(answer) => Ok((answer, fuel)),
            Err(error) => Err(self.trapped(&error, fuel)),
        }
    }

    fn trapped(&self, error: &wasmtime::Error, fuel: u64) -> Trapped {
        let refused = self.store.data().memory.refused;
        let kind = TrapKind::of(error, refused.is_some());
        let detail = match kind {
            TrapKind::OutOfFuel => "it used up its fuel".to_owned(),
            TrapKind::Deadline => match self.limits.deadline {
                Some(deadline) => format!("it ran past its {deadline:?} limit"),
                None => "it was interrupted".to_owned(),
            },
            TrapKind::OutOfMemory if refused == Some(Refused::Tenant) => {
                "it wanted memory and its tenant has none left".to_owned()
            }
            TrapKind::OutOfMemory => {
                format!("it wanted more than its {} bytes of memory", self.limits.memory_bytes)
            }
            _ => quoted(&error.root_cause().to_string()),
        };
        Trapped { kind, detail, fuel }
    }

    pub(crate) fn state(&mut self) -> &mut GuestState {
        self.store.data_mut()
    }
}
