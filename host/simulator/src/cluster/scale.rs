//! Scaling: decisions become what they can.

use std::sync::Arc;

use scaling::{Action, Applied, Decision};

use super::Simulation;
use super::lifecycle::Beginning;
use crate::fleet::Size;
use crate::replica::Phase;

impl Simulation {
    /// Applies one decision. Limits come first, so that new replicas are born with them.
    pub(super) fn apply(&mut self, decision: &Decision) -> Applied {
        let row = self.plan.roster.iter().position(|other| other.id == decision.workload);
        let Some(workload) = row else {
            let id = decision.workload;
            return Applied::Failed(Arc::from(format!("workload {id} is not in this cluster")));
        };
        let before = (self.fleets[workload].desired, self.fleets[workload].size);
        let size = &mut self.fleets[workload].size;
        if let Some(cpu_millicores) = decision.cpu_millicores.filter(|&cpu| cpu > 0) {
            size.cpu_limit = Some(cpu_millicores);
        }
        if let Some(memory_bytes) = decision.memory_bytes.filter(|&memory| memory > 0) {
            // As good as boundless, and sums of a few such cannot overflow.
            size.memory_limit = Some(memory_bytes.min(1 << 62));
        }
        if *size != before.1 {
            self.resize_all(workload);
        }
        if let Some(replicas) = decision.replicas {
            self.scale_to(workload, replicas);
        }
        let after = (self.fleets[workload].desired, self.fleets[workload].size);
        let cpu = |size: Size| size.cpu_limit.unwrap_or(0);
        let memory = |size: Size| size.memory_limit.unwrap_or(0);
        Applied::Done(Action {
            replicas_before: before.0,
            replicas_after: after.0,
            cpu_millicores_before: cpu(before.1),
            cpu_millicores_after: cpu(after.1),
            memory_bytes_before: memory(before.1),
            memory_bytes_after: memory(after.1),
            illegal: decision.illegal,
        })
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
