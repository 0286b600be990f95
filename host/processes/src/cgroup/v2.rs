//! Version 2: one hierarchy, parts of which are delegated. A group hands controllers down or holds
//! processes, never both, so a host that runs alone in its group first moves into one below.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::Pid;

use super::control::{entry, make, number, read, told, write};
use super::detect::View;
use super::limits::{Limits, PERIOD_MICROSECONDS};
use super::{GroupError, Usage, sweep};
use crate::host_id::HostId;

/// The controllers that replicas need.
pub(super) const CONTROLLERS: &[&str] = &["cpu", "memory"];

/// The kernel's weight for those who were given none.
const DEFAULT_WEIGHT: u64 = 100;
const NO_LIMIT: &str = "max";
/// The group of the host process itself, where it had to move.
pub(super) const OWN_LEAF: &str = "host";

/// The group of a host.
#[derive(Debug)]
pub(super) struct Tree {
    folder: PathBuf,
    controllers: &'static [&'static str],
    /// The group from which this process moved away.
    moved_from: Option<PathBuf>,
}

/// The group of a replica.
#[derive(Debug)]
pub(super) struct Leaf(PathBuf);

impl Tree {
    /// Below the group in which this process runs, or below the next above that already hands the
    /// controllers down; the reasons in words if there is none.
    pub(super) fn make(
        view: &View,
        name: &str,
        controllers: &'static [&'static str],
    ) -> Result<Self, String> {
        let (point, own) = view.own_v2()?;
        let mut reasons = Vec::new();
        let above = own.ancestors().take_while(|folder| folder.starts_with(&point));
        for folder in above.filter(|folder| !is_of_host(folder)) {
            match Self::make_below(folder, folder == own, name, controllers) {
                Ok(tree) => return Ok(tree),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(reasons.join(", "))
    }

    fn make_below(
        base: &Path,
        is_own: bool,
        name: &str,
        controllers: &'static [&'static str],
    ) -> Result<Self, String> {
        let told = |error: GroupError| told(&error);
        if !lists(&base.join("cgroup.controllers"), controllers).map_err(told)? {
            let controllers = controllers.join(" and ");
            return Err(format!("`{}` has no controllers {controllers}", base.display()));
        }
        let hands_down = lists(&base.join("cgroup.subtree_control"), controllers).map_err(told)?;
        // Others live in a group above: what it hands down is not ours to change.
        if !hands_down && !is_own {
            return Err(format!("`{}` hands no controllers down", base.display()));
        }
        let folder = base.join(name);
        make(&folder).map_err(told)?;
        let mut tree = Self { folder, controllers, moved_from: None };
        let enabled = if hands_down { Ok(()) } else { tree.enable_in(base) };
        let shares = Some(Limits::shares_of_machine());
        let weight = Limits { cpu_shares: shares, ..Limits::default() }.weight();
        let weigh = || match (controllers.contains(&"cpu"), weight) {
            (true, Some(weight)) => write(&tree.folder.join("cpu.weight"), &weight.to_string()),
            _ => Ok(()),
        };
        let set =
            enabled.and_then(|()| switch(&tree.folder, '+', controllers)).and_then(|()| weigh());
        set.map_err(|error| {
            tree.remove();
            told(error)
        })?;
        Ok(tree)
    }

    /// Has the own group hand down controllers, if need be by leaving it.
    fn enable_in(&mut self, own: &Path) -> Result<(), GroupError> {
        let refused = match switch(own, '+', self.controllers) {
            Err(error) if is_busy(&error) => error,
            ended => return ended,
        };
        if sweep::processes_in(own) != [Pid::this()] {
            return Err(refused);
        }
        let leaf = self.folder.join(OWN_LEAF);
        make(&leaf)?;
        write(&leaf.join("cgroup.procs"), "0")?;
        self.moved_from = Some(own.to_path_buf());
        switch(own, '+', self.controllers)
    }

    pub(super) fn leaf(&self, name: &str, limits: Limits) -> Result<Leaf, GroupError> {
        let leaf = Leaf(self.folder.join(name));
        make(&leaf.0)?;
        let set = leaf.kill_together().and_then(|()| leaf.set(limits));
        set.inspect_err(|_| drop(sweep::remove(&leaf.0)))?;
        Ok(leaf)
    }

    /// Back to how it was, as far as the kernel lets us.
    pub(super) fn remove(&mut self) {
        let Some(own) = self.moved_from.take() else {
            let _ = sweep::remove(&self.folder);
            return;
        };
        sweep::remove_replicas(&self.folder);
        let _ = switch(&self.folder, '-', self.controllers);
        let _ = switch(&own, '-', self.controllers);
        // What this process started came along, and goes back with it.
        for process in sweep::processes_in(&self.folder.join(OWN_LEAF)) {
            let _ = write(&own.join("cgroup.procs"), &process.to_string());
        }
        let _ = sweep::remove_empty(&self.folder);
    }
}

impl Leaf {
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    pub(super) fn resize(&self, limits: Limits) -> Result<(), GroupError> {
        let old = self.limits()?;
        self.set(limits).inspect_err(|_| {
            // The first error is the one to tell.
            let _ = self.set(old);
        })
    }

