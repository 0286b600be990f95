//! Recommendation: what a policy asks for.

use crate::Refusal;

/// Index into the reasons of whoever gave the answer (`Policy::reasons`). An index and not the
/// words, because an answer is made and dropped ten thousand times a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonId(pub u8);

/// What a policy asks for one workload, after it was judged to make sense. Targets are absolute; an
/// absent one is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Recommendation {
    /// Desired replicas.
    pub replicas: Option<u32>,
    /// CPU limit of one replica, in millicores, > 0.
    pub cpu_millicores: Option<u32>,
    /// Memory limit of one replica, in bytes, > 0.
    pub memory_bytes: Option<u64>,
    /// Requests that a front queue should absorb (Knative's excess burst capacity); any sign.
    pub buffer_requests: Option<f64>,
    /// Short machine-readable reason, one of those that the policy described.
    pub reason: Option<ReasonId>,
}

impl Recommendation {
    /// Leaves everything alone.
    pub fn hold() -> Self {
        Self::default()
    }

    /// Asks for replicas only.
    pub fn replicas(replicas: u32) -> Self {
        Self { replicas: Some(replicas), ..Self::default() }
    }
}

/// The answer for one row: a recommendation, or why there is none to be trusted.
pub type Answer = Result<Recommendation, Refusal>;

/// Why a row got its recommendation, in the policy's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Row in the batch.
    pub row: u32,
    /// A JSON object.
    pub json: String,
}
