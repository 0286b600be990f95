//! Host id: which host of this machine a control group belongs to, so that two never collide and
//! what a dead one left is told from what a living one needs.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::Pid;
use thiserror::Error;

use crate::process::{Status, is_alive};

const PREFIX: &str = "regatta-";

/// A host process: its number, its start and the namespace in which the number counts. Numbers come
/// again, and every container counts from 1, so that a number alone names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HostId {
    pid: Pid,
    started_ticks: u64,
    namespace: u64,
}

/// `/proc` does not say who this process is.
#[derive(Debug, Error)]
#[error("cannot read `{path}`, so this host cannot be told from others; mount /proc")]
pub struct HostIdError {
    path: &'static str,
    source: io::Error,
}

impl HostId {
    /// This process.
    pub fn own() -> Result<Self, HostIdError> {
        let pid = Pid::this();
        let status =
            Status::read(pid).map_err(|source| HostIdError { path: "/proc/self/stat", source })?;
        Ok(Self { pid, started_ticks: status.started_ticks, namespace: own_namespace()? })
    }

    /// The number of the process.
    pub fn pid(self) -> Pid {
        self.pid
    }

    /// The host that a group's name tells of; none if it is not the name of a host's group.
    pub(crate) fn parse(group: &str) -> Option<Self> {
        let mut parts = group.strip_prefix(PREFIX)?.split('-');
        let pid: i32 = parts.next()?.parse().ok()?;
        let started_ticks = parts.next()?.parse().ok()?;
        let namespace = parts.next()?.parse().ok()?;
        let cluster = parts.next()?.parse().ok()?;
        let id = Self { pid: Pid::from_raw(pid), started_ticks, namespace };
        // Another spelling of the same numbers is another's name.
        (pid > 0 && parts.next().is_none() && id.group(cluster) == group).then_some(id)
    }

    /// The name of the group of one of its clusters.
    pub(crate) fn group(self, cluster: u32) -> String {
        format!("{self}-{cluster}")
    }

    /// Whether the host has ended; none if that cannot be told from here, because its number counts
    /// in another namespace.
    pub(crate) fn is_gone(self, own: HostId) -> Option<bool> {
        (self.namespace == own.namespace).then(|| !is_alive(self.pid, self.started_ticks))
    }
}

impl fmt::Display for HostId {
    /// What the names of its groups begin with.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}-{}-{}", self.pid, self.started_ticks, self.namespace)
    }
}

fn own_namespace() -> Result<u64, HostIdError> {
    let path = "/proc/self/ns/pid";
    let metadata = fs::metadata(path).map_err(|source| HostIdError { path, source })?;
    Ok(metadata.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let own = HostId::own().unwrap();
        assert_eq!(HostId::parse(&own.group(7)), Some(own));
        assert_eq!(own.is_gone(own), Some(false));
    }

    #[test]
    fn names_of_others_are_no_hosts() {
        for name in [
            "",
            "regatta",
            "regatta-",
            "regatta-1-2-3",
            "regatta-1-2-3-4-5",
            "regatta-0-2-3-4",
            "regatta--1-2-3-4",
            "regatta-+1-2-3-4",
            "regatta-01-2-3-4",
            "regatta-1-2-x-4",
            "kubepods-1-2-3-4",
        ] {
            assert_eq!(HostId::parse(name), None, "{name}");
        }
    }

    #[test]
    fn another_namespace_is_not_judged() {
        let own = HostId::own().unwrap();
        let elsewhere = HostId { namespace: own.namespace + 1, ..own };
        assert_eq!(elsewhere.is_gone(own), None);
        let gone = HostId { started_ticks: own.started_ticks + 1, ..own };
        assert_eq!(gone.is_gone(own), Some(true));
    }
}
