//! Version 1: a hierarchy for each controller, or for several mounted together.

use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::control::{entry, make, number, optional_entry, read, told, write};
use super::detect::View;
use super::limits::{Limits, PERIOD_MICROSECONDS};
use super::{GroupError, Usage, sweep};

/// What version 1 tells and takes for no limit.
const NO_LIMIT: &str = "-1";
/// The kernel's weight for those who were given none.
const DEFAULT_SHARES: u32 = 1024;

/// Folders of one group: those of controllers mounted together are the same.
#[derive(Debug, Clone)]
struct Folders {
    cpu: PathBuf,
    cpuacct: PathBuf,
    memory: PathBuf,
}

/// The group of a host.
#[derive(Debug)]
pub(super) struct Tree(Folders);

/// The group of a replica.
#[derive(Debug)]
pub(super) struct Leaf(Folders);

impl Folders {
    fn below(&self, name: &str) -> Self {
        let join = |folder: &Path| folder.join(name);
        Self { cpu: join(&self.cpu), cpuacct: join(&self.cpuacct), memory: join(&self.memory) }
    }

    fn distinct(&self) -> Vec<&PathBuf> {
        let mut distinct = vec![&self.cpu];
        for folder in [&self.cpuacct, &self.memory] {
            if !distinct.contains(&folder) {
                distinct.push(folder);
            }
        }
        distinct
    }

    /// Makes all or none.
    fn make(&self) -> Result<(), GroupError> {
        let folders = self.distinct();
        for (made, folder) in folders.iter().enumerate() {
            if let Err(error) = make(folder) {
                for folder in &folders[..made] {
                    let _ = sweep::remove(folder);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn remove(&self) {
        for folder in self.distinct() {
            let _ = sweep::remove(folder);
        }
    }
}

impl Tree {
    /// Below the groups in which this process runs; the reason in words if there is none.
    pub(super) fn make(view: &View, name: &str) -> Result<Self, String> {
        let own = |controller| view.own_v1(controller);
        let own = Folders { cpu: own("cpu")?, cpuacct: own("cpuacct")?, memory: own("memory")? };
        let folders = own.below(name);
        folders.make().map_err(|error| told(&error))?;
        let tree = Self(folders);
        let needed = [
            tree.0.cpu.join("cpu.cfs_quota_us"),
            tree.0.cpuacct.join("cpuacct.usage"),
            tree.0.memory.join("memory.limit_in_bytes"),
        ];
        let ready = match needed.iter().find(|file| !file.exists()) {
            None => write(&tree.0.cpu.join("cpu.shares"), &Limits::shares_of_machine().to_string())
                .map_err(|error| told(&error)),
            Some(lacking) => Err(format!("this kernel has no `{}`", lacking.display())),
        };
        ready.inspect_err(|_| tree.remove())?;
        Ok(tree)
    }

    pub(super) fn leaf(&self, name: &str, limits: Limits) -> Result<Leaf, GroupError> {
        let leaf = Leaf(self.0.below(name));
        leaf.0.make()?;
        let set = leaf.forbid_swap().and_then(|()| leaf.set(limits));
        set.inspect_err(|_| leaf.0.remove())?;
        Ok(leaf)
    }

    pub(super) fn remove(&self) {
        self.0.remove();
    }
}

impl Leaf {
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.0.distinct().into_iter().cloned().collect()
    }

    pub(super) fn resize(&self, limits: Limits) -> Result<(), GroupError> {
        let old = self.limits()?;
        self.set(limits).inspect_err(|_| {
            // The first error is the one to tell.
            let _ = self.set(old);
        })
    }

    pub(super) fn usage(&self) -> Result<Usage, GroupError> {
        let Folders { cpu, cpuacct, memory } = &self.0;
        let cpu_stat = cpu.join("cpu.stat");
        let throttling = read(&cpu_stat)?;
        let throttled = |word| entry(&throttling, &cpu_stat, word);
        let oom = read(&memory.join("memory.oom_control"))?;
        Ok(Usage {
            cpu_seconds: number(&cpuacct.join("cpuacct.usage"))? as f64 / 1e9,
            memory_bytes: self.working_set()?,
            throttled_seconds: throttled("throttled_time")? as f64 / 1e9,
            periods: throttled("nr_periods")?,
            throttled_periods: throttled("nr_throttled")?,
            // Kernels before 4.13 do not count them.
            oom_kills: optional_entry(&oom, "oom_kill").unwrap_or(0),
        })
    }

    fn working_set(&self) -> Result<u64, GroupError> {
        let used = number(&self.0.memory.join("memory.usage_in_bytes"))?;
        let path = self.0.memory.join("memory.stat");
        let idle = entry(&read(&path)?, &path, "total_inactive_file")?;
        Ok(used.saturating_sub(idle))
    }

    fn set(&self, limits: Limits) -> Result<(), GroupError> {
        // First what the kernel refuses most often.
        self.set_memory(limits.memory_bytes)?;
        let file = |name| self.0.cpu.join(name);
        write(&file("cpu.shares"), &limits.cpu_shares.unwrap_or(DEFAULT_SHARES).to_string())?;
        write(&file("cpu.cfs_period_us"), &PERIOD_MICROSECONDS.to_string())?;
        let quota = limits.quota_microseconds().map_or(NO_LIMIT.into(), |quota| quota.to_string());
        write(&file("cpu.cfs_quota_us"), &quota)
    }

    /// Memory with swap may never be less than memory, so a limit rises from behind and falls from
    /// the front. The two are the same: nothing is left for swap.
    fn set_memory(&self, bytes: Option<u64>) -> Result<(), GroupError> {
        let memory = self.0.memory.join("memory.limit_in_bytes");
        let with_swap = self.0.memory.join("memory.memsw.limit_in_bytes");
        let rises = bytes.is_none_or(|bytes| number(&memory).is_ok_and(|old| bytes >= old));
        let value = bytes.map_or(NO_LIMIT.into(), |bytes| bytes.to_string());
        let files = match (with_swap.exists(), rises) {
            (true, true) => vec![with_swap, memory],
            (true, false) => vec![memory, with_swap],
            (false, _) => vec![memory],
        };
        files.iter().try_for_each(|file| write(file, &value)).map_err(|error| match error {
            GroupError::Write { source, .. }
                if source.raw_os_error() == Some(Errno::EBUSY as i32) && bytes.is_some() =>
            {
                GroupError::BelowUse {
                    asked_bytes: bytes.unwrap_or(0),
                    used_bytes: self.working_set().unwrap_or(0),
                }
            }
            other => other,
        })
    }

    /// For machines that do not count swap.
    fn forbid_swap(&self) -> Result<(), GroupError> {
        let file = self.0.memory.join("memory.swappiness");
        if file.exists() { write(&file, "0") } else { Ok(()) }
    }

    fn limits(&self) -> Result<Limits, GroupError> {
        let quota = number(&self.0.cpu.join("cpu.cfs_quota_us")).ok();
        let shares = number(&self.0.cpu.join("cpu.shares"))?;
        let memory = number(&self.0.memory.join("memory.limit_in_bytes"))?;
        let millicores = quota.map(|quota| quota * 1000 / PERIOD_MICROSECONDS);
        Ok(Limits {
            cpu_millicores: millicores.and_then(|cpu| cpu.try_into().ok()),
            cpu_shares: shares.try_into().ok(),
            // No limit is told as the largest number of whole pages.
            memory_bytes: (memory < i64::MAX as u64 / 2).then_some(memory),
        })
    }
}
