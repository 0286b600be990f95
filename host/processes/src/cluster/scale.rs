//! Scaling: decisions become what they can.

use std::sync::Arc;

use scaling::{Action, Applied, Decision};

use super::ProcessCluster;
use super::fleet::Fleet;
use crate::Limits;

impl ProcessCluster {
    /// Applies one decision. Limits come first, so that new replicas are born with them; if one
    /// replica cannot be resized none is, and the workload holds.
    pub(super) fn apply(&self, decision: &Decision) -> Applied {
        let Some(crew) = self.crews.iter().find(|crew| crew.id() == decision.workload) else {
            let id = decision.workload;
            return Applied::Failed(Arc::from(format!("workload {id} is not in this cluster")));
        };
        let mut fleet = crew.fleet();
        let before = (fleet.desired, fleet.limits);
        let wanted = Limits {
            cpu_millicores: decision.cpu_millicores.or(before.1.cpu_millicores),
            memory_bytes: decision.memory_bytes.or(before.1.memory_bytes),
            ..before.1
        };
        if wanted != before.1
            && let Err(cause) = resize(&fleet, before.1, wanted)
        {
            return Applied::Failed(cause);
        }
        fleet.limits = wanted;
        fleet.desired = decision.replicas.unwrap_or(before.0);
        fleet.account(self.yard.now());
        let after = (fleet.desired, fleet.limits);
        drop(fleet);
        if before.0 != after.0 {
            crew.changed.notify_one();
        }
        let cpu = |limits: Limits| limits.cpu_millicores.unwrap_or(0);
        let memory = |limits: Limits| limits.memory_bytes.unwrap_or(0);
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
}

/// Gives every replica other limits, or none of them.
fn resize(fleet: &Fleet, before: Limits, wanted: Limits) -> Result<(), Arc<str>> {
    let replicas: Vec<_> =
        fleet.members.values().filter_map(|member| member.replica.as_ref()).collect();
    for (done, replica) in replicas.iter().enumerate() {
        // Who has just ended needs no limits.
        if replica.has_ended().is_some() {
            continue;
        }
        if let Err(error) = replica.resize(wanted) {
            for replica in &replicas[..done] {
                // They held these limits a moment ago.
                let _ = replica.resize(before);
            }
            return Err(format!("cannot resize process {}: {error}", replica.pid()).into());
        }
    }
    Ok(())
}
