//! Answers: lines of JSON that are answered, one for each line that was put.

use std::sync::Arc;

use scaling::{Advice, Observations, RewardError, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::lines::{Billionths, WorkloadName};

/// What a policy recommends at one tick.
#[derive(Debug, Serialize)]
pub(crate) struct Decided<'a> {
    tick: u64,
    now_seconds: Box<RawValue>,
    decisions: Vec<Decision<'a>>,
}

#[derive(Debug, Serialize)]
struct Decision<'a> {
    workload: &'a WorkloadName,
    #[serde(flatten)]
    answer: Answer,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanations: Vec<Box<RawValue>>,
}

/// What a policy answered for one workload.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Recommended {
        #[serde(skip_serializing_if = "Option::is_none")]
        replicas: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cpu_millicores: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        memory_bytes: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        buffer_requests: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Refused {
        refused: String,
    },
}

impl Answer {
    /// An answer of a policy that described these reasons.
    pub(crate) fn new(answer: scaling::Answer, reasons: &[Arc<str>]) -> Self {
        match answer {
            Ok(said) => Answer::Recommended {
                replicas: said.replicas,
                cpu_millicores: said.cpu_millicores,
                memory_bytes: said.memory_bytes,
                buffer_requests: said.buffer_requests,
                reason: said
                    .reason
                    .and_then(|id| reasons.get(usize::from(id.0)).map(ToString::to_string)),
            },
            Err(refusal) => Answer::Refused { refused: refusal.to_string() },
        }
    }
}

impl<'a> Decided<'a> {
    /// The answers to a batch of all rows; `workloads` are what the rows are called.
    pub(crate) fn new(
        observations: &Observations,
        workloads: &'a [WorkloadName],
        advice: Advice,
        reasons: &[Arc<str>],
    ) -> Self {
        let answers = advice.answers.into_iter().map(|answer| Answer::new(answer, reasons));
        let mut decisions: Vec<Decision<'_>> = workloads
            .iter()
            .zip(answers)
            .map(|(workload, answer)| Decision { workload, answer, explanations: Vec::new() })
            .collect();
        for explanation in advice.explanations {
            if let Some(decision) = decisions.get_mut(explanation.row as usize) {
                decision.explanations.push(embedded_or_quoted(&explanation.json));
            }
        }
        let (tick, now) = (observations.tick, observations.now);
        Self { tick, now_seconds: exact_seconds(now), decisions }
    }
}

/// What a reward function says of one tick.
#[derive(Debug, Serialize)]
pub(crate) struct Scored<'a> {
    tick: u64,
    now_seconds: Box<RawValue>,
    #[serde(flatten)]
    verdict: Verdict<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict<'a> {
    Rewards(Vec<Reward<'a>>),
    Refused(String),
}

#[derive(Debug, Serialize)]
struct Reward<'a> {
    workload: &'a WorkloadName,
    reward: f64,
}

impl<'a> Scored<'a> {
    /// The rewards of a line's transitions; `workloads` are what the rows are called.
    pub(crate) fn new(
        after: &Observations,
        workloads: &'a [WorkloadName],
        rewards: Result<Vec<f64>, RewardError>,
    ) -> Self {
        let reward = |(workload, reward)| Reward { workload, reward };
        let verdict = match rewards {
            Ok(rewards) => Verdict::Rewards(workloads.iter().zip(rewards).map(reward).collect()),
            Err(error) => Verdict::Refused(error.to_string()),
        };
        Self { tick: after.tick, now_seconds: exact_seconds(after.now), verdict }
    }
}

/// An instant as a number of seconds, to the nanosecond.
pub(crate) fn exact_seconds(now: Timestamp) -> Box<RawValue> {
    RawValue::from_string(Billionths(now.nanoseconds()).to_string()).expect("a decimal is JSON")
}

/// JSON text as a part of a line; none if it is no JSON. A line break can only stand between the
/// parts of JSON, where a space says the same.
pub(crate) fn embedded(json: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(json.trim().replace(['\n', '\r'], " ")).ok()
}

/// JSON text as a part of a line; text that is no JSON as a string.
pub(crate) fn embedded_or_quoted(json: &str) -> Box<RawValue> {
    embedded(json)
        .unwrap_or_else(|| serde_json::value::to_raw_value(json).expect("a string becomes JSON"))
}

#[cfg(test)]
mod tests;
