//! Life: what becomes of one replica, decided from what happens to it. Nothing here has a clock:
//! `now` comes with every event, as the time since an instant of the caller's choice.

use std::fmt;
use std::time::Duration;

use super::{Ended, Ending};

/// How much patience a replica is met with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeRules {
    /// From its start to its first successful probe.
    pub ready_within: Duration,
    /// Probes in a row that may fail once it is ready, less one; at least 1.
    pub failed_probes: u32,
    /// From SIGTERM to SIGKILL.
    pub grace: Duration,
}

impl Default for LifeRules {
    /// As Kubernetes has them, but for the start: 3 probes, 30 s of grace, 30 s to become ready.
    fn default() -> Self {
        let (ready_within, grace) = (Duration::from_secs(30), Duration::from_secs(30));
        Self { ready_within, failed_probes: 3, grace }
    }
}

/// Where in its life a replica is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Started, and not yet ready.
    Starting,
    /// It takes requests.
    Ready,
    /// It finishes what it holds, and ends.
    Draining,
    /// It has ended as it was asked to.
    Gone,
    /// It failed. Its process may take a moment more to end: see [`Life::is_over`].
    Crashed(Cause),
}

/// Why a replica failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It exited, or a signal ended it, unasked.
    Ended(Ending),
    /// It reached its memory limit.
    OutOfMemory,
    /// It was not ready within its time.
    NeverReady,
    /// It was ready, and then failed too many probes in a row.
    FailedProbes,
}

/// What happens to a replica.
#[derive(Debug)]
pub enum Event<'a> {
    /// It answered that it is ready.
    ProbeSucceeded,
    /// It did not, or not in time.
    ProbeFailed,
    /// It is not wanted any more.
    Drain,
    /// Its process has ended.
    Ended(&'a Ended),
    /// Only time went by.
    Time,
}

/// What is to be done to its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// SIGTERM.
    Terminate,
    /// SIGKILL.
    Kill,
}

/// One replica's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    rules: LifeRules,
    phase: Phase,
    started: Duration,
    ready_after: Option<Duration>,
    failed_probes: u32,
    /// When SIGKILL follows; none once it did or before there is a reason.
    kill_at: Option<Duration>,
    over_at: Option<Duration>,
}

impl Life {
    /// Of a replica whose process is started at `now`.
    pub fn new(rules: LifeRules, now: Duration) -> Self {
        Self {
            rules,
            phase: Phase::Starting,
            started: now,
            ready_after: None,
            failed_probes: 0,
            kill_at: None,
            over_at: None,
        }
    }

    /// Where it is.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether its process has ended.
    pub fn is_over(&self) -> bool {
        self.over_at.is_some()
    }

    /// Start-up time: from its start to its first successful probe; none before.
    pub fn ready_after(&self) -> Option<Duration> {
        self.ready_after
    }

    /// How long it has run, until `now` or until its end.
    pub fn ran(&self, now: Duration) -> Duration {
        self.over_at.unwrap_or(now).saturating_sub(self.started)
    }

    /// When it wants to hear of the time next; none if it waits for other events alone.
    pub fn due(&self) -> Option<Duration> {
        match self.phase {
            Phase::Starting => Some(self.started.saturating_add(self.rules.ready_within)),
            Phase::Draining => self.kill_at,
            Phase::Ready | Phase::Gone | Phase::Crashed(_) => None,
        }
    }

    /// Takes an event, and says what is to be done.
    pub fn on(&mut self, event: &Event<'_>, now: Duration) -> Option<Order> {
        if self.is_over() {
            return None;
        }
        if let Event::Ended(ended) = event {
            self.end(ended, now);
            return None;
        }
        match (&self.phase, event) {
            (Phase::Starting, Event::ProbeSucceeded) => {
                self.ready_after = Some(now.saturating_sub(self.started));
                self.phase = Phase::Ready;
                None
            }
            (Phase::Starting | Phase::Ready, Event::Drain) => {
                self.phase = Phase::Draining;
                self.kill_at = Some(now.saturating_add(self.rules.grace));
                Some(Order::Terminate)
            }
            (Phase::Starting, Event::ProbeFailed | Event::Time) => {
                let late = self.due().is_some_and(|due| now >= due);
                late.then(|| self.give_up(Cause::NeverReady))
            }
            (Phase::Ready, Event::ProbeSucceeded) => {
                self.failed_probes = 0;
                None
            }
            (Phase::Ready, Event::ProbeFailed) => {
                self.failed_probes += 1;
                let enough = self.failed_probes >= self.rules.failed_probes;
                enough.then(|| self.give_up(Cause::FailedProbes))
            }
            (Phase::Draining, _) if self.kill_at.is_some_and(|at| now >= at) => {
                self.kill_at = None;
                Some(Order::Kill)
            }
            _ => None,
        }
    }

    fn give_up(&mut self, cause: Cause) -> Order {
        self.phase = Phase::Crashed(cause);
        Order::Kill
    }

    fn end(&mut self, ended: &Ended, now: Duration) {
        self.over_at = Some(now);
        self.phase = match &self.phase {
            Phase::Starting | Phase::Ready if ended.is_out_of_memory() => {
                Phase::Crashed(Cause::OutOfMemory)
            }
            Phase::Starting | Phase::Ready => Phase::Crashed(Cause::Ended(ended.ending)),
            Phase::Draining | Phase::Gone => Phase::Gone,
            Phase::Crashed(cause) => Phase::Crashed(*cause),
        };
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(ending) => write!(formatter, "it {ending}"),
            Self::OutOfMemory => write!(formatter, "it reached its memory limit"),
            Self::NeverReady => write!(formatter, "it was not ready within its time"),
            Self::FailedProbes => write!(formatter, "it stopped answering probes"),
        }
    }
}

#[cfg(test)]
mod tests;
