//! Limits: how many rows there may be, of whom.

use std::collections::BTreeMap;

use scaling::{TenantId, WorkloadId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most rows that 32-bit slots can number.
const ROWS_LIMIT: usize = u32::MAX as usize - 1;

/// How many rows the ring holds. The oldest row of whoever is at its quota makes room; when the ring is
/// full, the oldest row of the tenants without a quota does. So what a tenant was promised is never taken
/// by another, and what nobody claims is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Rows of all tenants together, ≥ 1.
    pub rows: usize,
    /// Rows that a tenant has for itself and cannot exceed, ≥ 1; together at most `rows`.
    #[serde(default)]
    pub tenants: BTreeMap<TenantId, usize>,
    /// Rows that a workload cannot exceed within its tenant's, ≥ 1.
    #[serde(default)]
    pub workloads: BTreeMap<WorkloadId, usize>,
}

/// Limits that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LimitsError {
    /// A ring without rows, or with more than slots can number.
    #[error("replay of {rows} rows: it needs 1 to {ROWS_LIMIT}")]
    Rows {
        /// Asked for.
        rows: usize,
    },
    /// A quota of nothing.
    #[error("quota of 0 rows for {whose}: give it at least 1, or leave it out")]
    Nothing {
        /// The tenant or workload.
        whose: String,
    },
    /// More promised than there is.
    #[error("quotas of {promised} rows for tenants in a replay of {rows}: raise it or lower them")]
    Promised {
        /// Sum of the tenants' quotas.
        promised: usize,
        /// Rows of the ring.
        rows: usize,
    },
}

impl Limits {
    /// A ring without quotas.
    pub fn rows(rows: usize) -> Self {
        Self { rows, tenants: BTreeMap::new(), workloads: BTreeMap::new() }
    }

    /// Says what is wrong with them.
    pub fn check(&self) -> Result<(), LimitsError> {
        let rows = self.rows;
        if !(1..=ROWS_LIMIT).contains(&rows) {
            return Err(LimitsError::Rows { rows });
        }
        let tenants = self.tenants.iter().map(|(id, &quota)| (format!("tenant {id}"), quota));
        let workloads = self.workloads.iter().map(|(id, &quota)| (format!("workload {id}"), quota));
        if let Some((whose, _)) = tenants.chain(workloads).find(|&(_, quota)| quota == 0) {
            return Err(LimitsError::Nothing { whose });
        }
        let promised =
            self.tenants.values().fold(0, |sum: usize, &quota| sum.saturating_add(quota));
        if promised > rows {
            return Err(LimitsError::Promised { promised, rows });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_no_more_than_there_is() {
        let limits = |tenants: &[(u32, usize)], workloads: &[(u64, usize)]| Limits {
            rows: 10,
            tenants: tenants.iter().map(|&(id, quota)| (TenantId(id), quota)).collect(),
            workloads: workloads.iter().map(|&(id, quota)| (WorkloadId(id), quota)).collect(),
        };
        assert_eq!(limits(&[(1, 4), (2, 6)], &[(1, 40)]).check(), Ok(()));
        let promised = LimitsError::Promised { promised: 11, rows: 10 };
        assert_eq!(limits(&[(1, 5), (2, 6)], &[]).check(), Err(promised));
        let nothing = |whose: &str| Err(LimitsError::Nothing { whose: whose.to_owned() });
        assert_eq!(limits(&[(1, 0)], &[]).check(), nothing("tenant 1"));
        assert_eq!(limits(&[], &[(2, 0)]).check(), nothing("workload 2"));
        assert_eq!(Limits::rows(0).check(), Err(LimitsError::Rows { rows: 0 }));
    }
}
