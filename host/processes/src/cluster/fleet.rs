//! Fleet: the replicas of one workload, as they are and as they are wanted. Decisions only: who is to
//! start and who is to go; [`super::member`] carries them out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::cgroup::Usage;
use crate::proxy::ReplicaId;
use crate::replica::{Backoff, Cause, Replica};
use crate::{BackoffRules, Limits};

use super::ledger::{Ledger, Reserved};

/// How far a replica is, as far as scaling goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Started, or about to be.
    Starting,
    /// It takes requests, since then.
    Ready {
        /// Time since the cluster's start.
        since: Duration,
    },
    /// It finishes what it holds.
    Leaving,
}

/// One replica.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) stage: Stage,
    pub(super) created: Duration,
    /// None until its process runs.
    pub(super) replica: Option<Arc<Replica>>,
    /// What it had used when it was last looked at.
    pub(super) usage: Usage,
    /// What it used of the CPU lately; none until it was looked at twice.
    pub(super) cpu_millicores: Option<f64>,
}

/// The state of a fleet.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) desired: u32,
    pub(super) limits: Limits,
    requests: (Option<u32>, Option<u64>),
    pub(super) members: BTreeMap<ReplicaId, Member>,
    next: u64,
    backoff: Backoff,
    /// No replica is started before this.
    not_before: Duration,
    pub(super) ledger: Ledger,
    /// CPU of those that are gone, in core-seconds.
    pub(super) cpu_seconds_of_gone: f64,
    pub(super) cold_starts: u64,
    pub(super) crashes: u64,
    pub(super) oom_kills: u64,
    /// Why the last replica failed, in words.
    pub(super) complaint: Option<String>,
}

impl Fleet {
    pub(super) fn new(
        desired: u32,
        limits: Limits,
        requests: (Option<u32>, Option<u64>),
        backoff: BackoffRules,
    ) -> Self {
        Self {
            desired,
            limits,
            requests,
            members: BTreeMap::new(),
            next: 0,
            backoff: Backoff::new(backoff),
            not_before: Duration::ZERO,
            ledger: Ledger::default(),
            cpu_seconds_of_gone: 0.0,
            cold_starts: 0,
            crashes: 0,
            oom_kills: 0,
            complaint: None,
        }
    }

    /// What one replica sets aside: its request, or its limit where there is none.
    pub(super) fn reserved(&self) -> Reserved {
        let (cpu, memory) = self.requests;
        Reserved {
            cpu_millicores: cpu.or(self.limits.cpu_millicores).unwrap_or(0),
            memory_bytes: memory.or(self.limits.memory_bytes).unwrap_or(0),
        }
    }

    /// The CPU request of one replica in millicores; as much as its limit unless it has its own.
    pub(super) fn cpu_request(&self) -> Option<u32> {
        self.requests.0.or(self.limits.cpu_millicores)
    }

    /// The memory request of one replica in bytes, likewise.
    pub(super) fn memory_request(&self) -> Option<u64> {
        self.requests.1.or(self.limits.memory_bytes)
    }

    /// Replicas that are there to stay.
    pub(super) fn living(&self) -> u32 {
        self.members.values().filter(|member| member.stage != Stage::Leaving).count() as u32
    }

    /// Replicas that take requests.
    pub(super) fn ready(&self) -> u32 {
        let ready = |member: &&Member| matches!(member.stage, Stage::Ready { .. });
        self.members.values().filter(ready).count() as u32
    }

    /// Makes room for those who are missing. Gives who is to be started now, and when to look again if
    /// somebody has to wait.
    pub(super) fn missing(&mut self, now: Duration) -> (Vec<ReplicaId>, Option<Duration>) {
        let missing = self.desired.saturating_sub(self.living());
        if missing == 0 {
            return (Vec::new(), None);
        }
        if now < self.not_before {
            return (Vec::new(), Some(self.not_before));
        }
        let started = (0..missing).map(|_| self.begin(now)).collect();
        self.account(now);
        (started, None)
    }

    fn begin(&mut self, now: Duration) -> ReplicaId {
        let id = ReplicaId(self.next);
        self.next += 1;
        self.cold_starts += 1;
        let (stage, usage) = (Stage::Starting, Usage::default());
        self.members
            .insert(id, Member { stage, created: now, replica: None, usage, cpu_millicores: None });
        id
    }

