//! Status: whether what is appended will outlive the process.

use serde::Serialize;

use crate::replay::Sequence;

/// How durable a replay is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Status {
    /// It was opened without a log.
    InMemory,
    /// It has a log.
    Durable {
        /// Everything up to here is on the disk.
        up_to: Sequence,
    },
    /// Its log failed: it goes on in memory until [`crate::Replay::recover`] finds the disk usable again.
    MemoryOnly {
        /// The last that is on the disk.
        durable: Sequence,
        /// When the log failed, in seconds of Unix time.
        since_unix_seconds: u64,
        /// Why.
        cause: String,
    },
}