    pub(super) fn usage(&self) -> Result<Usage, GroupError> {
        let path = self.0.join("cpu.stat");
        let cpu = read(&path)?;
        let of_cpu = |word| entry(&cpu, &path, word);
        let path = self.0.join("memory.events");
        Ok(Usage {
            cpu_seconds: of_cpu("usage_usec")? as f64 / 1e6,
            memory_bytes: self.working_set()?,
            throttled_seconds: of_cpu("throttled_usec")? as f64 / 1e6,
            periods: of_cpu("nr_periods")?,
            throttled_periods: of_cpu("nr_throttled")?,
            oom_kills: entry(&read(&path)?, &path, "oom_kill")?,
        })
    }

    fn working_set(&self) -> Result<u64, GroupError> {
        let used = number(&self.0.join("memory.current"))?;
        let path = self.0.join("memory.stat");
        let idle = entry(&read(&path)?, &path, "inactive_file")?;
        Ok(used.saturating_sub(idle))
    }

    fn set(&self, limits: Limits) -> Result<(), GroupError> {
        // First what is refused most often.
        self.set_memory(limits.memory_bytes)?;
        let weight = limits.weight().unwrap_or(DEFAULT_WEIGHT);
        write(&self.0.join("cpu.weight"), &weight.to_string())?;
        let quota = limits.quota_microseconds().map_or(NO_LIMIT.into(), |quota| quota.to_string());
        write(&self.0.join("cpu.max"), &format!("{quota} {PERIOD_MICROSECONDS}"))
    }

    /// A limit below what is used would kill, where version 1 refuses. So `memory.high` comes first,
    /// under which the kernel only reclaims, and the limit only when that was enough.
    fn set_memory(&self, bytes: Option<u64>) -> Result<(), GroupError> {
        let file = |name| self.0.join(name);
        let Some(asked_bytes) = bytes else {
            return write(&file("memory.max"), NO_LIMIT);
        };
        write(&file("memory.high"), &asked_bytes.to_string())?;
        let used_bytes = number(&file("memory.current"));
        let set = match used_bytes {
            Ok(used_bytes) if used_bytes > asked_bytes => {
                Err(GroupError::BelowUse { asked_bytes, used_bytes })
            }
            Ok(_) => write(&file("memory.max"), &asked_bytes.to_string()),
            Err(error) => Err(error),
        };
        // Kept, it would slow a replica down long before its limit.
        set.and(write(&file("memory.high"), NO_LIMIT))
    }

    /// Who runs out of memory ends whole, as Kubernetes has it, and never goes on as half a replica.
    fn kill_together(&self) -> Result<(), GroupError> {
        let optional = |name: &str, value| {
            let file = self.0.join(name);
            if file.exists() { write(&file, value) } else { Ok(()) }
        };
        optional("memory.oom.group", "1").and_then(|()| optional("memory.swap.max", "0"))
    }

    fn limits(&self) -> Result<Limits, GroupError> {
        let cpu = read(&self.0.join("cpu.max"))?;
        let quota = cpu.split(' ').next().and_then(|quota| quota.parse::<u64>().ok());
        let weight = number(&self.0.join("cpu.weight"))?;
        let memory = read(&self.0.join("memory.max"))?;
        let millicores = quota.map(|quota| quota * 1000 / PERIOD_MICROSECONDS);
        Ok(Limits {
            cpu_millicores: millicores.and_then(|cpu| cpu.try_into().ok()),
            // Rounded up, so that it becomes the same weight again.
            cpu_shares: (weight != DEFAULT_WEIGHT)
                .then(|| 2 + ((weight - 1) * 262_142).div_ceil(9999))
                .and_then(|shares| shares.try_into().ok()),
            memory_bytes: memory.trim().parse().ok(),
        })
    }
}

/// Whether a file lists all the controllers.
fn lists(file: &Path, controllers: &[&str]) -> Result<bool, GroupError> {
    let listed = read(file)?;
    Ok(controllers.iter().all(|wanted| listed.split_whitespace().any(|word| word == *wanted)))
}

/// Whether a group belongs to a host: then its processes are in it, and another's do not go there.
fn is_of_host(folder: &Path) -> bool {
    let mut names = folder.iter().filter_map(|name| name.to_str());
    names.any(|name| HostId::parse(name).is_some())
}

/// Has a group hand down controllers (`+`), or not any more (`-`).
fn switch(folder: &Path, sign: char, controllers: &[&str]) -> Result<(), GroupError> {
    let words: Vec<_> = controllers.iter().map(|name| format!("{sign}{name}")).collect();
    write(&folder.join("cgroup.subtree_control"), &words.join(" "))
}

fn is_busy(error: &GroupError) -> bool {
    let code = match error {
        GroupError::Write { source, .. } => source.raw_os_error(),
        _ => None,
    };
    code.map(Errno::from_raw) == Some(Errno::EBUSY)
}

#[cfg(test)]
mod tests;
