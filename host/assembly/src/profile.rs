//! Profile: what was measured of functions on a machine, as the simulator takes it.
//!
//! `regatta calibrate` writes it as JSON, and a race file names it as `profile`. What it says takes the
//! place of what the race file assumes: the work and the waiting of a request, how long a start takes,
//! the memory and the bytes, and that a CPU limit is a budget by period.

mod fit;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use simulator::{AmountSpec, HandlingSpec, WorkloadSpec};
use traffic::ServiceSpec;

use crate::experiment::ExperimentError;
use crate::read;

/// The kernel's accounting period in a cluster of processes, as in Kubernetes.
pub(crate) const QUOTA_PERIOD_SECONDS: f64 = 0.1;

/// What was measured of functions on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The machine, for people.
    pub machine: BTreeMap<String, String>,
    /// By name of the workload.
    pub workloads: BTreeMap<String, WorkloadProfile>,
}

/// What was measured of one workload's function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadProfile {
    /// CPU work of a request.
    pub service: ServiceSpec,
    /// What a request takes besides: I/O, and its way through proxy and kernel.
    pub io: Option<ServiceSpec>,
    /// What the node does for a request besides.
    pub handling: HandlingSpec,
    /// From the start of a replica to its being ready.
    pub start: ServiceSpec,
    /// Memory of an idle replica, in MiB.
    pub memory_base_mib: f64,
    /// Memory of a request while a replica holds it, in bytes.
    pub memory_request_bytes: f64,
    /// Bytes that a replica receives with a request.
    pub receive_bytes: f64,
    /// Bytes that it sends with an answer.
    pub transmit_bytes: f64,
    /// The kernel's accounting period of CPU limits; none where limits could not be held.
    pub quota_period_seconds: Option<f64>,
    /// What it was made from, by CPU limit and concurrency.
    pub measured: processes::Measured,
}

impl Profile {
    /// Reads a profile.
    pub fn read(file: &Path) -> Result<Self, ExperimentError> {
        read::parse(file, &read::text(file)?)
    }

    /// Puts what was measured in the place of what is assumed.
    pub(crate) fn apply(&self, workloads: &mut [WorkloadSpec]) {
        for workload in workloads {
            if let Some(measured) = self.workloads.get(&workload.name) {
                measured.apply(workload);
            }
        }
    }
}

impl WorkloadProfile {
    fn apply(&self, workload: &mut WorkloadSpec) {
        let amount = |mean_bytes: f64| {
            (mean_bytes > 0.0).then_some(AmountSpec { mean_bytes, coefficient_of_variation: 0.0 })
        };
        workload.service = Some(self.service.clone());
        workload.io = self.io.clone();
        workload.handling = self.handling.clone();
        workload.cold_start.start = self.start.clone();
        workload.cold_start.scheduling_seconds = 0.0;
        workload.cold_start.image_present = true;
        workload.memory.base_mib = self.memory_base_mib;
        workload.memory.request_bytes = amount(self.memory_request_bytes);
        workload.network.receive_bytes = amount(self.receive_bytes);
        workload.network.transmit_bytes = amount(self.transmit_bytes);
        workload.cpu.quota_period_seconds = self.quota_period_seconds;
    }
}
