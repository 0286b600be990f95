//! Limits: what one replica may use.

use std::fs;

use thiserror::Error;

/// Length of the kernel's accounting period, as Kubernetes sets it, so that a limit throttles here as
/// it does there.
pub(super) const PERIOD_MICROSECONDS: u64 = 100_000;
/// The kernel takes quotas from 1 ms a period.
const LEAST_CPU_MILLICORES: u32 = 10;
/// The kernel's range of `cpu.shares`.
const SHARES: std::ops::RangeInclusive<u32> = 2..=262_144;
/// A page: a smaller limit would be none.
const LEAST_MEMORY_BYTES: u64 = 4096;

/// What one replica may use; none leaves it free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// CPU in millicores, from 10 up to what the machine has.
    pub cpu_millicores: Option<u32>,
    /// Weight against others when the machine is busy, in `cpu.shares`, 2 to 262,144; 1,024 is one
    /// core's worth in Kubernetes.
    pub cpu_shares: Option<u32>,
    /// Memory in bytes, without swap, from a page up to what the machine has.
    pub memory_bytes: Option<u64>,
}

/// A limit that cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LimitError {
    /// Less CPU than the kernel can hold anybody to.
    #[error(
        "a CPU limit of {asked_millicores} millicores is too small; the least is \
         {LEAST_CPU_MILLICORES}"
    )]
    LittleCpu {
        /// What was asked for.
        asked_millicores: u32,
    },
    /// More CPU than there is.
    #[error(
        "a CPU limit of {asked_millicores} millicores is more than the {machine_millicores} that \
         this machine has; lower the workload's bounds"
    )]
    MuchCpu {
        /// What was asked for.
        asked_millicores: u32,
        /// What this process may use.
        machine_millicores: u64,
    },
    /// A weight out of range.
    #[error("a weight of {asked} CPU shares lies outside of 2 to 262144")]
    Shares {
        /// What was asked for.
        asked: u32,
    },
    /// Less memory than a page.
    #[error(
        "a memory limit of {asked_bytes} bytes is too small; the least is {LEAST_MEMORY_BYTES}"
    )]
    LittleMemory {
        /// What was asked for.
        asked_bytes: u64,
    },
    /// More memory than there is.
    #[error(
        "a memory limit of {asked_bytes} bytes is more than the {machine_bytes} that this machine \
         has; lower the workload's bounds"
    )]
    MuchMemory {
        /// What was asked for.
        asked_bytes: u64,
        /// What the machine has.
        machine_bytes: u64,
    },
}

impl Limits {
    /// The weight that Kubernetes gives to a request of so many millicores.
    pub fn shares_of(request_millicores: u32) -> u32 {
        let shares = u64::from(request_millicores) * 1024 / 1000;
        u32::try_from(shares).unwrap_or(u32::MAX).clamp(*SHARES.start(), *SHARES.end())
    }

    /// The weight of all replicas together, against what else runs: a group weighs as much as one
    /// process unless it is told otherwise, however many it holds.
    pub(super) fn shares_of_machine() -> u32 {
        let millicores = cpu_of_machine().unwrap_or(1000);
        Self::shares_of(millicores.try_into().unwrap_or(u32::MAX))
    }

    /// Whether this machine can hold them.
    pub(super) fn validate(self) -> Result<(), LimitError> {
        let machine_millicores = cpu_of_machine().unwrap_or(u64::MAX);
        self.validate_within(machine_millicores, memory_of_machine().unwrap_or(u64::MAX))
    }

    fn validate_within(
        self,
        machine_millicores: u64,
        machine_bytes: u64,
    ) -> Result<(), LimitError> {
        if let Some(asked_millicores) = self.cpu_millicores {
            if asked_millicores < LEAST_CPU_MILLICORES {
                return Err(LimitError::LittleCpu { asked_millicores });
            }
            if u64::from(asked_millicores) > machine_millicores {
                return Err(LimitError::MuchCpu { asked_millicores, machine_millicores });
            }
        }
        if let Some(asked) = self.cpu_shares.filter(|asked| !SHARES.contains(asked)) {
            return Err(LimitError::Shares { asked });
        }
        if let Some(asked_bytes) = self.memory_bytes {
            if asked_bytes < LEAST_MEMORY_BYTES {
                return Err(LimitError::LittleMemory { asked_bytes });
            }
            if asked_bytes > machine_bytes {
                return Err(LimitError::MuchMemory { asked_bytes, machine_bytes });
            }
        }
        Ok(())
    }

    /// Microseconds of CPU a period.
    pub(super) fn quota_microseconds(self) -> Option<u64> {
        self.cpu_millicores.map(|cpu| u64::from(cpu) * PERIOD_MICROSECONDS / 1000)
    }

    /// `cpu.weight` of version 2, from 1 to 10,000, by the formula of Kubernetes.
    pub(super) fn weight(self) -> Option<u64> {
        self.cpu_shares.map(|shares| 1 + (u64::from(shares) - 2) * 9999 / 262_142)
    }
}

/// What this process may use, in millicores.
fn cpu_of_machine() -> Option<u64> {
    let cores = std::thread::available_parallelism().ok()?;
    (cores.get() as u64).checked_mul(1000)
}

fn memory_of_machine() -> Option<u64> {
    let table = fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_fit_the_machine_or_are_refused_by_name() {
        let check = |limits: Limits, expected: Result<(), LimitError>| {
            assert_eq!(limits.validate_within(2000, 1 << 30), expected, "{limits:?}");
        };
        let cpu = |cpu| Limits { cpu_millicores: Some(cpu), ..Limits::default() };
        let memory = |memory| Limits { memory_bytes: Some(memory), ..Limits::default() };
        let shares = |shares| Limits { cpu_shares: Some(shares), ..Limits::default() };
        check(Limits::default(), Ok(()));
        check(cpu(9), Err(LimitError::LittleCpu { asked_millicores: 9 }));
        check(cpu(10), Ok(()));
        check(cpu(2000), Ok(()));
        let much = LimitError::MuchCpu { asked_millicores: 2001, machine_millicores: 2000 };
        check(cpu(2001), Err(much));
        check(shares(1), Err(LimitError::Shares { asked: 1 }));
        check(shares(2), Ok(()));
        check(shares(262_145), Err(LimitError::Shares { asked: 262_145 }));
        check(memory(4095), Err(LimitError::LittleMemory { asked_bytes: 4095 }));
        check(memory(1 << 30), Ok(()));
        let asked_bytes = (1 << 30) + 1;
        let much = LimitError::MuchMemory { asked_bytes, machine_bytes: 1 << 30 };
        check(memory(asked_bytes), Err(much));
    }

    #[test]
    fn weights_are_those_of_kubernetes() {
        let check = |millicores: u32, shares: u32, weight: u64| {
            assert_eq!(Limits::shares_of(millicores), shares);
            let limits = Limits { cpu_shares: Some(shares), ..Limits::default() };
            assert_eq!(limits.weight(), Some(weight));
        };
        check(0, 2, 1);
        check(100, 102, 4);
        check(1000, 1024, 39);
        check(u32::MAX, 262_144, 10_000);
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(memory_of_machine().unwrap() > 1 << 20);
    }
}
