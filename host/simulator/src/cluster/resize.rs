//! Resizing in place: another CPU or memory limit for replicas that run.

use super::Simulation;
use super::lifecycle::sizes;
use crate::replica::Phase;
use crate::request::NONE;

impl Simulation {
    /// Gives every replica of a workload the workload's size.
    pub(super) fn resize_all(&mut self, workload: usize) {
        for id in self.fleets[workload].members.clone() {
            self.resize(id);
        }
        // A smaller replica that has no node yet may fit now.
        self.room_made = true;
    }

    /// Gives a replica its workload's size. If its node has no room for what it is to set aside, it
    /// stays as it is until there is room, as a deferred resize does. One that uses more memory than
    /// its new limit is killed.
    pub(super) fn resize(&mut self, id: u32) {
        let replica = &mut self.replicas[id as usize];
        let workload = replica.workload as usize;
        let fleet = &mut self.fleets[workload];
        // A replica without a node gets its size when it is placed; one that drains keeps its own.
        if replica.node == NONE || replica.phase == Phase::Draining {
            return;
        }
        let node = &mut self.nodes[replica.node as usize];
        let has = node.has.cpu_millicores;
        let wanted = fleet.size.reserved();
        node.release(replica.reserved);
        if !node.fits(wanted) {
            node.reserve(replica.reserved);
            if !self.growing.contains(&id) {
                self.growing.push(id);
            }
            return;
        }
        node.reserve(wanted);
        self.room_made |= wanted != replica.reserved;
        fleet.ledger.remove(self.now, sizes(replica));
        replica.reserved = wanted;
        fleet.ledger.add(self.now, sizes(replica));
        self.sync(id);
        let (replica, size) = (&mut self.replicas[id as usize], &self.fleets[workload].size);
        replica.limit_cpu(
            size.cpu_limit,
            has,
            self.plan.workloads[workload].quota_period,
            self.now,
        );
        replica.weight = size.shares();
        self.kill_if_over_memory(id);
        self.settle(id);
    }
}
