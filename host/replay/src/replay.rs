//! Replay: the ring, its log and its priorities as one thing, owned by one thread.

mod durability;
mod rewind;

use std::fs::File;
use std::path::PathBuf;

use rand::Rng;
use scaling::TenantId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::rewind::RewindError;
use crate::batch::{Batch, RowId};
use crate::draw::{Draw, SampleError, Whose};
use crate::experience::{Experience, ExperienceError, Row};
use crate::limits::{Limits, LimitsError};
use crate::log::{Frame, LogError, LogSettings, Vacated, Writer};
use crate::priorities::{self, Priorities, PrioritiesError, Prioritised};
use crate::provenance::{Provenance, ProvenanceId, Provenances};
use crate::report::Holding;
use crate::ring::{Identity, Ring};
use crate::schema::{Layout, Schema, SchemaError};

/// The number of what was appended: 1 for the first row. A change of limits that evicts rows takes one
/// too.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl std::fmt::Display for Sequence {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A replay as it was when `sequence` had just been appended: what a checkpoint keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The last that had been appended.
    pub sequence: Sequence,
    /// The oldest row that was there.
    pub oldest: Sequence,
    /// How many rows were there.
    pub rows: usize,
}

/// How a replay is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What a row consists of.
    pub schema: Schema,
    /// How many rows, of whom.
    pub limits: Limits,
    /// Keep priorities.
    pub prioritised: Option<Prioritised>,
    /// Keep a log.
    pub log: Option<LogSettings>,
}

