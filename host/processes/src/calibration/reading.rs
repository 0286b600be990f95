//! Reading: what had been used when counting began.

use super::CalibrationError;
use super::figures::Counts;
use super::measurement::Measurement;
use super::own::own_cpu_seconds;
use crate::Usage;

/// What had been used when counting began.
#[derive(Debug)]
pub(super) struct Reading {
    /// By the replica.
    usage: Usage,
    /// By this program.
    own_cpu_seconds: f64,
}

impl Measurement<'_> {
    /// Begins to count.
    pub(super) fn read(&self) -> Result<Reading, CalibrationError> {
        let (usage, own_cpu_seconds) = (self.subject.usage()?, own_cpu_seconds());
        // What the proxy has seen until now does not count.
        self.site.proxy.window(self.site.fleet.workload.id)?;
        Ok(Reading { usage, own_cpu_seconds })
    }

    /// What was counted since: no failures, and memory as it is at the end.
    pub(super) fn counts_since(&self, before: &Reading) -> Result<Counts, CalibrationError> {
        Ok(Counts {
            window: self.site.proxy.window(self.site.fleet.workload.id)?,
            usage: (before.usage, self.subject.usage()?),
            handling_cpu_seconds: own_cpu_seconds() - before.own_cpu_seconds,
            memory_bytes: Vec::new(),
            failed: 0,
        })
    }
}
