//! Errors of the proxy.

use std::io;

use scaling::WorkloadId;
use thiserror::Error;

/// Why the proxy cannot do what it was told.
#[derive(Debug, Error)]
pub enum ProxyError {
    /// No thread or no runtime.
    #[error("cannot start the proxy's thread")]
    Start {
        /// The system's reason.
        source: io::Error,
    },
    /// Somebody else listens there.
    #[error(
        "port {port} of 127.0.0.1, meant for workload {workload}, is taken by another program; \
         choose another port, or 0 for any"
    )]
    PortTaken {
        /// The workload.
        workload: WorkloadId,
        /// The port.
        port: u16,
    },
    /// The port cannot be opened.
    #[error("cannot listen on port {port} of 127.0.0.1 for workload {workload}")]
    Listen {
        /// The workload.
        workload: WorkloadId,
        /// The port.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
    /// A workload is added once.
    #[error("workload {workload} is already behind the proxy")]
    WorkloadTwice {
        /// The workload.
        workload: WorkloadId,
    },
    /// It was never added.
    #[error("workload {workload} is not behind the proxy; add it first")]
    NoWorkload {
        /// The workload.
        workload: WorkloadId,
    },
    /// The thread has ended.
    #[error("the proxy's thread has ended")]
    Ended,
}
