//! Error: why a call into the stand-in for WASI ends a guest's call.

use thiserror::Error;

/// What a guest did that the stand-in does not do for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum WasiError {
    /// It called what has no stand-in.
    #[error("it called `{import}`, which no guest gets; build it so that it does without")]
    Unavailable {
        /// Interface and function.
        import: String,
    },
    /// It ended itself.
    #[error("it ended itself with status {status} by `wasi:cli/exit`")]
    Exit {
        /// 0 for success.
        status: u8,
    },
    /// It wanted too much of something in one call.
    #[error("it passed {given} to `wasi:{function}`, at most {limit} are allowed in one call")]
    TooMuch {
        /// Interface and function.
        function: &'static str,
        /// Bytes or handles.
        given: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// It wanted to wait for nothing, which would be for ever.
    #[error("it called `wasi:io/poll#poll` with an empty list")]
    EmptyPoll,
}
