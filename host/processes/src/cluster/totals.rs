//! Totals: what the run has cost and given. Requests are counted where they were sent, from the instant
//! at which they were due, so that nothing waits unseen; without a load of its own, at the proxy.

use std::time::Duration;

use scaling::{Slo, Totals, Workload};
use traffic::load::{Failure, Summary};

use super::ProcessCluster;
use super::member::Crew;

impl ProcessCluster {
    /// The warm-up is over once its time is.
    pub(super) fn end_warm_up_if_due(&mut self) {
        if self.marked || self.elapsed() < self.settings.warm_up {
            return;
        }
        self.marked = true;
        let now = self.yard.now();
        for (row, crew) in self.crews.iter().enumerate() {
            // An error would mean that the proxy has ended; then no window can be taken either.
            let _ = self.yard.proxy.mark(crew.id());
            self.cpu_of_warm_up[row] = cpu_seconds(crew);
            crew.fleet().mark(now);
        }
    }

    /// One a workload, in the order of rows. Once the run is over, what is sent ends and whoever sent it is
    /// believed; before, the proxy is.
    pub(super) fn totals_so_far(&mut self) -> Vec<Totals> {
        let now = self.yard.now();
        let over = self.tick >= self.settings.ticks;
        if let Some(generator) = self.generator.take_if(|_| over) {
            // What has not ended is told as unfinished.
            self.report = generator.stop(Duration::ZERO).ok();
        }
        let crews = self.crews.iter().enumerate();
        crews.map(|(row, crew)| self.totals_of(row, crew, now)).collect()
    }

    /// What a reader must know before believing the numbers.
    pub(super) fn remarks_so_far(&self) -> Vec<String> {
        let uncapped = self
            .uncapped()
            .map(|reason| format!("replicas ran without limits on CPU and memory ({reason})"));
        // Without figures of their own, so that many runs say it once.
        let invalid = self.report.as_ref().is_some_and(|report| !report.valid);
        let doubts = invalid.then(|| {
            "the load was late or fell short of its rate, because this machine was too busy or a \
             function kept its connections, so that latencies are upper bounds"
                .to_owned()
        });
        let failures = self.crews.iter().filter_map(|crew| {
            let (name, fleet) = (&crew.settings.workload.name, crew.fleet());
            let complaint = fleet.complaint.as_ref()?;
            Some(format!("replicas of `{name}` failed, the last one because {complaint}"))
        });
        uncapped.into_iter().chain(doubts).chain(failures).collect()
    }

    fn totals_of(&self, row: usize, crew: &Crew, now: Duration) -> Totals {
        let workload = &self.roster[row];
        let sent = self.report.as_ref().and_then(|report| {
            let flow = report.flows.iter().find(|flow| flow.flow == workload.name)?;
            Some(of_generator(workload, flow, report.measured_seconds))
        });
        let mut totals = sent
            .or_else(|| self.yard.proxy.totals(crew.id()).ok())
            .unwrap_or_else(|| Totals::none(workload.id));
        let used = cpu_seconds(crew) - self.cpu_of_warm_up[row];
        let mut fleet = crew.fleet();
        if self.marked {
            fleet.ledger.advance(now);
            totals.replica_seconds = fleet.ledger.replica_seconds;
            totals.cpu_core_seconds_allocated = fleet.ledger.cpu_core_seconds;
            totals.memory_gib_seconds_allocated = fleet.ledger.memory_gib_seconds;
            totals.cpu_core_seconds_used = used;
        }
        totals.cold_starts = fleet.cold_starts;
        totals.crashes = fleet.crashes;
        totals.oom_kills = fleet.oom_kills;
        totals
    }
}

/// CPU that all replicas of a fleet have used since the start, in seconds.
fn cpu_seconds(crew: &Crew) -> f64 {
    let fleet = crew.fleet();
    let living = fleet.members.values().map(|member| {
        let usage = member.replica.as_ref().and_then(|replica| replica.usage().ok());
        usage.unwrap_or(member.usage).cpu_seconds
    });
    fleet.cpu_seconds_of_gone + living.sum::<f64>()
}

fn of_generator(workload: &Workload, flow: &Summary, seconds: f64) -> Totals {
    let failures = &flow.tally.failures;
    let (timed_out, unfinished) =
        (failures.of(Failure::TimedOut), failures.of(Failure::Unfinished));
    // What a full queue turns away, here or at the proxy.
    let rejected = failures.of(Failure::Status4xx) + failures.of(Failure::Overflow);
    let failed = failures.total() - timed_out - unfinished - rejected;
    let latency_seconds: Vec<(f64, u64)> = flow.tally.latencies.counts_seconds().collect();
    let slo_violations = workload.slo.map_or(0, |slo| violations(slo, &latency_seconds));
    Totals {
        seconds,
        arrivals: flow.tally.ended(),
        completed: flow.tally.done,
        timed_out,
        rejected,
        failed,
        unfinished,
        slo_violations,
        latency_seconds_sum: flow.tally.latencies.sum_seconds(),
        latency_seconds,
        ..Totals::none(workload.id)
    }
}

fn violations(slo: Slo, latency_seconds: &[(f64, u64)]) -> u64 {
    let late = latency_seconds.iter().filter(|(seconds, _)| *seconds > slo.latency_seconds);
    late.map(|(_, count)| count).sum()
}
