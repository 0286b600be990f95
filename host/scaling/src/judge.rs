//! Judge: whether what a policy said can be meant.

use std::sync::Arc;

use thiserror::Error;

use crate::{ReasonId, Recommendation};

/// More replicas than any workload has: Kubernetes itself is tested to 150,000 pods a cluster.
pub const REPLICAS_LIMIT: u32 = 1_000_000;
/// More CPU than any machine has: 10,000 cores.
pub const CPU_MILLICORES_LIMIT: u32 = 10_000_000;
/// More memory than any machine has: 1 PiB.
pub const MEMORY_BYTES_LIMIT: u64 = 1 << 50;

/// What a policy said for one row, before anybody looked at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawRecommendation {
    /// Desired replicas.
    pub replicas: Option<f64>,
    /// CPU limit of one replica, in millicores.
    pub cpu_millicores: Option<f64>,
    /// Memory limit of one replica, in bytes.
    pub memory_bytes: Option<f64>,
    /// Requests that a front queue should absorb.
    pub buffer_requests: Option<f64>,
    /// Index into the described reasons.
    pub reason: u32,
}

/// Why the answer for a row is not used. It is never repaired in silence.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Refusal {
    /// Not a number.
    #[error("{field} is not a number")]
    NotANumber {
        /// What was recommended.
        field: &'static str,
    },
    /// An infinity.
    #[error("{field} is infinite")]
    Infinite {
        /// What was recommended.
        field: &'static str,
    },
    /// Below zero, negative zero included: it comes from a sign error or a bad rounding.
    #[error("{field} is negative ({value})")]
    Negative {
        /// What was recommended.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// Not a whole number.
    #[error("{field} is not a whole number ({value})")]
    Fractional {
        /// What was recommended.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// Beyond anything that exists.
    #[error("{field} is absurd ({value}, the limit is {limit})")]
    Absurd {
        /// What was recommended.
        field: &'static str,
        /// The value.
        value: f64,
        /// The largest value that is believed.
        limit: f64,
    },
    /// A limit of nothing at all.
    #[error("{field} is zero")]
    Zero {
        /// What was recommended.
        field: &'static str,
    },
    /// A reason that the policy did not describe.
    #[error("reason {index} is not one of the {described} described")]
    UnknownReason {
        /// The index given.
        index: u32,
        /// How many reasons there are.
        described: usize,
    },
    /// A target that there is none of.
    #[error("targets {targets} is no sum of 1 (replicas), 2 (CPU), 4 (memory) and 8 (buffer)")]
    UnknownTargets {
        /// The sum given.
        targets: u8,
    },
    /// A batch was answered with another number of recommendations.
    #[error("{given} recommendations for {expected} workloads")]
    WrongLength {
        /// Rows asked.
        expected: usize,
        /// Recommendations given.
        given: usize,
    },
    /// The policy said itself that it cannot answer.
    #[error("the policy declined: {message}")]
    Declined {
        /// In its own words.
        message: String,
    },
    /// The policy was not asked: it failed so often that it is paused or quarantined.
    #[error("the policy was not asked: {cause}")]
    Suspended {
        /// Until when, or until what.
        cause: Arc<str>,
    },
    /// The call failed: a trap, a limit, or a policy that is not there.
    #[error("the call failed: {cause}")]
    Failed {
        /// What happened.
        cause: Arc<str>,
    },
}

/// Judges one recommendation of a policy that described that many reasons.
pub fn judge(raw: &RawRecommendation, reasons: usize) -> Result<Recommendation, Refusal> {
    let replicas = raw
        .replicas
        .map(|value| whole("replicas", value, f64::from(REPLICAS_LIMIT)))
        .transpose()?
        .map(|value| value as u32);
    let cpu_millicores = raw
        .cpu_millicores
        .map(|value| positive("cpu_millicores", value, f64::from(CPU_MILLICORES_LIMIT)))
        .transpose()?
        .map(|value| value as u32);
    let memory_bytes = raw
        .memory_bytes
        .map(|value| positive("memory_bytes", value, MEMORY_BYTES_LIMIT as f64))
        .transpose()?
        .map(|value| value as u64);
    let buffer_requests =
        raw.buffer_requests.map(|value| finite("buffer_requests", value)).transpose()?;
    let reason = u8::try_from(raw.reason)
        .ok()
        .filter(|&index| usize::from(index) < reasons)
        .ok_or(Refusal::UnknownReason { index: raw.reason, described: reasons })?;
    Ok(Recommendation {
        replicas,
        cpu_millicores,
        memory_bytes,
        buffer_requests,
        reason: Some(ReasonId(reason)),
    })
}

fn finite(field: &'static str, value: f64) -> Result<f64, Refusal> {
    if value.is_nan() {
        return Err(Refusal::NotANumber { field });
    }
    if value.is_infinite() {
        return Err(Refusal::Infinite { field });
    }
    Ok(value)
}

fn whole(field: &'static str, value: f64, limit: f64) -> Result<f64, Refusal> {
    let value = finite(field, value)?;
    if value.is_sign_negative() {
        return Err(Refusal::Negative { field, value });
    }
    if value > limit {
        return Err(Refusal::Absurd { field, value, limit });
    }
    if value.fract() != 0.0 {
        return Err(Refusal::Fractional { field, value });
    }
    Ok(value)
}

fn positive(field: &'static str, value: f64, limit: f64) -> Result<f64, Refusal> {
    match whole(field, value, limit)? {
        0.0 => Err(Refusal::Zero { field }),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(replicas: f64, expected: Result<u32, Refusal>) {
        let raw = RawRecommendation {
            replicas: Some(replicas),
            cpu_millicores: None,
            memory_bytes: None,
            buffer_requests: None,
            reason: 0,
        };
        let judged = judge(&raw, 1);
        assert_eq!(judged.map(|recommendation| recommendation.replicas.unwrap()), expected);
    }

    #[test]
    fn replicas_must_be_a_plausible_whole_number() {
        let field = "replicas";
        check(3.0, Ok(3));
        check(0.0, Ok(0));
        check(1e6, Ok(1_000_000));
        check(f64::NAN, Err(Refusal::NotANumber { field }));
        check(f64::INFINITY, Err(Refusal::Infinite { field }));
        check(f64::NEG_INFINITY, Err(Refusal::Infinite { field }));
        check(-1.0, Err(Refusal::Negative { field, value: -1.0 }));
        check(-0.0, Err(Refusal::Negative { field, value: -0.0 }));
        check(2.5, Err(Refusal::Fractional { field, value: 2.5 }));
        check(1_000_001.0, Err(Refusal::Absurd { field, value: 1_000_001.0, limit: 1e6 }));
    }

    #[test]
    fn resources_must_be_above_zero() {
        let raw = RawRecommendation {
            replicas: None,
            cpu_millicores: Some(0.0),
            memory_bytes: None,
            buffer_requests: None,
            reason: 0,
        };
        assert_eq!(judge(&raw, 1), Err(Refusal::Zero { field: "cpu_millicores" }));
        let raw = RawRecommendation { cpu_millicores: None, memory_bytes: Some(1e18), ..raw };
        assert!(matches!(judge(&raw, 1), Err(Refusal::Absurd { .. })));
    }

    #[test]
    fn a_buffer_may_be_negative_but_not_infinite() {
        let raw = RawRecommendation {
            replicas: None,
            cpu_millicores: None,
            memory_bytes: None,
            buffer_requests: Some(-211.0),
            reason: 0,
        };
        assert_eq!(judge(&raw, 1).unwrap().buffer_requests, Some(-211.0));
        let raw = RawRecommendation { buffer_requests: Some(f64::INFINITY), ..raw };
        assert!(judge(&raw, 1).is_err());
    }

    #[test]
    fn reasons_must_have_been_described() {
        let raw = RawRecommendation {
            replicas: Some(1.0),
            cpu_millicores: None,
            memory_bytes: None,
            buffer_requests: None,
            reason: 1,
        };
        let refusal = judge(&raw, 1);
        assert_eq!(refusal, Err(Refusal::UnknownReason { index: 1, described: 1 }));
    }
}
