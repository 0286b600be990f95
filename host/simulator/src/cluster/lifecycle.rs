//! The life of replicas: asked for, placed, started, ready, killed, crashed, drained, gone.

use super::{LIFECYCLE, Simulation};
use crate::metrics::{Outcome, Sizes};
use crate::node;
use crate::replica::{Birth, Phase, Replica, Scraped};
use crate::request::NONE;
use crate::tournament::NEVER;

/// The longest delay of a restart, and the time in service after which restarts are forgiven, as in
/// the kubelet: five and ten minutes in nanoseconds.
const LONGEST_BACKOFF: u64 = 300_000_000_000;
const FORGIVEN_AFTER: u64 = 600_000_000_000;

/// How a replica begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Through a start, once it is placed.
    Cold,
    /// Ready as soon as it is placed.
    Warm,
}

impl Simulation {
    /// Asks for one more replica.
    pub(super) fn create(&mut self, workload: usize, beginning: Beginning) {
        let birth = Birth { uid: self.births, created: self.now };
        self.births += 1;
        let fleet = &mut self.fleets[workload];
        let mut replica = Replica::new(workload as u32, birth);
        replica.lifetime = fleet.chance.lifetime(&self.plan.workloads[workload]);
        let id = match self.vacant.pop() {
            Some(id) => {
                self.replicas[id as usize] = replica;
                id
            }
            None => {
                self.replicas.push(replica);
                let id = (self.replicas.len() - 1) as u32;
                self.lifecycle.grow(self.replicas.len());
                let slots = self.work_slot(id) + 1;
                self.timers.grow(slots);
                id
            }
        };
        let fleet = &mut self.fleets[workload];
        self.replicas[id as usize].seat = fleet.seats.take(id);
        fleet.members.push(id);
        if !self.place(id) {
            self.pending.push_back(id);
        } else if beginning == Beginning::Warm {
            self.become_ready(id);
        } else {
            self.start(id, self.plan.workloads[workload].scheduling);
        }
    }

    /// Finds a node for a pending replica.
    fn place(&mut self, id: u32) -> bool {
        let replica = &mut self.replicas[id as usize];
        let fleet = &mut self.fleets[replica.workload as usize];
        let reserved = fleet.size.reserved();
        let Some(node) = node::place(&self.nodes, reserved) else { return false };
        self.nodes[node].reserve(reserved);
        replica.node = node as u32;
        replica.reserved = reserved;
        let period = self.plan.workloads[replica.workload as usize].quota_period;
        let has = self.nodes[node].has.cpu_millicores;
        replica.limit_cpu(fleet.size.cpu_limit, has, period, self.now);
        replica.weight = fleet.size.shares();
        replica.started = Some(self.now);
        fleet.ledger.add(self.now, sizes(replica));
        true
    }

    /// Begins a start: a pull if the node lacks the image, then the start itself.
    fn start(&mut self, id: u32, delay: u64) {
        let replica = &mut self.replicas[id as usize];
        let workload = replica.workload as usize;
        let fleet = &mut self.fleets[workload];
        let (start, pull) = fleet.chance.start(&self.plan.workloads[workload]);
        let present = self.nodes[replica.node as usize].has_image(replica.workload);
        let pull = if present { 0 } else { pull };
        fleet.counters.cold_starts += 1;
        fleet.tally.cold_starts += u64::from(self.now >= self.plan.warm_up);
        replica.phase = Phase::Starting;
        replica.until = self.now + delay + pull + start;
        self.watch(id);
    }

    /// Sets the timer of a replica's next change of phase.
    pub(super) fn watch(&mut self, id: u32) {
        self.lifecycle.set(id as usize, self.replicas[id as usize].next_change());
        self.timers.set(LIFECYCLE, self.lifecycle.least());
    }

    /// The earliest change of a phase has come.
    pub(super) fn change_phase(&mut self) {
        let id = self.lifecycle.winner() as u32;
        if self.replicas[id as usize].refill <= self.now {
            return self.refill(id);
        }
        let workload = self.replicas[id as usize].workload as usize;
        match self.replicas[id as usize].phase {
            Phase::Starting => self.become_ready(id),
            Phase::Ready => self.crash(id),
            Phase::BackingOff => self.start(id, 0),
            Phase::Crashed => {
                self.retire(id);
                let living = self.living(workload).count() as u32;
                if living < self.fleets[workload].desired {
                    self.create(workload, Beginning::Cold);
                }
            }
            Phase::Draining => {
                self.fail_all(id);
                self.retire(id);
            }
            Phase::Pending | Phase::Gone => self.watch(id),
        }
    }

    fn become_ready(&mut self, id: u32) {
        let now = self.now;
        let replica = &mut self.replicas[id as usize];
        let fleet = &mut self.fleets[replica.workload as usize];
        self.nodes[replica.node as usize].keep_image(replica.workload);
        fleet.ready.enter(now);
        replica.phase = Phase::Ready;
        replica.readiness_changed = Some(now);
        replica.until = NEVER;
        replica.crash = now.saturating_add(replica.lifetime);
        replica.scraped = Scraped { cpu: replica.cpu, at: now };
        self.watch(id);
        self.kill_if_over_memory(id);
        self.serve_queue(id);
    }

