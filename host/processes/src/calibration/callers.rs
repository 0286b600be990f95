//! Callers: a closed loop. Each asks anew when it was answered, on a connection of its own.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::question::Question;

/// After a failure a caller waits so long, or one that fails at once would be all that is measured.
const PAUSE: Duration = Duration::from_millis(10);

/// Callers who ask until they are stopped. Dropping them hangs up.
#[derive(Debug)]
pub(super) struct Callers {
    tasks: JoinSet<()>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    answered: AtomicU64,
    failed: AtomicU64,
    complaint: Mutex<Option<String>>,
}

impl Callers {
    /// So many begin to ask.
    pub(super) fn start(question: &Arc<Question>, concurrency: u32) -> Self {
        let shared = Arc::<Shared>::default();
        let calls = |_| call(Arc::clone(question), Arc::clone(&shared));
        Self { tasks: (0..concurrency).map(calls).collect(), shared }
    }

    /// Requests that ended until now.
    pub(super) fn ended(&self) -> u64 {
        self.shared.answered.load(Ordering::Relaxed) + self.failed()
    }

    /// Requests that failed until now.
    pub(super) fn failed(&self) -> u64 {
        self.shared.failed.load(Ordering::Relaxed)
    }

    /// How the last one failed.
    pub(super) fn complaint(&self) -> Option<String> {
        self.shared.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets each hear its last answer, for so long; then they hang up.
    pub(super) async fn stop(&mut self, patience: Duration) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let over = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(patience, over).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

async fn call(question: Arc<Question>, shared: Arc<Shared>) {
    let mut line = None;
    while !shared.stopped.load(Ordering::Relaxed) {
        match question.ask(&mut line).await {
            Ok(()) => _ = shared.answered.fetch_add(1, Ordering::Relaxed),
            Err(words) => {
                *shared.complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
                shared.failed.fetch_add(1, Ordering::Relaxed);
                sleep(PAUSE).await;
            }
        }
    }
}
