//! Totals: what the run has cost and given so far.

use scaling::Totals;

use super::Simulation;
use crate::metrics::Resources;

impl Simulation {
    /// The warm-up is over: what was used so far does not count.
    pub(super) fn end_warm_up(&mut self) {
        for workload in 0..self.fleets.len() {
            self.cpu_of_warm_up[workload] = self.cpu_used(workload);
            self.fleets[workload].ledger.restart(self.now);
        }
    }

    /// One a workload, in the order of rows.
    pub(super) fn totals_so_far(&mut self) -> Vec<Totals> {
        let warm_up = self.plan.warm_up;
        let mut totals = Vec::with_capacity(self.fleets.len());
        for workload in 0..self.fleets.len() {
            let counts = self.now >= warm_up;
            let used = self.cpu_used(workload) - self.cpu_of_warm_up[workload];
            let fleet = &mut self.fleets[workload];
            fleet.ledger.accrue(self.now);
            let ledger = if counts { fleet.ledger } else { Default::default() };
            let resources = Resources {
                seconds: self.now.saturating_sub(warm_up) as f64 / 1e9,
                cpu_core_nanoseconds: if counts { used } else { 0.0 },
            };
            totals.push(fleet.tally.totals(
                self.plan.roster[workload].id,
                self.requests.line(&fleet.line),
                (self.now, warm_up, fleet.slo),
                &ledger,
                resources,
            ));
        }
        totals
    }

    /// CPU used by a workload since the start, in core-nanoseconds.
    fn cpu_used(&mut self, workload: usize) -> f64 {
        let mut used = self.cpu_of_gone[workload];
        for at in 0..self.fleets[workload].members.len() {
            let id = self.fleets[workload].members[at];
            self.sync(id);
            used += self.replicas[id as usize].cpu;
        }
        used
    }
}