/// A replay that cannot be opened or appended to.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// A schema that cannot be.
    #[error("cannot make a replay")]
    Schema(#[source] SchemaError),
    /// Limits that cannot be kept.
    #[error("cannot limit the replay")]
    Limits(#[source] LimitsError),
    /// Priorities out of range.
    #[error("cannot keep priorities")]
    Priorities(#[source] PrioritiesError),
    /// A row that does not fit.
    #[error("cannot append")]
    Experience(#[source] ExperienceError),
    /// Every row is promised to other tenants.
    #[error("no room for tenant {tenant}: all {rows} rows are promised to others; give it a quota")]
    NoRoom {
        /// Who appended.
        tenant: TenantId,
        /// Rows of the ring.
        rows: usize,
    },
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The log of a replay.
struct Log {
    writer: Writer,
    settings: LogSettings,
    /// Locked while the log is open.
    _lock: File,
}

/// Experience, in memory and on a disk.
pub struct Replay {
    schema: Schema,
    layout: Layout,
    ring: Ring,
    provenances: Provenances,
    priorities: Option<Priorities>,
    log: Option<Log>,
    marks: Vec<Mark>,
    last: u64,
}

impl Replay {
    /// A replay without a log.
    pub fn in_memory(
        schema: Schema,
        limits: Limits,
        prioritised: Option<Prioritised>,
    ) -> Result<Self, ReplayError> {
        schema.check().map_err(ReplayError::Schema)?;
        limits.check().map_err(ReplayError::Limits)?;
        let layout = Layout::new(&schema);
        let priorities = prioritised
            .map(|settings| Priorities::new(settings, limits.rows))
            .transpose()
            .map_err(ReplayError::Priorities)?;
        Ok(Self {
            schema,
            layout,
            ring: Ring::new(layout, limits),
            provenances: Provenances::default(),
            priorities,
            log: None,
            marks: Vec::new(),
            last: 0,
        })
    }

    /// What a row consists of.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many rows there may be.
    pub fn limits(&self) -> &Limits {
        self.ring.limits()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.ring.rows()
    }

    /// The last that was appended.
    pub fn last(&self) -> Sequence {
        Sequence(self.last)
    }

    /// The number under which rows name a provenance.
    pub fn intern(&mut self, provenance: &Provenance) -> ProvenanceId {
        let (id, new) = self.provenances.intern(provenance);
        if new {
            self.note(Frame::Provenance(provenance.clone()));
        }
        id
    }

    /// What a number stands for.
    pub fn provenance(&self, id: ProvenanceId) -> Option<&Provenance> {
        self.provenances.get(id)
    }

    /// Every provenance, by number.
    pub fn provenances(&self) -> &[Provenance] {
        self.provenances.all()
    }

    /// Appends a row. It is durable once [`Self::durable`] has come to its number, or after
    /// [`Self::commit`].
    pub fn append(&mut self, experience: &Experience<'_>) -> Result<Sequence, ReplayError> {
        experience.check(&self.schema).map_err(ReplayError::Experience)?;
        let Experience { workload, tenant, provenance, episode, turn, .. } = *experience;
        if self.provenances.get(provenance).is_none() {
            let unknown = ExperienceError::Provenance { workload, id: provenance };
            return Err(ReplayError::Experience(unknown));
        }
        let Some(slot) = self.ring.slot_for(tenant, workload) else {
            return Err(ReplayError::NoRoom { tenant, rows: self.ring.limits().rows });
        };
        let sequence = self.last + 1;
        let identity = Identity { sequence, tenant, workload, episode, turn, provenance };
        self.ring.put(slot, &identity, |words| experience.pack(&self.layout, words));
        self.last = sequence;
        if let Some(priorities) = &mut self.priorities {
            priorities.renew(slot);
        }
        if let Some(log) = &mut self.log {
            let (ring, marks) = (&self.ring, &self.marks);
            let words = ring.columns.words(slot);
            log.writer.append(slot, &identity, words, || durability::wanted(ring, marks));
        }
        Ok(Sequence(sequence))
    }

    /// Takes on other limits. Rows that are too many go, the oldest first.
    pub fn set_limits(&mut self, limits: Limits) -> Result<(), ReplayError> {
        limits.check().map_err(ReplayError::Limits)?;
        let slots = self.ring.limit(limits);
        if slots.is_empty() {
            return Ok(());
        }
        if let Some(priorities) = &mut self.priorities {
            slots.iter().for_each(|&slot| priorities.clear(slot));
        }
        self.last += 1;
        self.note(Frame::Vacated(Vacated { sequence: self.last, slots }));
        Ok(())
    }

    /// Draws rows uniformly, with replacement. The same rows and the same generator give the same batch.
    pub fn sample(
        &self,
        draw: &Draw,
        generator: &mut impl Rng,
        batch: &mut Batch,
    ) -> Result<(), SampleError> {
        draw.check(self.schema.scores.len())?;
        draw.uniform(&self.ring, generator, batch)?;
        batch.weights.clear();
        batch.weights.resize(batch.slots.len(), 1.0);
        self.ring.gather(draw, batch);
        Ok(())
    }

    /// Draws rows by priority, with importance weights of exponent `beta` in 0..=1.
    pub fn sample_prioritised(
        &self,
        draw: &Draw,
        beta: f64,
        generator: &mut impl Rng,
        batch: &mut Batch,
    ) -> Result<(), SampleError> {
        draw.check(self.schema.scores.len())?;
        let from = draw.from;
        let refuse = |why| SampleError::Prioritised { from, why };
        let priorities = self.priorities.as_ref().ok_or(refuse("no priorities are kept"))?;
        if from != Whose::All {
            return Err(refuse("priorities are kept for all rows together"));
        }
        if !(0.0..=1.0).contains(&beta) {
            return Err(SampleError::Beta { beta });
        }
        if self.ring.rows() == 0 {
            return Err(SampleError::Empty { from });
        }
        priorities.sample(draw.rows.get(), self.ring.rows(), beta, generator, batch);
        self.ring.gather(draw, batch);
        Ok(())
    }

    /// Sets the priorities of sampled rows by their errors; how many of them are still there. A row that
    /// made room for another since then is left out.
    pub fn update_priorities(
        &mut self,
        ids: &[RowId],
        errors: &[f32],
    ) -> Result<usize, PrioritiesError> {
        let kept = self.priorities.as_mut().ok_or(PrioritiesError::Absent)?;
        priorities::check(ids, errors)?;
        let mut updated = 0;
        for (id, &error) in ids.iter().zip(errors) {
            if id.sequence != 0 && self.ring.columns.sequence(id.slot) == id.sequence {
                kept.update(id.slot, error);
                updated += 1;
            }
        }
        Ok(updated)
    }

    /// The priorities as bytes, for a checkpoint beside its [`Mark`]: the log does not hold them.
    pub fn priorities(&self) -> Option<Vec<u8>> {
        let high = self.ring.high();
        self.priorities.as_ref().map(|priorities| priorities.save(self.last, high))
    }

    /// Takes on saved priorities, where the replay is at the row at which they were saved.
    pub fn restore_priorities(&mut self, bytes: &[u8]) -> Result<(), PrioritiesError> {
        let high = self.ring.high();
        let priorities = self.priorities.as_mut().ok_or(PrioritiesError::Absent)?;
        priorities.restore(bytes, self.last, high)
    }

    /// Every row, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.ring.by_age().into_iter().filter_map(|slot| self.ring.row(slot))
    }

    /// How many rows each workload has.
    pub fn holdings(&self) -> Vec<Holding> {
        let counts = self.ring.partitions.counts();
        counts.map(|(tenant, workload, rows)| Holding { tenant, workload, rows }).collect()
    }

    /// Where it is: for a checkpoint, to [`Self::rewind`] to.
    pub fn mark(&self) -> Mark {
        let oldest = self.ring.partitions.oldest_sequence().unwrap_or(self.last);
        Mark { sequence: self.last(), oldest: Sequence(oldest), rows: self.ring.rows() }
    }

    /// The folder of the log.
    pub fn folder(&self) -> Option<&PathBuf> {
        self.log.as_ref().map(|log| &log.settings.folder)
    }
}
