//! Advice: the answer to a batch, one recommendation a row.

use crate::Explanation;
use crate::bindings::Advice as RawAdvice;

/// The bit of each target in the raw record's `targets`.
const REPLICAS: u8 = 1;
const CPU: u8 = 2;
const MEMORY: u8 = 4;
const BUFFER: u8 = 8;

/// What the policy asks for one workload. Targets are absolute, and an absent one is left alone.
/// Whatever is not a plausible number is refused by the host, never repaired.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommendation {
    /// Desired replicas: a whole number ≥ 0.
    pub replicas: Option<f64>,
    /// CPU limit of one replica in millicores: a whole number > 0.
    pub cpu_millicores: Option<f64>,
    /// Memory limit of one replica in bytes: a whole number > 0.
    pub memory_bytes: Option<f64>,
    /// Requests that a front queue should be ready to absorb: any finite number.
    pub buffer_requests: Option<f64>,
    /// Index into the described reasons.
    pub reason: u32,
}

/// A recommendation that sets replicas, or nothing.
pub fn recommendation(replicas: Option<f64>, reason: u32) -> Recommendation {
    Recommendation {
        replicas,
        cpu_millicores: None,
        memory_bytes: None,
        buffer_requests: None,
        reason,
    }
}

/// The answer to a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Exactly one for each row, in the order of the rows.
    pub recommendations: Vec<Recommendation>,
    /// Any number of them, only when the batch asked to explain.
    pub explanations: Vec<Explanation>,
}

impl From<Advice> for RawAdvice {
    fn from(advice: Advice) -> Self {
        let all = &advice.recommendations;
        RawAdvice {
            targets: all.iter().map(targets).collect(),
            // An index beyond the largest table stays beyond it.
            reasons: all.iter().map(|one| u8::try_from(one.reason).unwrap_or(u8::MAX)).collect(),
            replicas: column(all, |one| one.replicas),
            cpu_millicores: column(all, |one| one.cpu_millicores),
            memory_bytes: column(all, |one| one.memory_bytes),
            buffer_requests: column(all, |one| one.buffer_requests),
            explanations: advice.explanations,
        }
    }
}

fn targets(one: &Recommendation) -> u8 {
    let bit = |target: Option<f64>, bit| if target.is_some() { bit } else { 0 };
    bit(one.replicas, REPLICAS)
        | bit(one.cpu_millicores, CPU)
        | bit(one.memory_bytes, MEMORY)
        | bit(one.buffer_requests, BUFFER)
}

/// One target of every row, or nothing if no row sets it.
fn column(all: &[Recommendation], target: impl Fn(&Recommendation) -> Option<f64>) -> Vec<f64> {
    if all.iter().all(|one| target(one).is_none()) {
        return Vec::new();
    }
    all.iter().map(|one| target(one).unwrap_or(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_that_a_row_sets_cross_the_border() {
        let advice = Advice {
            recommendations: vec![
                recommendation(Some(3.0), 0),
                Recommendation { memory_bytes: Some(64.0), ..recommendation(None, 1) },
            ],
            explanations: Vec::new(),
        };
        let raw = RawAdvice::from(advice);
        assert_eq!(raw.targets, [1, 4]);
        assert_eq!(raw.reasons, [0, 1]);
        assert_eq!(raw.replicas, [3.0, 0.0]);
        assert_eq!(raw.memory_bytes, [0.0, 64.0]);
        assert!(raw.cpu_millicores.is_empty() && raw.buffer_requests.is_empty());
    }
}
