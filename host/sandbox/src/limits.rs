//! Limits: what one instance may use.

use std::time::Duration;

/// What one instance of a component may use. Fuel is counted in wasmtime's units, about one an
/// instruction; two million are near a millisecond.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Fuel for `describe`, `validate-settings`, `init`, `snapshot`, `restore` and `forget`, each.
    pub setup_fuel: u64,
    /// Fuel for a call to `decide`, `learn` or `score`, whatever its size.
    pub call_fuel: u64,
    /// Fuel for each row of such a call on top.
    pub row_fuel: u64,
    /// Wall-clock limit of one call; none where nothing may depend on the wall clock.
    pub deadline: Option<Duration>,
    /// Bytes of all memories and tables together.
    pub memory_bytes: usize,
    /// Bytes that the host copies for one call, results included.
    pub copied_bytes: usize,
    /// Bytes of a snapshot.
    pub snapshot_bytes: usize,
    /// Log lines of one call.
    pub log_lines: usize,
    /// Calls to `decide` between two snapshots kept for recovery.
    pub calls_between_snapshots: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Generous: interpreters embedded in a component start up in here.
            setup_fuel: 2_000_000_000,
            call_fuel: 50_000_000,
            row_fuel: 1_000_000,
            deadline: None,
            memory_bytes: 128 << 20,
            copied_bytes: 64 << 20,
            snapshot_bytes: 16 << 20,
            log_lines: 64,
            calls_between_snapshots: 64,
        }
    }
}

impl Limits {
    /// Fuel for a call about `rows` rows.
    pub(crate) fn fuel(&self, rows: usize) -> u64 {
        self.call_fuel.saturating_add(self.row_fuel.saturating_mul(rows as u64))
    }
}
