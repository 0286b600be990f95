//! Usage: what a replica has taken of the machine.

use nix::unistd::Pid;

use super::GroupError;
use crate::process::{Status, resident_bytes};

/// What a replica has taken since it started, and what memory it holds now.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// CPU time in seconds.
    pub cpu_seconds: f64,
    /// Memory in bytes, as Kubernetes counts a working set: without file pages that nobody has looked
    /// at for long. Without limits: memory of the process in RAM.
    pub memory_bytes: u64,
    /// Time in seconds in which it wanted a processor and its CPU limit denied it, summed over
    /// processors; 0 without limits.
    pub throttled_seconds: f64,
    /// Periods of 100 ms in which it wanted a processor at all; 0 without limits.
    pub periods: u64,
    /// Periods in which its CPU limit denied it one; 0 without limits.
    pub throttled_periods: u64,
    /// Processes that were killed because its memory limit was reached; 0 without limits.
    pub oom_kills: u64,
}

/// Of one process without its children, which is all that is known without a group.
pub(super) fn of_process(pid: Pid) -> Result<Usage, GroupError> {
    let error = |name| {
        move |source| GroupError::Read { path: format!("/proc/{pid}/{name}").into(), source }
    };
    let status = Status::read(pid).map_err(error("stat"))?;
    let memory_bytes = resident_bytes(pid).map_err(error("status"))?;
    Ok(Usage { cpu_seconds: status.cpu_seconds, memory_bytes, ..Usage::default() })
}
