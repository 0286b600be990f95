//! Starvation: how long a child was ready to run and did not.

use std::fs;
use std::time::Duration;

/// How long the thread of this process that waited most has waited for a processor, where the system
/// tells.
///
/// Source: Linux, Documentation/scheduler/sched-stats.rst, `/proc/<pid>/schedstat`: nanoseconds on a
/// processor, nanoseconds waiting for one, times run.
pub(super) fn waited(process: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let waits = threads.filter_map(|thread| {
        let told = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        told.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
    });
    waits.max()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_of_a_process_is_understood() {
        assert!(waited(std::process::id()).is_some());
        // No process has this number.
        assert_eq!(waited(u32::MAX), None);
    }
}
