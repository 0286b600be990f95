//! CompileLimits: what one compilation may take.

use std::time::Duration;

use sandbox::Threads;

/// What one compilation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Address space of the child process, in bytes.
    pub address_space_bytes: u64,
    /// Wall-clock time.
    pub deadline: Duration,
    /// Seconds of CPU time, all threads together, for each MiB of the component beyond the five that
    /// every component gets.
    pub cpu_seconds_per_mib: u32,
    /// Native code, in bytes.
    pub code_bytes: u64,
    /// On how many threads it compiles. Beside a loop they take only what nobody else wants of the
    /// processors; but where the system rations the host's CPU time, as a container's quota does, one thread leaves
    /// more of it to the loop.
    pub threads: Threads,
}

impl Default for CompileLimits {
    /// Room for what the largest toolchains make (Python: near 20 MB, some ten seconds on a thread
    /// with a processor of its own, and children take only what is left of a busy machine), threads
    /// enough that small modules are not waited for, and no more than a machine can spare.
    fn default() -> Self {
        Self {
            address_space_bytes: 4 << 30,
            deadline: Duration::from_secs(120),
            // The largest toolchains need one or two.
            cpu_seconds_per_mib: 4,
            code_bytes: 512 << 20,
            threads: Threads::All,
        }
    }
}

impl CompileLimits {
    /// CPU time for a component of so many bytes, in whole seconds.
    pub fn cpu_seconds(&self, component_bytes: usize) -> u64 {
        const EVERY_COMPONENT: u64 = 5;
        let by_size = component_bytes as u64 * u64::from(self.cpu_seconds_per_mib);
        EVERY_COMPONENT + by_size.div_ceil(1 << 20)
    }

    /// The documented maxima: what a tenant can be given at most.
    pub const MAXIMA: CompileLimits = CompileLimits {
        address_space_bytes: 64 << 30,
        deadline: Duration::from_secs(600),
        cpu_seconds_per_mib: 600,
        // The host holds it in memory twice while it seals it.
        code_bytes: 2 << 30,
        threads: Threads::All,
    };
}
