//! Control groups: what the kernel lets replicas use, and what it counts of them. Version 2 where it
//! is delegated, version 1 where it is mounted so, and none at all where neither may be had.

mod control;
mod detect;
mod limits;
mod sweep;
mod usage;
mod v1;
mod v2;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::unistd::Pid;
use thiserror::Error;

use crate::host_id::HostId;
use detect::View;

pub use detect::Uncapped;
pub use limits::{LimitError, Limits};
pub use sweep::{Swept, sweep};
pub use usage::Usage;

/// Longest name of a replica's group: file systems take 255 bytes.
const NAME_BYTES: usize = 200;
/// Before the names of replicas, to tell their groups from the host's own.
const REPLICA: &str = "replica-";

/// The group of a cluster of this host, in which those of its replicas lie. When it is dropped, every process in
/// it is killed and the groups are removed; what cannot be removed then, the sweep of the next host
/// finds.
#[derive(Debug)]
pub enum Groups {
    /// Replicas get limits.
    Capped(Capped),
    /// Replicas run without limits.
    Uncapped(Uncapped),
}

/// The group of a cluster.
#[derive(Debug)]
pub struct Capped(Tree);

#[derive(Debug)]
enum Tree {
    V1(v1::Tree),
    V2(v2::Tree),
}

/// The group of one replica. Dropping it removes it, and kills what is left inside.
#[derive(Debug)]
pub struct Group(Place);

#[derive(Debug)]
enum Place {
    V1(v1::Leaf),
    V2(v2::Leaf),
    Nowhere,
}

/// Why something could not be done with a control group.
#[derive(Debug, Error)]
pub enum GroupError {
    /// The name is no good.
    #[error(
        "`{name}` is no name for a control group: take 1 to {NAME_BYTES} letters, digits, `-` and `_`"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A limit is no good.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// No group.
    #[error("cannot make the control group `{}`", path.display())]
    Make {
        /// Its folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of the group could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of the group says something else than it should.
    #[error("cannot find {what} in `{}`", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// The kernel refused a value.
    #[error("cannot write `{value}` to `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The value.
        value: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The memory limit would be below what is in use. The old limit stays.
    #[error(
        "a memory limit of {asked_bytes} bytes is below the {used_bytes} bytes in use; the old limit \
         stays, ask for more or wait until less is used"
    )]
    BelowUse {
        /// The limit that was asked for.
        asked_bytes: u64,
        /// What is in use and cannot be reclaimed.
        used_bytes: u64,
    },
    /// Its replica has ended.
    #[error("process {pid} has ended, and its control group with it")]
    Ended {
        /// The process.
        pid: Pid,
    },
    /// The kernel would not let go of the group.
    #[error("cannot remove the control group `{}`; the next host tries again", path.display())]
    Remove {
        /// Its folder.
        path: PathBuf,
        /// The system's last reason.
        source: io::Error,
    },
}

impl Groups {
    /// Makes a group of this host's below the one in which it runs, a new one with every call: version 2 if its controllers
    /// for CPU and memory are delegated to us, else version 1 if they are mounted so. Groups that
    /// dead hosts left are not touched: that is [`sweep`].
    pub fn detect(host: HostId) -> Self {
        static CLUSTERS: AtomicU32 = AtomicU32::new(0);
        let name = host.group(CLUSTERS.fetch_add(1, Ordering::Relaxed));
        let view = match View::read() {
            Ok(view) => view,
            Err(reason) => return Self::Uncapped(Uncapped::new([reason])),
        };
        let unified = match v2::Tree::make(&view, &name, v2::CONTROLLERS) {
            Ok(tree) => return Self::Capped(Capped(Tree::V2(tree))),
            Err(reason) => format!("version 2: {reason}"),
        };
        match v1::Tree::make(&view, &name) {
            Ok(tree) => Self::Capped(Capped(Tree::V1(tree))),
            Err(reason) => Self::Uncapped(Uncapped::new([unified, format!("version 1: {reason}")])),
        }
    }

    /// Why there are no limits; none if there are.
    pub fn uncapped(&self) -> Option<&Uncapped> {
        match self {
            Self::Capped(_) => None,
            Self::Uncapped(reason) => Some(reason),
        }
    }

    /// The version of control groups in use, 1 or 2; none without limits.
    pub fn version(&self) -> Option<u8> {
        match self {
            Self::Capped(Capped(Tree::V1(_))) => Some(1),
            Self::Capped(Capped(Tree::V2(_))) => Some(2),
            Self::Uncapped(_) => None,
        }
    }

    /// Makes the group of one replica, with its limits. Where replicas run without limits it is a
    /// group in name only, but names and limits are judged all the same.
    pub fn create(&self, name: &str, limits: Limits) -> Result<Group, GroupError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > NAME_BYTES || !name.bytes().all(fits) {
            let name = name.chars().take(NAME_BYTES).flat_map(char::escape_debug).collect();
            return Err(GroupError::Name { name });
        }
        limits.validate()?;
        let name = format!("{REPLICA}{name}");
        Ok(Group(match self {
            Self::Capped(Capped(Tree::V1(tree))) => Place::V1(tree.leaf(&name, limits)?),
            Self::Capped(Capped(Tree::V2(tree))) => Place::V2(tree.leaf(&name, limits)?),
            Self::Uncapped(_) => Place::Nowhere,
        }))
    }
}

impl Drop for Capped {
    fn drop(&mut self) {
        match &mut self.0 {
            Tree::V1(tree) => tree.remove(),
            Tree::V2(tree) => tree.remove(),
        }
    }
}

impl Group {
    /// Sets other limits in place. Either all of them hold afterwards or, with an error, the old ones
    /// do. Without limits on this machine nothing changes.
    pub fn resize(&self, limits: Limits) -> Result<(), GroupError> {
        limits.validate()?;
        match &self.0 {
            Place::V1(leaf) => leaf.resize(limits),
            Place::V2(leaf) => leaf.resize(limits),
            Place::Nowhere => Ok(()),
        }
    }

    /// What was used: by the whole group, or without limits by the process `leader` alone.
    pub fn usage(&self, leader: Pid) -> Result<Usage, GroupError> {
        match &self.0 {
            Place::V1(leaf) => leaf.usage(),
            Place::V2(leaf) => leaf.usage(),
            Place::Nowhere => usage::of_process(leader),
        }
    }

    /// Kills every process in the group; without limits nobody.
    pub fn kill(&self) {
        for folder in self.folders() {
            sweep::kill_all(&folder);
        }
    }

    /// Removes the group and kills what is left inside. The kernel may need a moment to let go, so it
    /// is tried for up to two seconds.
    pub fn remove(&mut self) -> Result<(), GroupError> {
        let folders = self.folders();
        self.0 = Place::Nowhere;
        // One that stays keeps none of the others.
        let errors = folders.iter().filter_map(|folder| sweep::remove(folder).err());
        errors.reduce(|first, _| first).map_or(Ok(()), Err)
    }

    /// Files through which a process enters the group by writing `0`.
    pub(crate) fn doors(&self) -> Result<Vec<File>, GroupError> {
        self.folders().iter().map(|folder| control::open(&folder.join("cgroup.procs"))).collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        match &self.0 {
            Place::V1(leaf) => leaf.folders(),
            Place::V2(leaf) => vec![leaf.folder().to_path_buf()],
            Place::Nowhere => Vec::new(),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What stays is found by the next sweep; there is nobody to tell.
        let _ = self.remove();
    }
}
