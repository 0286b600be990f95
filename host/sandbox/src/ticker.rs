//! Ticker: the thread that makes deadlines pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::Engine;

/// Advances an engine's epoch for as long as the sandbox lives. It starts with the engine and has a
/// thread of its own, because a ticker that shares an executor stalls exactly when it is needed.
#[derive(Debug)]
pub(crate) struct Ticker {
    epoch: Arc<AtomicU64>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Ticks every `period` on a thread, or only by hand if there is no period.
    pub(crate) fn start(engine: &Engine, period: Option<Duration>) -> std::io::Result<Self> {
        let epoch = Arc::new(AtomicU64::new(0));
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = period.map(|period| {
            let (engine, epoch, stopped) = (engine.weak(), epoch.clone(), stopped.clone());
            std::thread::Builder::new().name("regatta-epochs".to_owned()).spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    std::thread::sleep(period);
                    // One increment however long the sleep took: a burst after a stall would kill
                    // guests for time that they did not use.
                    let Some(engine) = engine.upgrade() else { return };
                    engine.increment_epoch();
                    epoch.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        Ok(Self { epoch, stopped, thread: thread.transpose()? })
    }

    /// Epochs since the start.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Advances by hand.
    pub(crate) fn advance(&self, engine: &Engine) {
        engine.increment_epoch();
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // The thread wakes within one period; waiting for it would make every exit slower.
        drop(self.thread.take());
    }
}
