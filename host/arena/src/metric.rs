//! Metric: a number that a run is judged by.

use serde::{Deserialize, Serialize};

use crate::results::{Measures, MetricRecord};

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

/// A number that a run is judged by.
#[derive(Debug, Clone)]
pub struct Metric {
    /// What the document says of it.
    pub record: MetricRecord,
    value: Value,
}

#[derive(Debug, Clone, Copy)]
enum Value {
    Measured(fn(&Measures) -> Option<f64>),
    /// Position of the reward in the plan.
    RewardMean(usize),
    Return(usize),
}

impl Metric {
    /// Every metric of a race with these rewards, the main one first, in the order in which they
    /// are best read.
    pub fn all<'a>(rewards: impl IntoIterator<Item = &'a str>) -> Vec<Metric> {
        let mut means = Vec::new();
        let mut returns = Vec::new();
        for (position, reward) in rewards.into_iter().enumerate() {
            let metric = |kind: &str, title: &str, headline, value| Metric {
                record: MetricRecord {
                    name: format!("{kind}:{reward}"),
                    title: format!("{title} {reward}"),
                    unit: String::new(),
                    better: Better::Higher,
                    headline,
                },
                value,
            };
            means.push(metric("reward_mean", "reward", true, Value::RewardMean(position)));
            returns.push(metric("return", "return", false, Value::Return(position)));
        }
        let measured = MEASURED.iter().map(|&(name, title, unit, better, headline, of)| Metric {
            record: MetricRecord {
                name: name.to_owned(),
                title: title.to_owned(),
                unit: unit.to_owned(),
                better,
                headline,
            },
            value: Value::Measured(of),
        });
        means.into_iter().chain(measured).chain(returns).collect()
    }

    /// Its value; none where it cannot be told.
    pub fn of(&self, measures: &Measures) -> Option<f64> {
        match self.value {
            Value::Measured(of) => of(measures),
            Value::RewardMean(reward) => measures.rewards.get(reward)?.mean(),
            Value::Return(reward) => measures
                .rewards
                .get(reward)
                .filter(|reward| reward.scored > 0)
                .map(|reward| reward.total),
        }
    }
}

type Measured =
    (&'static str, &'static str, &'static str, Better, bool, fn(&Measures) -> Option<f64>);

/// Name, title, unit, direction, whether it is a headline, and how it is read.
const MEASURED: &[Measured] = {
    use Better::{Higher, Lower};
    &[
        ("slo_violation_request_ratio", "SLO misses, requests", "%", Lower, true, |of| {
            ratio(of.requests.slo_violations, of.requests.with_objective)
        }),
        ("slo_violation_tick_ratio", "SLO misses, ticks", "%", Lower, true, |of| {
            ratio(of.slo_ticks_violated, of.slo_ticks)
        }),
        ("latency_seconds_mean", "latency mean", "s", Lower, false, |of| of.latency.seconds_mean),
        ("latency_seconds_p50", "latency p50", "s", Lower, false, |of| of.latency.seconds_p50),
        ("latency_seconds_p90", "latency p90", "s", Lower, false, |of| of.latency.seconds_p90),
        ("latency_seconds_p95", "latency p95", "s", Lower, true, |of| of.latency.seconds_p95),
        ("latency_seconds_p99", "latency p99", "s", Lower, true, |of| of.latency.seconds_p99),
        ("latency_seconds_p999", "latency p99.9", "s", Lower, false, |of| of.latency.seconds_p999),
        ("unserved_request_ratio", "unserved requests", "%", Lower, true, |of| {
            let requests = &of.requests;
            let unserved =
                requests.timed_out + requests.rejected + requests.failed + requests.unfinished;
            ratio(unserved, requests.arrivals)
        }),
        ("replica_seconds", "replica-seconds", "s", Lower, true, |of| Some(of.replica_seconds)),
        ("cpu_core_seconds_allocated", "CPU set aside", "core·s", Lower, true, |of| {
            Some(of.cpu_core_seconds_allocated)
        }),
        ("cpu_core_seconds_used", "CPU used", "core·s", Lower, false, |of| {
            Some(of.cpu_core_seconds_used)
        }),
        ("cpu_utilisation_ratio", "CPU used of set aside", "%", Higher, false, |of| {
            let used = of.cpu_core_seconds_used / of.cpu_core_seconds_allocated;
            used.is_finite().then_some(used)
        }),
        ("memory_gib_seconds_allocated", "memory set aside", "GiB·s", Lower, false, |of| {
            Some(of.memory_gib_seconds_allocated)
        }),
        ("cold_starts", "cold starts", "", Lower, true, |of| Some(of.cold_starts as f64)),
        ("scaling_actions", "scaling actions", "", Lower, true, |of| {
            Some((of.scaling.up + of.scaling.down) as f64)
        }),
        ("scaling_ups", "scaling up", "", Lower, false, |of| Some(of.scaling.up as f64)),
        ("scaling_downs", "scaling down", "", Lower, false, |of| Some(of.scaling.down as f64)),
        ("scaling_reversals", "reversals", "", Lower, false, |of| {
            Some(of.scaling.reversals as f64)
        }),
        ("resizes", "resizes", "", Lower, false, |of| Some(of.scaling.resizes as f64)),
        ("crashes", "crashes", "", Lower, false, |of| Some(of.crashes as f64)),
        ("oom_kills", "OOM kills", "", Lower, false, |of| Some(of.oom_kills as f64)),
        ("refused_recommendations", "refused", "", Lower, false, |of| {
            Some(of.answers.refused.values().sum::<u64>() as f64)
        }),
        ("fallback_answers", "fallback answers", "", Lower, false, |of| {
            Some(of.answers.fallback as f64)
        }),
        ("illegal_recommendations", "illegal moves", "", Lower, false, |of| {
            Some(of.answers.illegal as f64)
        }),
        ("railed_decisions", "changed by rails", "", Lower, false, |of| {
            Some(of.rails.values().sum::<u64>() as f64)
        }),
    ]
};

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_rewards_come_first() {
        let metrics = Metric::all(["thrifty", "bold"]);
        let names: Vec<&str> = metrics.iter().map(|metric| metric.record.name.as_str()).collect();
        assert_eq!(names[..2], ["reward_mean:thrifty", "reward_mean:bold"]);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn what_cannot_be_told_is_absent() {
        let nothing = Measures::default();
        let absent: Vec<String> = Metric::all(["thrifty"])
            .into_iter()
            .filter(|metric| metric.of(&nothing).is_none())
            .map(|metric| metric.record.name)
            .collect();
        let ratios = ["slo_violation_request_ratio", "slo_violation_tick_ratio"];
        assert!(ratios.iter().all(|ratio| absent.iter().any(|name| name == ratio)));
        for name in ["reward_mean:thrifty", "return:thrifty", "latency_seconds_p99"] {
            assert!(absent.iter().any(|absent| absent == name), "{name}");
        }
        assert!(!absent.iter().any(|name| name == "replica_seconds"));
    }
}
