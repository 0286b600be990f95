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

/// The raw record with nothing in it.
pub(crate) const fn empty() -> RawAdvice {
    RawAdvice {
        targets: Vec::new(),
        reasons: Vec::new(),
        replicas: Vec::new(),
        cpu_millicores: Vec::new(),
        memory_bytes: Vec::new(),
        buffer_requests: Vec::new(),
        explanations: Vec::new(),
    }
}

impl From<Advice> for RawAdvice {
    fn from(advice: Advice) -> Self {
        let mut lowered = empty();
        advice.lower(&mut lowered);
        lowered
    }
}

impl Advice {
    /// Writes the answer over what an older one left in these lists.
    #[inline]
    pub(crate) fn lower(self, lowered: &mut RawAdvice) {
        let all = &self.recommendations;
        lowered.targets.clear();
        lowered.reasons.clear();
        let mut set = 0;
        for one in all {
            let targets = targets(one);
            set |= targets;
            lowered.targets.push(targets);
            // An index beyond the largest table stays beyond it.
            lowered.reasons.push(u8::try_from(one.reason).unwrap_or(u8::MAX));
        }
        // Entries of rows that do not set a target are not looked at.
        let setting = |bit| if set & bit == 0 { &[] } else { all.as_slice() };
        refill(&mut lowered.replicas, setting(REPLICAS), |one| one.replicas.unwrap_or(0.0));
        refill(&mut lowered.cpu_millicores, setting(CPU), |one| one.cpu_millicores.unwrap_or(0.0));
        refill(&mut lowered.memory_bytes, setting(MEMORY), |one| one.memory_bytes.unwrap_or(0.0));
        refill(&mut lowered.buffer_requests, setting(BUFFER), |one| {
            one.buffer_requests.unwrap_or(0.0)
        });
        lowered.explanations = self.explanations;
    }
}

#[inline]
fn refill<T>(list: &mut Vec<T>, all: &[Recommendation], value: impl Fn(&Recommendation) -> T) {
    list.clear();
    list.extend(all.iter().map(value));
}

fn targets(one: &Recommendation) -> u8 {
    let bit = |target: Option<f64>, bit| if target.is_some() { bit } else { 0 };
    bit(one.replicas, REPLICAS)
        | bit(one.cpu_millicores, CPU)
        | bit(one.memory_bytes, MEMORY)
        | bit(one.buffer_requests, BUFFER)
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
