//! Usage: what an instance has used, for metrics and reports.

use std::collections::BTreeMap;

use crate::trap::TrapKind;

/// What one policy or reward function has used since it was made, over all its stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls that came back.
    pub calls: u64,
    /// Rows that it was asked about.
    pub observations: u64,
    /// Fuel used, by calls that came back and by those that did not.
    pub fuel: u64,
    /// The most memory that one of its stores held, in bytes.
    pub memory_bytes_peak: usize,
    /// Calls that did not come back, by kind.
    pub traps: BTreeMap<TrapKind, u64>,
    /// Snapshots that it could not go on from after a trap, so that it began anew.
    pub lost_snapshots: u64,
    /// Rows that the fallback answered in its place.
    pub fallback_answers: u64,
    /// Turns of a shadow that were dropped, because the tick had no time or fuel left for them.
    pub dropped_turns: u64,
    /// Log lines over the limit.
    pub dropped_log_lines: u64,
}
