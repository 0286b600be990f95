mod properties;
mod quota;
mod rails;
mod resources;
mod world;

use std::time::Duration;

use super::*;
use crate::{Bounds, GroupId, Timestamp};

const SECOND: i64 = 1_000_000_000;

/// Some workload with this identity.
fn workload(id: u64, tenant: u32, bounds: Bounds) -> Workload {
    Workload {
        id: WorkloadId(id),
        name: format!("w{id}"),
        tenant: TenantId(tenant),
        group: GroupId(0),
        bounds,
        slo: None,
    }
}

/// Everything missing but the age of the sample, which is zero.
fn fresh(nanoseconds: i64, workloads: &[Workload]) -> Observations {
    let ids = workloads.iter().map(|workload| workload.id).collect();
    let mut observations = Observations::missing(Timestamp::from_nanoseconds(nanoseconds), 0, ids);
    observations.column_mut(Column::SampleAgeSeconds).fill(0.0);
    observations
}

fn rails_of(decision: &Decision) -> Vec<Rail> {
    decision.rails.iter().collect()
}
