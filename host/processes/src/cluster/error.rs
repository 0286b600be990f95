//! Errors: why a cluster cannot be started.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use traffic::load::LoadError;

use crate::{HostIdError, ProxyError, SpawnError};

/// Why a cluster cannot be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// No threads.
    #[error("cannot start the threads of a cluster of processes")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
    /// This host cannot tell itself apart.
    #[error(transparent)]
    Host(#[from] HostIdError),
    /// Nobody can start replicas.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// No proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// No load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Requests that go nowhere.
    #[error("`{path}` is no path for requests to workload `{workload}`; one begins with `/`")]
    Path {
        /// The workload.
        workload: String,
        /// The path.
        path: String,
    },
    /// The first replicas did not become ready.
    #[error(
        "the first replicas of workload `{workload}` (`{}`) were not ready within {within:?}; of the \
         last one that failed: {complaint}",
        program.display()
    )]
    NotReady {
        /// The workload.
        workload: String,
        /// What its replicas run.
        program: PathBuf,
        /// How long they had.
        within: Duration,
        /// Why the last one failed.
        complaint: String,
    },
}
