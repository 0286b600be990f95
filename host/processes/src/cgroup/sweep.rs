//! Sweep: nothing stays behind. Groups are removed with everything that runs in them, and a new host
//! removes those whose host is gone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::control::write;
use super::detect::View;
use super::v2::OWN_LEAF;
use super::{GroupError, REPLICA};
use crate::host_id::HostId;

/// How often a group is tried that the kernel does not let go of, and the pause between: 2 s in all.
const ATTEMPTS: u32 = 400;
const PAUSE: Duration = Duration::from_millis(5);
/// How deep hosts are looked for; a host in a pod in a slice lies at some 6.
const DEPTH: u32 = 12;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct Swept {
    /// Hosts that were gone and had left groups.
    pub hosts: usize,
    /// Processes that outlived them and were killed.
    pub killed: usize,
    /// Groups that could not be removed.
    pub failed: Vec<GroupError>,
}

/// Removes the groups of hosts that are gone, and kills the processes in them. Groups of living hosts,
/// and of hosts in other namespaces, of which nothing can be told from here, are left alone.
pub fn sweep(own: HostId) -> Swept {
    let mut swept = Swept::default();
    let Ok(view) = View::read() else { return swept };
    let mut found = Vec::new();
    view.points().for_each(|point| find(point, DEPTH, &mut found));
    let gone: Vec<_> =
        found.into_iter().filter(|(host, _)| host.is_gone(own) == Some(true)).collect();
    swept.hosts = gone.iter().map(|(host, _)| host.to_string()).collect::<BTreeSet<_>>().len();
    for (_, folder) in gone {
        swept.killed += kill_all(&folder);
        swept.failed.extend(remove(&folder).err());
    }
    swept
}

/// Kills every process in a group and in those below; tells how many were sent the signal.
///
/// Who is in a host's own group is no replica, and is not killed.
pub(super) fn kill_all(folder: &Path) -> usize {
    if folder.ends_with(OWN_LEAF) {
        return 0;
    }
    let below: usize = folders_in(folder).iter().map(|inner| kill_all(inner)).sum();
    let processes = processes_in(folder);
    // Version 2 can do it at once, so that nobody forks in between.
    let at_once = !processes.is_empty()
        && !processes.contains(&Pid::this())
        && write(&folder.join("cgroup.kill"), "1").is_ok();
    if !at_once {
        for &process in processes.iter().filter(|&&process| process != Pid::this()) {
            let _ = kill(process, Signal::SIGKILL);
        }
    }
    below + processes.len()
}

/// Kills and removes a group and all below it. One that is not there is removed.
pub(super) fn remove(folder: &Path) -> Result<(), GroupError> {
    let error = |source| GroupError::Remove { path: folder.to_path_buf(), source };
    for _ in 0..ATTEMPTS {
        match remove_empty(folder) {
            Err(source) if is_busy(&source) => {
                kill_all(folder);
                sleep(PAUSE);
            }
            ended => return ended.map_err(error),
        }
    }
    remove_empty(folder).map_err(error)
}

/// Kills and removes the replicas' groups in the group of a host.
pub(super) fn remove_replicas(folder: &Path) {
    let is_replica = |inner: &PathBuf| {
        inner
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(REPLICA))
    };
    for inner in folders_in(folder).into_iter().filter(is_replica) {
        // What stays is found by the next sweep.
        let _ = remove(&inner);
    }
}

/// Removes a group and those below if nobody is in them.
pub(super) fn remove_empty(folder: &Path) -> io::Result<()> {
    folders_in(folder).iter().try_for_each(|inner| remove_empty(inner))?;
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        ended => ended,
    }
}

fn is_busy(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw);
    matches!(code, Some(Errno::EBUSY | Errno::ENOTEMPTY))
}

fn find(folder: &Path, depth: u32, found: &mut Vec<(HostId, PathBuf)>) {
    for inner in folders_in(folder) {
        let name = inner.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match HostId::parse(name) {
            Some(host) => found.push((host, inner)),
            None if depth > 1 => find(&inner, depth - 1, found),
            None => {}
        }
    }
}

/// Groups that vanish meanwhile are none.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path()).collect()
}

/// A process of another namespace is 0 here, which to a signal means this process's own group.
pub(super) fn processes_in(folder: &Path) -> Vec<Pid> {
    let list = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    let numbers = list.lines().filter_map(|line| line.parse().ok());
    numbers.filter(|&number: &i32| number > 1).map(Pid::from_raw).collect()
}
