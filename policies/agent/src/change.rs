//! A change: what an agent can do to one workload in one decision.

use serde::{Deserialize, Serialize};

/// A difference to what a workload has. All zeros is to leave it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// Replicas to add.
    #[serde(skip_serializing_if = "is_zero")]
    pub replicas: i32,
    /// Millicores to add to the CPU limit of each replica.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_millicores: i32,
    /// Bytes to add to the memory limit of each replica.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory_bytes: i64,
}

fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Absolute targets of one workload; what is not changed is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Targets {
    /// Desired replicas.
    pub replicas: Option<f64>,
    /// CPU limit of one replica in millicores.
    pub cpu_millicores: Option<f64>,
    /// Memory limit of one replica in bytes.
    pub memory_bytes: Option<f64>,
}

impl Change {
    /// Leave it as it is.
    pub const NONE: Change = Change { replicas: 0, cpu_millicores: 0, memory_bytes: 0 };

    /// A change of replicas alone.
    pub fn replicas(replicas: i32) -> Self {
        Self { replicas, ..Self::NONE }
    }

    /// A change of CPU alone, in millicores.
    pub fn cpu(cpu_millicores: i32) -> Self {
        Self { cpu_millicores, ..Self::NONE }
    }
}
