//! Scaling: decisions become what they can.

use std::sync::Arc;

use scaling::{Action, Applied, Decision, Scale};

use super::ProcessCluster;
use super::fleet::Fleet;
use crate::Limits;

impl ProcessCluster {
    /// Applies one decision. Limits come first, so that new replicas are born with them; if one
    /// replica cannot be resized none is, and the workload holds.
    pub(super) fn apply(&self, decision: &Decision) -> Applied {
        let Some(crew) = self.crews.iter().find(|crew| crew.id() == decision.workload) else {
            return Applied::no_such_workload(decision.workload);
        };
        let mut fleet = crew.fleet();
        let (before, limits) = (scale(&fleet), fleet.limits);
        let wanted = Limits {
            cpu_millicores: decision.cpu_millicores.or(limits.cpu_millicores),
            memory_bytes: decision.memory_bytes.or(limits.memory_bytes),
            ..limits
        };
        if wanted != limits
            && let Err(cause) = resize(&fleet, limits, wanted)
        {
            return Applied::Failed(cause);
        }
        fleet.limits = wanted;
        fleet.desired = decision.replicas.unwrap_or(before.replicas);
        fleet.account(self.yard.now());
        let after = scale(&fleet);
        drop(fleet);
        if before.replicas != after.replicas {
            crew.changed.notify_one();
        }
        Applied::Done(Action::between(before, after, decision.illegal))
    }
}

fn scale(fleet: &Fleet) -> Scale {
    let Limits { cpu_millicores, memory_bytes, .. } = fleet.limits;
    Scale { replicas: fleet.desired, cpu_millicores, memory_bytes }
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
