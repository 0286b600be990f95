//! Sandbox: the engine that all components share.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, ModuleVersionStrategy,
    PoolingAllocationConfig, WasmBacktraceDetails,
};

use crate::limits::Limits;
use crate::memory::{MEMORIES, PARTS};
use crate::tenant::{Quota, QuotaError, Room, Tenant};
use crate::ticker::Ticker;

/// Instances that can live at once, unless the host is told otherwise. Each reserves address space,
/// not memory.
const INSTANCES: u32 = 2048;
/// Instances of that which are for the host's own policies and for whoever loads without a tenant.
const OWN_INSTANCES: u32 = 1024;
/// What the host calls itself as a tenant.
const OWN_NAME: &str = "host";
/// The native stack of a guest.
const STACK_BYTES: usize = 512 << 10;
/// Elements of one table.
const TABLE_ELEMENTS: usize = 100_000;
/// Bytes of pages that an instance wrote to, and that its place in the pool keeps for the next one:
/// to put back what they held is faster than to give them back and fault them in again. Ordinary
/// policies write to less when they start.
const KEPT_MEMORY_BYTES: usize = 128 << 10;
/// The same for each table.
const KEPT_TABLE_BYTES: usize = 16 << 10;

/// How deadlines pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochClock {
    /// A thread ticks at this period, which is also the precision of every deadline.
    Every(Duration),
    /// Only [`Sandbox::advance_epoch`] ticks; for tests.
    ByHand,
}

impl Default for EpochClock {
    fn default() -> Self {
        EpochClock::Every(Duration::from_millis(1))
    }
}

/// The engine that all components share, with its ticker.
#[derive(Debug, Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    ticker: Ticker,
    epoch_period: Duration,
    room: Arc<Room>,
    own: Tenant,
}

/// An engine that could not be made.
#[derive(Debug, Error)]
pub enum EngineError {
    /// wasmtime refused the configuration or could not reserve its memory.
    #[error("cannot start the WebAssembly engine")]
    Engine(#[source] wasmtime::Error),
    /// No room at all.
    #[error("cannot set instances aside for the host itself")]
    Room(#[source] QuotaError),
    /// No thread for the ticker.
    #[error("cannot start the thread that makes deadlines pass")]
    Ticker(#[source] std::io::Error),
}

impl Sandbox {
    /// Starts the engine and its ticker, with room for two thousand instances.
    pub fn new(clock: EpochClock) -> Result<Self, EngineError> {
        Self::with_instances(clock, INSTANCES)
    }

    /// Starts the engine and its ticker, with room for this many instances of all tenants together.
    /// At most half of them, and no more than 1024, are the host's own.
    pub fn with_instances(clock: EpochClock, instances: u32) -> Result<Self, EngineError> {
        // Small machines and strict limits on address space have no room for a pool; instances are
        // then mapped one by one, which is slower and just as safe.
        let engine = Engine::new(&config(Some(instances)))
            .or_else(|_| Engine::new(&config(None)))
            .map_err(EngineError::Engine)?;
        let period = match clock {
            EpochClock::Every(period) => Some(period),
            EpochClock::ByHand => None,
        };
        let ticker = Ticker::start(&engine, period).map_err(EngineError::Ticker)?;
        let epoch_period = period.unwrap_or(Duration::from_millis(1));
        let room = Room::new(instances);
        let own =
            Quota { instances: OWN_INSTANCES.min(instances.div_ceil(2)), memory_bytes: u64::MAX };
        let own = room.admit(OWN_NAME, own).map_err(EngineError::Room)?;
        Ok(Self { shared: Arc::new(Shared { engine, ticker, epoch_period, room, own }) })
    }

    /// Admits a tenant and sets its quota aside.
    pub fn admit(&self, name: &str, quota: Quota) -> Result<Tenant, QuotaError> {
        self.shared.room.admit(name, quota)
    }

    /// The tenant that the host's own policies belong to.
    pub fn own(&self) -> &Tenant {
        &self.shared.own
    }

    /// Lets one epoch pass.
    pub fn advance_epoch(&self) {
        self.shared.ticker.advance(&self.shared.engine);
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The epoch at which a call that begins now is late; never, without a deadline.
    pub(crate) fn deadline_epoch(&self, deadline: Option<Duration>) -> u64 {
        let Some(deadline) = deadline else { return u64::MAX };
        let periods = deadline.as_nanos().div_ceil(self.shared.epoch_period.as_nanos().max(1));
        // One more, because the present epoch is already partly over.
        self.shared.ticker.epoch().saturating_add(periods as u64 + 1)
    }

    /// Epochs left until a deadline.
    pub(crate) fn epochs_until(&self, deadline_epoch: u64) -> u64 {
        deadline_epoch.saturating_sub(self.shared.ticker.epoch())
    }
}

/// An engine that compiles for engines of this host, in a process that runs no guest.
pub(crate) fn compiling_engine(threads: Threads) -> Result<Engine, EngineError> {
    let mut config = config(None);
    config.parallel_compilation(threads == Threads::All);
    Engine::new(&config).map_err(EngineError::Engine)
}

/// On how many threads code is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// One, which leaves the others to the loop.
    One,
    /// All that the machine has.
    All,
}

/// Everything that decides what code looks like is the same with and without a pool.
fn config(pooled_instances: Option<u32>) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_nan_canonicalization(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Guests are called from worker threads, one call at a time.
        .concurrency_support(false)
        // wasmtime by itself compares the major version, so a patched host would go on running what
        // an older patch compiled.
        .module_version(ModuleVersionStrategy::Custom(wasmtime_version()))
        .expect("a version is shorter than 255 bytes")
        // Every proposal that adds chance, sharing or a collector is off.
        .wasm_memory64(false)
        .wasm_relaxed_simd(false);
    if let Some(instances) = pooled_instances {
        let mut pool = PoolingAllocationConfig::default();
        let parts = instances.saturating_mul(PARTS as u32);
        // Tenants are promised instances and memories; parts never run out before those do.
        pool.total_component_instances(instances)
            .total_memories(instances)
            .total_core_instances(parts)
            .total_tables(parts)
            .max_memory_size(Limits::MAXIMA.memory_bytes)
            .table_elements(TABLE_ELEMENTS)
            .max_core_instances_per_component(PARTS as u32)
            .max_memories_per_component(MEMORIES as u32)
            .max_tables_per_component(PARTS as u32)
            .linear_memory_keep_resident(KEPT_MEMORY_BYTES)
            .table_keep_resident(KEPT_TABLE_BYTES)
            // The kernel says which pages were written to; older ones (before 6.7) do not.
            .pagemap_scan(Enabled::Auto);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

/// wasmtime's full version, which it shows only to a hasher.
pub(crate) fn wasmtime_version() -> String {
    let mut text = Written::default();
    ModuleVersionStrategy::WasmtimeVersion.hash(&mut text);
    String::from_utf8_lossy(&text.0).trim_end_matches('\u{fffd}').to_owned()
}

/// A hasher that keeps what it is given.
#[derive(Default)]
pub(crate) struct Written(pub(crate) Vec<u8>);

impl Hasher for Written {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmtime_is_the_full_one() {
        let version = wasmtime_version();
        let parts: Vec<&str> = version.split('.').collect();
        assert_eq!(parts.len(), 3, "{version}");
        assert!(parts.iter().all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
