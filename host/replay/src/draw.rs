//! Draw: what is sampled, and how many steps a row reaches.

use std::num::NonZero;

use rand::Rng;
use scaling::{TenantId, WorkloadId};
use thiserror::Error;

use crate::batch::Batch;
use crate::chance;
use crate::ring::Ring;

/// Whose rows are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// One tenant's.
    Tenant(TenantId),
    /// One workload's.
    Workload(TenantId, WorkloadId),
}

/// A sample to be drawn, with replacement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// Rows of the batch.
    pub rows: NonZero<usize>,
    /// Whose rows; a prioritised sample is drawn from everybody's.
    pub from: Whose,
    /// Which of the schema's scores is the reward.
    pub score: usize,
    /// Steps of a return, ≥ 1: fewer where the episode ends, has a gap, or has not gone on so far.
    pub steps: NonZero<u32>,
    /// Discount of one step, in 0..=1.
    pub gamma: f64,
}

/// A sample that cannot be drawn.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SampleError {
    /// Nothing to draw from.
    #[error("sample from {from:?}: there are no rows yet")]
    Empty {
        /// Whose rows.
        from: Whose,
    },
    /// A reward that is not stored.
    #[error("sample with score {score} as reward: the schema has {scores}")]
    Score {
        /// Asked for.
        score: usize,
        /// How many there are.
        scores: usize,
    },
    /// Not a discount.
    #[error("sample with a discount of {gamma}: it must be in 0 to 1")]
    Gamma {
        /// Asked for.
        gamma: f64,
    },
    /// A prioritised sample where priorities are not kept, or of one tenant.
    #[error("prioritised sample from {from:?}: {why}")]
    Prioritised {
        /// Whose rows.
        from: Whose,
        /// Why not.
        why: &'static str,
    },
    /// Not an exponent of importance weights.
    #[error("prioritised sample with beta {beta}: it must be in 0 to 1")]
    Beta {
        /// Asked for.
        beta: f64,
    },
}

impl Draw {
    /// Says what is wrong with it for this many scores.
    pub(crate) fn check(&self, scores: usize) -> Result<(), SampleError> {
        if self.score >= scores {
            return Err(SampleError::Score { score: self.score, scores });
        }
        if !(0.0..=1.0).contains(&self.gamma) {
            return Err(SampleError::Gamma { gamma: self.gamma });
        }
        Ok(())
    }

    /// Draws slots uniformly, with replacement.
    pub(crate) fn uniform(
        &self,
        ring: &Ring,
        generator: &mut impl Rng,
        batch: &mut Batch,
    ) -> Result<(), SampleError> {
        let empty = SampleError::Empty { from: self.from };
        batch.slots.clear();
        let rows = self.rows.get();
        match self.from {
            Whose::All => {
                if ring.rows() == 0 {
                    return Err(empty);
                }
                let high = u64::from(ring.high());
                while batch.slots.len() < rows {
                    let slot = chance::below(generator, high) as u32;
                    if !ring.has_holes() || ring.columns.sequence(slot) != 0 {
                        batch.slots.push(slot);
                    }
                }
            }
            Whose::Workload(tenant, workload) => {
                let slots = ring.partitions.of_workload(tenant, workload).ok_or(empty)?;
                let draw = || slots[chance::below(generator, slots.len() as u64) as usize];
                batch.slots.extend(std::iter::repeat_with(draw).take(rows));
            }
            Whose::Tenant(tenant) => {
                batch.sums.clear();
                let mut sum = 0;
                for (partition, rows) in ring.partitions.of_tenant(tenant) {
                    sum += rows as u64;
                    batch.sums.push((sum, partition));
                }
                if sum == 0 {
                    return Err(empty);
                }
                for _ in 0..rows {
                    let at = chance::below(generator, sum);
                    let place = batch.sums.partition_point(|&(upto, _)| upto <= at);
                    let (upto, partition) = batch.sums[place];
                    let below = place.checked_sub(1).map_or(0, |place| batch.sums[place].0);
                    debug_assert!(at < upto);
                    batch.slots.push(ring.partitions.slot(partition, (at - below) as usize));
                }
            }
        }
        Ok(())
    }
}
