//! Provenance: who acted, who scored, and in what world. Rows name it by number.

use serde::{Deserialize, Serialize};

/// A provenance's number within one replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProvenanceId(pub u32);

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The policy that acted.
    pub policy: String,
    /// Its version, or the digest of its weights.
    pub policy_version: String,
    /// The reward that the agent learns from.
    pub reward: String,
    /// Its version.
    pub reward_version: String,
    /// The driver of the world: `simulator`, `mp3`, `processes`, `kubernetes`.
    pub driver: String,
    /// The world's seed; 0 where there is none.
    pub seed: u64,
}

/// Every provenance that rows name, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Provenances(Vec<Provenance>);

impl Provenances {
    /// The number of a provenance, and whether it is new. They are few (one a version), so the newest
    /// are looked at first.
    pub(crate) fn intern(&mut self, provenance: &Provenance) -> (ProvenanceId, bool) {
        if let Some(at) = self.0.iter().rposition(|known| known == provenance) {
            return (ProvenanceId(at as u32), false);
        }
        self.0.push(provenance.clone());
        (ProvenanceId(self.0.len() as u32 - 1), true)
    }

    pub(crate) fn get(&self, id: ProvenanceId) -> Option<&Provenance> {
        self.0.get(id.0 as usize)
    }

    pub(crate) fn all(&self) -> &[Provenance] {
        &self.0
    }

    /// Takes over a table that knows at least as many.
    pub(crate) fn extend(&mut self, table: &[Provenance]) {
        for provenance in table {
            self.intern(provenance);
        }
    }
}
