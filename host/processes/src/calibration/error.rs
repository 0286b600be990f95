//! Errors: why a function could not be measured.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::{GroupError, HostIdError, ProxyError, SpawnError};

/// Why a function could not be measured.
#[derive(Debug, Error)]
pub enum CalibrationError {
    /// The rules make no sense.
    #[error("cannot calibrate by these rules: {problem}")]
    Rules {
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// Nobody says how it is asked.
    #[error("function `{function}` has no load that says how it is asked; give it one")]
    NoLoad {
        /// The function.
        function: String,
    },
    /// Requests that go nowhere.
    #[error("`{path}` is no path for requests to function `{function}`; one begins with `/`")]
    Path {
        /// The function.
        function: String,
        /// The path.
        path: String,
    },
    /// No thread.
    #[error("cannot start what measures functions")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
    /// This host cannot tell itself apart.
    #[error(transparent)]
    Host(#[from] HostIdError),
    /// No proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// No process.
    #[error("cannot start function `{function}` (`{}`) to measure it", program.display())]
    Start {
        /// The function.
        function: String,
        /// What it runs.
        program: PathBuf,
        /// Why not, and what helps.
        source: SpawnError,
    },
    /// It never said that it is ready.
    #[error(
        "function `{function}` (`{}`) did not get ready within {within:?}: {complaint}; run it by \
         hand, or give it more time",
        program.display()
    )]
    NotReady {
        /// The function.
        function: String,
        /// What it runs.
        program: PathBuf,
        /// How long it had.
        within: Duration,
        /// What became of it, with its last words.
        complaint: String,
    },
    /// It ended while it was measured.
    #[error(
        "function `{function}` (`{}`) ended while it was measured {}: {complaint}; give it more \
         memory if it lacks some, or mend it",
        program.display(), under(*limit_millicores)
    )]
    Ended {
        /// The function.
        function: String,
        /// What it runs.
        program: PathBuf,
        /// The CPU limit then.
        limit_millicores: Option<u32>,
        /// What became of it, with its last words.
        complaint: String,
    },
    /// It answered nothing.
    #[error(
        "function `{function}` (`{}`) answered none of {concurrency} callers within {within:?} {}; \
         ask it for less, or measure for longer",
        program.display(), under(*limit_millicores)
    )]
    Silent {
        /// The function.
        function: String,
        /// What it runs.
        program: PathBuf,
        /// The CPU limit then.
        limit_millicores: Option<u32>,
        /// Callers.
        concurrency: u32,
        /// How long they waited.
        within: Duration,
    },
    /// It fails too often for its figures to mean anything.
    #[error(
        "function `{function}` (`{}`) failed {failed} of {requests} requests {}, the last one with \
         {complaint}; check what it is asked, and run it by hand",
        program.display(), under(*limit_millicores)
    )]
    Failing {
        /// The function.
        function: String,
        /// What it runs.
        program: PathBuf,
        /// The CPU limit then.
        limit_millicores: Option<u32>,
        /// Requests that ended.
        requests: u64,
        /// Those that failed.
        failed: u64,
        /// How the last of them failed.
        complaint: String,
    },
    /// The load generator does not run.
    #[error("cannot ask function `{function}` now and then")]
    Generator {
        /// The function.
        function: String,
        /// Why not.
        source: Box<traffic::load::LoadError>,
    },
    /// A limit cannot be set.
    #[error("cannot measure function `{function}` {}", under(*limit_millicores))]
    Limit {
        /// The function.
        function: String,
        /// The CPU limit.
        limit_millicores: Option<u32>,
        /// Why not.
        source: GroupError,
    },
    /// What it uses cannot be read.
    #[error("cannot read what function `{function}` uses")]
    Usage {
        /// The function.
        function: String,
        /// Why not.
        source: GroupError,
    },
}

fn under(limit_millicores: Option<u32>) -> String {
    limit_millicores.map_or_else(
        || "without a CPU limit".to_owned(),
        |limit| format!("under a CPU limit of {limit} millicores"),
    )
}