    /// Lets those go who are too many: first who is not ready, then who became ready last, and of
    /// equals the youngest. That is the ReplicaSet controller's order.
    pub(super) fn superfluous(&mut self) -> Vec<ReplicaId> {
        let too_many = self.living().saturating_sub(self.desired) as usize;
        let mut ranked: Vec<_> = self
            .members
            .iter()
            .filter_map(|(&id, member)| match member.stage {
                Stage::Starting => Some(((0, Duration::ZERO), id)),
                Stage::Ready { since } => Some(((1, Duration::MAX - since), id)),
                Stage::Leaving => None,
            })
            .collect();
        ranked.sort_by_key(|&(rank, id)| (rank, std::cmp::Reverse(id.0)));
        let leaving: Vec<ReplicaId> = ranked.into_iter().take(too_many).map(|(_, id)| id).collect();
        for id in &leaving {
            if let Some(member) = self.members.get_mut(id) {
                member.stage = Stage::Leaving;
            }
        }
        leaving
    }

    /// A replica takes requests from now on, unless it is to leave.
    pub(super) fn became_ready(&mut self, id: ReplicaId, now: Duration) {
        if let Some(member) = self.members.get_mut(&id)
            && member.stage == Stage::Starting
        {
            member.stage = Stage::Ready { since: now };
        }
    }

    /// A replica is gone, having used so much; with a cause if it was not asked to go.
    pub(super) fn gone(
        &mut self,
        id: ReplicaId,
        now: Duration,
        usage: Option<Usage>,
        failure: Option<(Option<Cause>, String)>,
    ) {
        let Some(member) = self.members.remove(&id) else { return };
        self.cpu_seconds_of_gone += usage.unwrap_or(member.usage).cpu_seconds;
        if let Some((cause, words)) = failure {
            match cause {
                Some(Cause::OutOfMemory) => self.oom_kills += 1,
                _ => self.crashes += 1,
            }
            let wait = self.backoff.failed(now.saturating_sub(member.created));
            self.not_before = self.not_before.max(now + wait);
            self.complaint = Some(words);
        }
        self.account(now);
    }

    /// Brings the ledger up to now. To be called whenever replicas or sizes have changed.
    pub(super) fn account(&mut self, now: Duration) {
        let (replicas, reserved) = (self.members.len() as u32, self.reserved());
        self.ledger.set(now, replicas, reserved);
    }

    /// The warm-up is over.
    pub(super) fn mark(&mut self, now: Duration) {
        self.ledger.mark(now);
        (self.cold_starts, self.crashes, self.oom_kills) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn fleet(desired: u32) -> Fleet {
        let rules = BackoffRules { first: MS(100), cap: MS(1000), stable: MS(5000) };
        Fleet::new(desired, Limits::default(), (Some(250), Some(1 << 30)), rules)
    }

    fn ids(ids: &[ReplicaId]) -> Vec<u64> {
        ids.iter().map(|id| id.0).collect()
    }

    #[test]
    fn whoever_is_missing_is_started_once() {
        let mut fleet = fleet(3);
        let (started, again) = fleet.missing(MS(0));
        assert_eq!((ids(&started), again), (vec![0, 1, 2], None));
        assert_eq!(fleet.missing(MS(1)), (vec![], None));
        assert_eq!((fleet.living(), fleet.ready(), fleet.cold_starts), (3, 0, 3));
    }

    #[test]
    fn who_is_not_ready_goes_first_and_then_who_became_ready_last() {
        let mut fleet = fleet(5);
        fleet.missing(MS(0));
        for (id, at) in [(0, 300), (2, 100), (4, 200)] {
            fleet.became_ready(ReplicaId(id), MS(at));
        }
        fleet.desired = 1;
        assert_eq!(ids(&fleet.superfluous()), [3, 1, 0, 4]);
        // They are leaving already.
        assert!(fleet.superfluous().is_empty());
        assert_eq!((fleet.living(), fleet.ready()), (1, 1));
        // Who leaves does not become ready.
        fleet.became_ready(ReplicaId(3), MS(400));
        assert_eq!(fleet.ready(), 1);
    }

    #[test]
    fn who_fails_is_replaced_later_each_time_and_counted_by_cause() {
        let mut fleet = fleet(1);
        let mut now = MS(0);
        for (wait, cause) in [(100, Some(Cause::OutOfMemory)), (200, Some(Cause::NeverReady))] {
            let (started, _) = fleet.missing(now);
            assert_eq!(started.len(), 1);
            now += MS(10);
            let usage = Usage { cpu_seconds: 0.25, ..Usage::default() };
            fleet.gone(started[0], now, Some(usage), Some((cause, "it failed".into())));
            assert_eq!(fleet.missing(now), (vec![], Some(now + MS(wait))));
            now += MS(wait);
        }
        assert_eq!((fleet.oom_kills, fleet.crashes), (1, 1));
        assert_eq!(fleet.cpu_seconds_of_gone, 0.5);
        assert_eq!(fleet.complaint.as_deref(), Some("it failed"));
        // Whoever was asked to go leaves no trace.
        let (started, _) = fleet.missing(now);
        fleet.gone(started[0], now, None, None);
        assert_eq!((fleet.oom_kills, fleet.crashes, fleet.living()), (1, 1, 0));
    }
}
