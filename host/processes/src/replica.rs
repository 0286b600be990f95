//! Replica: one running copy of a function, as a process in a control group. It is placed before its
//! first instruction, ends with its host, and is always waited for.

mod backoff;
mod ending;
mod keeper;
mod life;
mod program;
mod spawner;
mod tail;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::cgroup::{Group, GroupError, Limits, Usage};
use tail::Tail;

pub use backoff::{Backoff, BackoffRules};
pub use ending::{Ended, Ending};
pub use life::{Cause, Event, Life, LifeRules, Order, Phase};
pub use program::Program;
pub use spawner::{SpawnError, Spawner};

/// A replica. Dropping it kills it; it is waited for and its group removed all the same.
#[derive(Debug)]
pub struct Replica {
    shared: Arc<Shared>,
    ended: watch::Receiver<Option<Arc<Ended>>>,
    /// Its parent to the kernel is the thread that started it: when that ends, the replica is killed.
    _parent: Spawner,
}

/// What a replica, its keeper and the reader of its words share.
#[derive(Debug)]
struct Shared {
    pid: Pid,
    /// None once it has ended.
    group: Mutex<Option<Group>>,
    tail: Mutex<Tail>,
    /// Once it has been waited for, its number may be another's: no signal is sent any more. Held
    /// while one is sent.
    waited_for: Mutex<bool>,
}

impl Replica {
    /// The number of its process, which leads a process group of its own.
    pub fn pid(&self) -> Pid {
        self.shared.pid
    }

    /// Sets other limits in place; see [`Group::resize`]. An error once it has ended.
    pub fn resize(&self, limits: Limits) -> Result<(), GroupError> {
        self.shared.with_group(|group| group.resize(limits))
    }

    /// What it has used until now. An error once it has ended: then [`Ended::usage`] has the last.
    pub fn usage(&self) -> Result<Usage, GroupError> {
        self.shared.with_group(|group| group.usage(self.shared.pid))
    }

    /// The last lines that it wrote, oldest first, cut where they are long.
    pub fn last_lines(&self) -> Vec<String> {
        self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }

    /// Asks it to end (SIGTERM, to the process that was started and not to its children).
    pub fn terminate(&self) {
        self.shared.signal(|pid| kill(pid, Signal::SIGTERM));
    }

    /// Ends it with everything that it started (SIGKILL).
    pub fn kill(&self) {
        self.shared.kill();
    }

    /// How it ended; none while it runs.
    pub fn has_ended(&self) -> Option<Arc<Ended>> {
        self.ended.borrow().clone()
    }

    /// Waits until it has ended, has been waited for, and its group is removed.
    pub async fn ended(&self) -> Arc<Ended> {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(ended)) => Arc::clone(ended),
            // The keeper says how it ended before it goes, unless it panicked.
            Ok(None) | Err(_) => Arc::new(Ended::unknown()),
        }
    }

    /// Asks it to end, and after its grace ends it.
    pub async fn stop(&self, grace: Duration) -> Arc<Ended> {
        self.terminate();
        if let Ok(ended) = timeout(grace, self.ended()).await {
            return ended;
        }
        self.kill();
        self.ended().await
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shared {
    fn signal(&self, send: impl FnOnce(Pid) -> nix::Result<()>) {
        let waited_for = self.waited_for.lock().unwrap_or_else(PoisonError::into_inner);
        if !*waited_for {
            // All that can be wrong is that it has ended.
            let _ = send(self.pid);
        }
    }

    fn kill(&self) {
        self.signal(|pid| killpg(pid, Signal::SIGKILL));
        // Those who left the process group are still in the control group.
        if let Some(group) = &*self.group.lock().unwrap_or_else(PoisonError::into_inner) {
            group.kill();
        }
    }

    fn with_group<T>(
        &self,
        act: impl FnOnce(&Group) -> Result<T, GroupError>,
    ) -> Result<T, GroupError> {
        let group = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        group.as_ref().map_or(Err(GroupError::Ended { pid: self.pid }), act)
    }
}
