//! Limits: what one instance may use.

use std::time::Duration;

use thiserror::Error;

/// What one instance of a component may use. Fuel is counted in wasmtime's units, about one an
/// instruction; two million are near a millisecond.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Fuel for `describe`, `validate-settings`, `init`, `snapshot`, `restore` and `forget`, each.
    pub setup_fuel: u64,
    /// Fuel for a call to `decide`, `learn` or `score`, whatever its size.
    pub call_fuel: u64,
    /// Fuel for each row (an observation, an experience, a transition) of such a call on top.
    pub row_fuel: u64,
    /// Wall-clock limit of one call; none where nothing may depend on the wall clock.
    pub deadline: Option<Duration>,
    /// Bytes of all memories and tables together.
    pub memory_bytes: usize,
    /// Bytes that the host copies for one call, results included (wasmtime's hostcall fuel).
    pub copied_bytes: usize,
    /// Handles of the component model that may be open at once.
    pub handles: usize,
    /// Bytes of a snapshot.
    pub snapshot_bytes: usize,
    /// Log lines of one call.
    pub log_lines: usize,
    /// Bytes of log that trickle in by second, by the clock of the ticks; as many may come at once.
    pub log_bytes_per_second: u64,
    /// Calls to `decide` between two snapshots kept for recovery.
    pub calls_between_snapshots: u32,
    /// What follows failures in a row; nothing where every turn is to be asked, as in a race.
    pub discipline: Option<Discipline>,
}

/// What follows when a policy fails turn after turn. A turn fails when more rows were lost to traps
/// than were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discipline {
    /// Pause after the second failure in a row (after the first there is none); it doubles with
    /// each further one.
    pub pause_first: Duration,
    /// The longest pause.
    pub pause_longest: Duration,
    /// Failures in a row that end in quarantine.
    pub failures_to_quarantine: u32,
}

impl Default for Discipline {
    fn default() -> Self {
        Self {
            pause_first: Duration::from_secs(1),
            pause_longest: Duration::from_secs(300),
            failures_to_quarantine: 10,
        }
    }
}

impl Discipline {
    /// Names, values, smallest and largest ones.
    fn rows(&self, most: &Self) -> [(&'static str, u64, u64, u64); 3] {
        [
            (
                "discipline.pause_first (milliseconds)",
                milliseconds(self.pause_first),
                0,
                milliseconds(most.pause_first),
            ),
            (
                "discipline.pause_longest (milliseconds)",
                milliseconds(self.pause_longest),
                0,
                milliseconds(most.pause_longest),
            ),
            (
                "discipline.failures_to_quarantine",
                u64::from(self.failures_to_quarantine),
                1,
                u64::from(most.failures_to_quarantine),
            ),
        ]
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
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
            handles: 1024,
            snapshot_bytes: 16 << 20,
            log_lines: 64,
            log_bytes_per_second: 64 << 10,
            calls_between_snapshots: 64,
            discipline: Some(Discipline::default()),
        }
    }
}

/// A limit that is set higher than the host can promise to hold, or so low that nothing runs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the limit `{field}` is {given}; between {least} and {most} can be set")]
pub struct LimitError {
    /// The limit.
    pub field: &'static str,
    /// What was asked for.
    pub given: u64,
    /// The smallest value.
    pub least: u64,
    /// The documented maximum.
    pub most: u64,
}

impl Limits {
    /// The documented maxima: what a tenant can be given at most. The deadline's is one minute.
    pub const MAXIMA: Limits = Limits {
        setup_fuel: 20_000_000_000,
        call_fuel: 20_000_000_000,
        row_fuel: 1_000_000_000,
        deadline: Some(Duration::from_secs(60)),
        // The room of one slot in the pool.
        memory_bytes: 1 << 30,
        copied_bytes: 512 << 20,
        handles: 100_000,
        snapshot_bytes: 256 << 20,
        log_lines: 10_000,
        log_bytes_per_second: 16 << 20,
        calls_between_snapshots: 1_000_000,
        discipline: Some(Discipline {
            pause_first: Duration::from_secs(3600),
            pause_longest: Duration::from_secs(86_400),
            failures_to_quarantine: 1000,
        }),
    };

    /// Whether all of them lie within the documented maxima.
    pub fn check(&self) -> Result<(), LimitError> {
        let most = Self::MAXIMA;
        let deadline = |limits: &Limits| limits.deadline.map_or(1, milliseconds);
        let rows = [
            ("setup_fuel", self.setup_fuel, 1, most.setup_fuel),
            ("call_fuel", self.call_fuel, 0, most.call_fuel),
            ("row_fuel", self.row_fuel, 0, most.row_fuel),
            ("deadline (milliseconds)", deadline(self), 1, deadline(&most)),
            ("memory_bytes", self.memory_bytes as u64, 1, most.memory_bytes as u64),
            ("copied_bytes", self.copied_bytes as u64, 1, most.copied_bytes as u64),
            ("handles", self.handles as u64, 0, most.handles as u64),
            ("snapshot_bytes", self.snapshot_bytes as u64, 0, most.snapshot_bytes as u64),
            ("log_lines", self.log_lines as u64, 0, most.log_lines as u64),
            ("log_bytes_per_second", self.log_bytes_per_second, 0, most.log_bytes_per_second),
            (
                "calls_between_snapshots",
                u64::from(self.calls_between_snapshots),
                1,
                u64::from(most.calls_between_snapshots),
            ),
        ];
        let discipline =
            self.discipline.zip(most.discipline).map(|(given, most)| given.rows(&most));
        for (field, given, least, most) in rows.into_iter().chain(discipline.into_iter().flatten())
        {
            if !(least..=most).contains(&given) {
                return Err(LimitError { field, given, least, most });
            }
        }
        Ok(())
    }

    /// Fuel for a call about `rows` rows.
    pub(crate) fn fuel(&self, rows: usize) -> u64 {
        self.call_fuel.saturating_add(self.row_fuel.saturating_mul(rows as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_beyond_the_maxima_are_refused_by_name() {
        assert_eq!(Limits::default().check(), Ok(()));
        assert_eq!(Limits::MAXIMA.check(), Ok(()));
        let huge = Limits { memory_bytes: (1 << 30) + 1, ..Limits::default() };
        let error = huge.check().unwrap_err();
        assert_eq!(
            (error.field, error.given, error.most),
            ("memory_bytes", (1 << 30) + 1, 1 << 30)
        );
        let none = Limits { setup_fuel: 0, ..Limits::default() };
        assert_eq!(none.check().unwrap_err().field, "setup_fuel");
    }
}
