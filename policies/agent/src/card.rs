//! A card: what an agent looks at and what it can do, whatever its network is.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Change, Feature};

pub use check::Complaint;

/// The most options of one head.
pub const MOST_OPTIONS: usize = 100_000;

/// What an agent looks at and what it can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Lower case letters, digits and hyphens, 1 to 63 characters.
    pub name: String,
    /// Semantic version (semver.org).
    #[serde(default = "first_version")]
    pub version: String,
    /// Time between two decisions in milliseconds; 0 for every tick.
    #[serde(default)]
    pub period_milliseconds: u64,
    /// Who is decided with whom.
    #[serde(default)]
    pub arrangement: Arrangement,
    /// What it is given of each workload, at least one feature.
    pub features: Vec<Feature>,
    /// What it can do to each workload: different ones, one of which is to do nothing.
    pub changes: Vec<Change>,
    /// Range of a replica's CPU limit in millicores, for changes of it: columns do not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_millicores: Option<(u32, u32)>,
    /// Range of a replica's memory limit in bytes, for changes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<(u64, u64)>,
    /// Step limits of the guard rails that it acts behind.
    #[serde(default, skip_serializing_if = "Steps::is_none")]
    pub steps: Steps,
    /// How it came to be (algorithm, seed, steps, …), for people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

fn first_version() -> String {
    "0.1.0".to_owned()
}

/// Who is decided with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Arrangement {
    /// Every workload by itself, by the same network: one head with an option for each change.
    #[default]
    PerWorkload,
    /// A group of so many workloads, by one head with an option for each combination of their changes
    /// (SCARLET's {−1, 0, +1}^N); see [`crate::joint_index`].
    Joint {
        /// Workloads of the group, at least 1.
        workloads: usize,
    },
    /// A group of so many workloads, by a head for each.
    Factored {
        /// Workloads of the group, at least 1.
        workloads: usize,
    },
}

/// The most replicas that may come or go in one decision; none for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Steps {
    /// The most that may be added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas_up: Option<u32>,
    /// The most that may be taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas_down: Option<u32>,
}

impl Steps {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Card {
    /// Workloads that are decided together: 1, or the size of the group.
    pub fn workloads(&self) -> usize {
        match self.arrangement {
            Arrangement::PerWorkload => 1,
            Arrangement::Joint { workloads } | Arrangement::Factored { workloads } => workloads,
        }
    }

    /// Whether the workloads of a batch are one group.
    pub fn is_group(&self) -> bool {
        self.arrangement != Arrangement::PerWorkload
    }

    /// Inputs of the network: the features of each workload that is decided together, one workload
    /// after the other.
    pub fn inputs(&self) -> usize {
        self.features.len().saturating_mul(self.workloads())
    }

    /// The options of each head, in the order of the network's outputs. A joint head of more options
    /// than can be counted has `usize::MAX`.
    pub fn heads(&self) -> Vec<usize> {
        let changes = self.changes.len();
        match self.arrangement {
            Arrangement::PerWorkload => vec![changes],
            Arrangement::Joint { .. } => vec![self.joint_options()],
            Arrangement::Factored { workloads } => vec![changes; workloads],
        }
    }

    /// Outputs of the network: all options of all heads.
    pub fn outputs(&self) -> usize {
        let changes = self.changes.len();
        match self.arrangement {
            Arrangement::PerWorkload => changes,
            Arrangement::Joint { .. } => self.joint_options(),
            Arrangement::Factored { workloads } => changes.saturating_mul(workloads),
        }
    }

    fn joint_options(&self) -> usize {
        let power = u32::try_from(self.workloads()).unwrap_or(u32::MAX);
        self.changes.len().saturating_pow(power)
    }

    /// The number of the change that makes exactly these differences, if it is one.
    pub fn change_of(
        &self,
        replicas: i64,
        cpu_millicores: i64,
        memory_bytes: i64,
    ) -> Option<usize> {
        self.changes.iter().position(|change| {
            i64::from(change.replicas) == replicas
                && i64::from(change.cpu_millicores) == cpu_millicores
                && change.memory_bytes == memory_bytes
        })
    }
}

#[cfg(test)]
mod tests;
