//! Scaling: decisions become what they can.

use scaling::{Action, Applied, Decision, Scale};

use super::Simulation;
use super::lifecycle::Beginning;
use crate::fleet::Fleet;
use crate::replica::Phase;

impl Simulation {
    /// Applies one decision. Limits come first, so that new replicas are born with them.
    pub(super) fn apply(&mut self, decision: &Decision) -> Applied {
        let row = self.plan.roster.iter().position(|other| other.id == decision.workload);
        let Some(workload) = row else {
            return Applied::no_such_workload(decision.workload);
        };
        let before = scale(&self.fleets[workload]);
        let size = &mut self.fleets[workload].size;
        let size_before = *size;
        if let Some(cpu_millicores) = decision.cpu_millicores.filter(|&cpu| cpu > 0) {
            size.cpu_limit = Some(cpu_millicores);
        }
        if let Some(memory_bytes) = decision.memory_bytes.filter(|&memory| memory > 0) {
            // As good as boundless, and sums of a few such cannot overflow.
            size.memory_limit = Some(memory_bytes.min(1 << 62));
        }
        if *size != size_before {
            self.resize_all(workload);
        }
        if let Some(replicas) = decision.replicas {
            self.scale_to(workload, replicas);
        }
        let after = scale(&self.fleets[workload]);
        Applied::Done(Action::between(before, after, decision.illegal))
    }

    /// Asks for replicas, or lets some go.
    fn scale_to(&mut self, workload: usize, desired: u32) {
        self.fleets[workload].desired = desired;
        let mut living: Vec<u32> = self.living(workload).collect();
        for _ in living.len()..desired as usize {
            self.create(workload, Beginning::Cold);
        }
        if living.len() > desired as usize {
            living.sort_by_key(|&id| self.departure_rank(id));
            for &id in &living[..living.len() - desired as usize] {
                match self.replicas[id as usize].phase {
                    Phase::Ready => self.drain(id),
                    _ => self.retire(id),
                }
            }
        }
    }

    /// Who goes first, the lowest first: without a node, then not ready, then ready; of these the
    /// one that became ready last, and of equals the youngest. That is the ReplicaSet controller's
    /// order, without its costs and its doubling up on nodes.
    fn departure_rank(&self, id: u32) -> (u8, std::cmp::Reverse<(u64, u64)>) {
        let replica = &self.replicas[id as usize];
        let (rank, since) = match replica.phase {
            Phase::Pending => (0, 0),
            Phase::Ready | Phase::Crashed => (2, replica.readiness_changed.unwrap_or(0)),
            _ => (1, 0),
        };
        (rank, std::cmp::Reverse((since, replica.birth.uid)))
    }
}

fn scale(fleet: &Fleet) -> Scale {
    Scale {
        replicas: fleet.desired,
        cpu_millicores: fleet.size.cpu_limit,
        memory_bytes: fleet.size.memory_limit,
    }
}
