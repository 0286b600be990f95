//! Totals: what an episode has cost and given, and what one step of it did.

use arena::results::Measures;
use scaling::{Totals, Workload};

/// What has come up so far, all workloads together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Bill {
    with_objective: f64,
    slo_violations: f64,
    replica_seconds: f64,
    cpu_core_seconds: f64,
}

impl Bill {
    pub(crate) fn of(totals: &[Totals], workloads: &[Workload]) -> Self {
        let mut bill = Self::default();
        for one in totals {
            let has_objective = workloads
                .iter()
                .any(|workload| workload.id == one.workload && workload.slo.is_some());
            if has_objective {
                bill.with_objective += one.arrivals as f64;
                bill.slo_violations += one.slo_violations as f64;
            }
            bill.replica_seconds += one.replica_seconds;
            bill.cpu_core_seconds += one.cpu_core_seconds_allocated;
        }
        bill
    }

    /// Share of the arrivals since `before` that missed their objective, replica-seconds and CPU
    /// core-seconds. An arrival that misses it only later counts then, so the share may pass 1 in a
    /// step and is cut there.
    pub(crate) fn since(&self, before: &Self) -> [f64; 3] {
        let missed = self.slo_violations - before.slo_violations;
        let arrived = self.with_objective - before.with_objective;
        let share = if missed > 0.0 { (missed / arrived.max(1.0)).min(1.0) } else { 0.0 };
        [
            share,
            self.replica_seconds - before.replica_seconds,
            self.cpu_core_seconds - before.cpu_core_seconds,
        ]
    }
}

/// The measures of an episode by name; what cannot be told is NaN.
pub(crate) fn named(
    measures: &Measures,
    rewards: &[String],
    slo_preservation: Option<f64>,
) -> Vec<(String, f64)> {
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let requests = &measures.requests;
    let share = |part: u64, whole: u64| match whole {
        0 => f64::NAN,
        whole => part as f64 / whole as f64,
    };
    let mut named: Vec<(String, f64)> = [
        ("seconds", measures.seconds),
        ("slo_preservation", known(slo_preservation)),
        ("slo_violation", share(requests.slo_violations, requests.with_objective)),
        ("slo_violation_ticks", share(measures.slo_ticks_violated, measures.slo_ticks)),
        ("replica_seconds", measures.replica_seconds),
        ("cpu_core_seconds", measures.cpu_core_seconds_allocated),
        ("cpu_core_seconds_used", measures.cpu_core_seconds_used),
        ("arrivals", requests.arrivals as f64),
        ("completed", requests.completed as f64),
        ("latency_seconds_p50", known(measures.latency.seconds_p50)),
        ("latency_seconds_p99", known(measures.latency.seconds_p99)),
        ("cold_starts", measures.cold_starts as f64),
        ("scaled_up", measures.scaling.up as f64),
        ("scaled_down", measures.scaling.down as f64),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    for (name, reward) in rewards.iter().zip(&measures.rewards) {
        named.push((format!("reward_mean/{name}"), known(reward.mean())));
    }
    named
}
