//! Sandbox: the engine that all components share.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
};

use crate::ticker::Ticker;

/// Instances that can live at once. Each reserves address space, not memory.
const INSTANCES: u32 = 1000;
/// The largest linear memory that the pool has room for; the limits of an instance are below.
const POOLED_MEMORY_BYTES: usize = 1 << 30;
/// The native stack of a guest.
const STACK_BYTES: usize = 512 << 10;

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
}

/// An engine that could not be made.
#[derive(Debug, Error)]
pub enum EngineError {
    /// wasmtime refused the configuration or could not reserve its memory.
    #[error("cannot start the WebAssembly engine")]
    Engine(#[source] wasmtime::Error),
    /// No thread for the ticker.
    #[error("cannot start the thread that makes deadlines pass")]
    Ticker(#[source] std::io::Error),
}

impl Sandbox {
    /// Starts the engine and its ticker.
    pub fn new(clock: EpochClock) -> Result<Self, EngineError> {
        // Small machines and strict limits on address space have no room for a pool; instances are
        // then mapped one by one, which is slower and just as safe.
        let engine = Engine::new(&config(true))
            .or_else(|_| Engine::new(&config(false)))
            .map_err(EngineError::Engine)?;
        let period = match clock {
            EpochClock::Every(period) => Some(period),
            EpochClock::ByHand => None,
        };
        let ticker = Ticker::start(&engine, period).map_err(EngineError::Ticker)?;
        let epoch_period = period.unwrap_or(Duration::from_millis(1));
        Ok(Self { shared: Arc::new(Shared { engine, ticker, epoch_period }) })
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

fn config(pooling: bool) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_nan_canonicalization(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Guests are called from worker threads, one call at a time.
        .concurrency_support(false)
        // Every proposal that adds chance, sharing or a collector is off.
        .wasm_memory64(false)
        .wasm_relaxed_simd(false);
    if pooling {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(INSTANCES)
            .total_core_instances(INSTANCES)
            .total_memories(INSTANCES)
            .total_tables(INSTANCES)
            .max_memory_size(POOLED_MEMORY_BYTES)
            .max_core_instances_per_component(64)
            .max_memories_per_component(16)
            .max_tables_per_component(64);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}