    /// A replica stops serving for good; for a while nobody notices.
    fn crash(&mut self, id: u32) {
        let replica = &mut self.replicas[id as usize];
        let workload = replica.workload as usize;
        let detection = self.plan.workloads[workload].crash.map_or(0, |crash| crash.detection);
        replica.phase = Phase::Crashed;
        replica.until = self.now + detection;
        replica.crash = NEVER;
        self.fleets[workload].tally.crashes += u64::from(self.now >= self.plan.warm_up);
        self.fail_all(id);
        self.watch(id);
    }

    /// Kills a replica that uses more memory than it may; it starts again, later each time.
    pub(super) fn kill_if_over_memory(&mut self, id: u32) {
        let replica = &mut self.replicas[id as usize];
        let workload = replica.workload as usize;
        let plan = &self.plan.workloads[workload];
        let fleet = &mut self.fleets[workload];
        let Some(limit) = fleet.size.memory_limit else { return };
        if replica.memory_bytes(plan) <= limit || !matches!(replica.phase, Phase::Ready) {
            return;
        }
        let served_for = self.now - replica.readiness_changed.unwrap_or(self.now);
        let kills = if served_for >= FORGIVEN_AFTER { 0 } else { replica.kills };
        let delay = match kills {
            0 => 0,
            kills => plan.backoff.saturating_mul(1 << (kills - 1).min(20)).min(LONGEST_BACKOFF),
        };
        replica.kills = kills + 1;
        replica.lifetime = replica.crash.saturating_sub(self.now);
        replica.crash = NEVER;
        replica.until = self.now + delay;
        fleet.tally.oom_kills += u64::from(self.now >= self.plan.warm_up);
        self.leave_service(id, Phase::BackingOff);
        self.fail_all(id);
        self.replicas[id as usize].served = 0;
        self.watch(id);
    }

    /// A replica that looked ready does so no more.
    pub(super) fn leave_service(&mut self, id: u32, phase: Phase) {
        self.read_cpu(id);
        let replica = &mut self.replicas[id as usize];
        let fleet = &mut self.fleets[replica.workload as usize];
        replica.phase = phase;
        replica.readiness_changed = Some(self.now);
        fleet.ready.leave(self.now);
        fleet.seats.close(replica.seat);
    }

    /// Lets a replica finish what it holds, then removes it.
    pub(super) fn drain(&mut self, id: u32) {
        let grace = self.plan.workloads[self.replicas[id as usize].workload as usize].grace;
        self.leave_service(id, Phase::Draining);
        let replica = &mut self.replicas[id as usize];
        replica.until = self.now + grace;
        replica.crash = NEVER;
        if replica.held == 0 {
            self.retire(id);
        } else {
            self.watch(id);
        }
    }

    /// Fails every request that a replica holds.
    fn fail_all(&mut self, id: u32) {
        self.sync(id);
        let replica = &mut self.replicas[id as usize];
        let workload = replica.workload as usize;
        self.fleets[workload].seats.close(replica.seat);
        replica.drop_all();
        let lost = self.requests.held_by(&self.fleets[workload].line, id);
        for request in lost {
            self.requests.get_mut(request).replica = NONE;
            self.end(request, workload, Outcome::Failed);
        }
        self.settle(id);
    }

    /// Removes a replica that holds nothing.
    pub(super) fn retire(&mut self, id: u32) {
        let replica = &self.replicas[id as usize];
        let workload = replica.workload as usize;
        if matches!(replica.phase, Phase::Ready | Phase::Crashed) {
            self.leave_service(id, Phase::Draining);
        }
        self.sync(id);
        self.settle(id);
        let replica = &mut self.replicas[id as usize];
        let fleet = &mut self.fleets[workload];
        fleet.seats.leave(replica.seat);
        fleet.members.retain(|&member| member != id);
        if replica.node == NONE {
            self.pending.retain(|&pending| pending != id);
        } else {
            self.nodes[replica.node as usize].release(replica.reserved);
            fleet.ledger.remove(self.now, sizes(replica));
            self.cpu_of_gone[workload] += replica.cpu;
            self.growing.retain(|&growing| growing != id);
            self.room_made = true;
        }
        replica.phase = Phase::Gone;
        replica.node = NONE;
        replica.until = NEVER;
        replica.crash = NEVER;
        replica.refill = NEVER;
        self.watch(id);
        self.vacant.push(id);
    }

    /// Gives what was given back to those who wait: first to replicas that are to grow, then to those
    /// that have no node, in the order in which they began to wait. One that does not fit does not
    /// hold up the others.
    pub(super) fn use_room(&mut self) {
        if !std::mem::take(&mut self.room_made) {
            return;
        }
        for id in std::mem::take(&mut self.growing) {
            self.resize(id);
        }
        for id in std::mem::take(&mut self.pending) {
            if self.place(id) {
                let workload = self.replicas[id as usize].workload as usize;
                self.start(id, self.plan.workloads[workload].scheduling);
            } else {
                self.pending.push_back(id);
            }
        }
    }

    /// The replicas of a workload that are not on their way out.
    pub(super) fn living(&self, workload: usize) -> impl Iterator<Item = u32> {
        let members = self.fleets[workload].members.iter().copied();
        members.filter(|&id| self.replicas[id as usize].phase != Phase::Draining)
    }
}

/// What the ledger books for a replica.
pub(super) fn sizes(replica: &Replica) -> Sizes {
    Sizes {
        replicas: 1,
        cpu_millicores: replica.reserved.cpu_millicores,
        memory_bytes: replica.reserved.memory_bytes,
    }
}
