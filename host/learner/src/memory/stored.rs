//! Stored memory: experience in a replay, with a log or without.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;

use replay::{
    Batch, Draw, Experience, Limits, LogSettings, Mark, Prioritised, Provenance, ProvenanceId,
    Replay, RowId as SampleId, Schema, Settings, Status, Whose,
};
use scaling::{Ending, TenantId, WorkloadId, causes};
use serde::{Deserialize, Serialize};

use super::{Memory, MemoryError, Row};
use crate::{Chance, RowId, Shape};

/// Whose experience a training's is. Who owns a workload matters to the live loop only.
const NOBODY: TenantId = TenantId(0);

/// How experience is kept and sampled.
#[derive(Debug, Clone, PartialEq)]
pub struct MemorySettings {
    /// Rows that are kept, ≥ 1.
    pub capacity: usize,
    /// Steps whose rewards are summed before the value is bootstrapped, ≥ 1.
    pub n_step: u32,
    /// Discount of a step, in `[0, 1]`.
    pub gamma: f64,
    /// Sampling by priority; without it, uniform.
    pub prioritised: Option<Prioritised>,
    /// Where the log is; without it experience ends with the process, and no checkpoint brings it back.
    pub log: Option<PathBuf>,
    /// Checkpoints whose experience can be brought back.
    pub keep: usize,
    /// Who acts, who scores, where; the seed is that of each episode.
    pub provenance: Provenance,
    /// What the features are.
    pub features: Vec<String>,
    /// How features are made: a digest of the card, say.
    pub features_version: String,
}

/// A memory at rest: where its log was, and what the log does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryState {
    mark: Mark,
    priorities: Option<Vec<u8>>,
    tracks: Vec<(RowId, Track)>,
    episodes: u64,
    /// The seed of each world's present episode.
    seeds: Vec<(u32, u64)>,
}

/// Where a row is in its episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Track {
    episode: u64,
    /// The agent's turn at which the episode began for this row.
    began: u64,
}

/// Experience that an agent samples from.
pub struct StoredMemory {
    replay: Replay,
    draw: Draw,
    provenance: Provenance,
    /// By world: the present episode's, and its seed.
    provenances: BTreeMap<u32, (ProvenanceId, u64)>,
    tracks: BTreeMap<RowId, Track>,
    episodes: u64,
    marks: Vec<Mark>,
    keep: usize,
    is_prioritised: bool,
    scores: Vec<f32>,
}

fn failed<E: std::error::Error>(attempted: &'static str) -> impl FnOnce(E) -> MemoryError {
    move |error| MemoryError { attempted, cause: causes(&error) }
}

impl StoredMemory {
    /// A memory of rows of this shape. What its log holds is there again.
    pub fn open(settings: MemorySettings, shape: &Shape) -> Result<Self, MemoryError> {
        let schema = Schema {
            features: settings.features,
            features_version: settings.features_version,
            heads: shape.heads.iter().map(|&options| options as u32).collect(),
            scores: shape.scores.clone(),
        };
        let refused =
            |cause: &str| MemoryError { attempted: "make a memory", cause: cause.to_owned() };
        let steps = NonZero::new(settings.n_step)
            .ok_or_else(|| refused("returns are of at least one step"))?;
        let is_prioritised = settings.prioritised.is_some();
        let (replay, recovery) = Replay::open(Settings {
            schema,
            limits: Limits::rows(settings.capacity),
            prioritised: settings.prioritised,
            log: settings.log.map(LogSettings::new),
        })
        .map_err(failed("open the memory"))?;
        let draw = Draw {
            rows: NonZero::<usize>::MIN,
            from: Whose::All,
            score: 0,
            steps,
            gamma: settings.gamma,
        };
        Ok(Self {
            replay,
            draw,
            provenance: settings.provenance,
            provenances: BTreeMap::new(),
            tracks: BTreeMap::new(),
            episodes: 0,
            marks: recovery.marks,
            keep: settings.keep.max(1),
            is_prioritised,
            scores: Vec::new(),
        })
    }

    /// A memory without a log, of anything: for tests and trials.
    pub fn volatile(
        capacity: usize,
        n_step: u32,
        gamma: f64,
        prioritised: Option<Prioritised>,
        shape: &Shape,
    ) -> Result<Self, MemoryError> {
        let nobody = Provenance {
            policy: String::new(),
            policy_version: String::new(),
            reward: String::new(),
            reward_version: String::new(),
            driver: String::new(),
            seed: 0,
        };
        let settings = MemorySettings {
            capacity,
            n_step,
            gamma,
            prioritised,
            log: None,
            keep: 1,
            provenance: nobody,
            features: (0..shape.inputs).map(|input| format!("input_{input}")).collect(),
            features_version: String::new(),
        };
        Self::open(settings, shape)
    }

    /// Everything that is kept.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    fn name_world(&mut self, world: u32, seed: u64) {
        let provenance = Provenance { seed, ..self.provenance.clone() };
        self.provenances.insert(world, (self.replay.intern(&provenance), seed));
    }
}

impl Memory for StoredMemory {
    fn begin_episode(&mut self, world: u32, seed: u64) {
        self.name_world(world, seed);
        self.tracks.retain(|id, _| id.world != world);
    }

    fn append(&mut self, row: &Row<'_>) -> Result<(), MemoryError> {
        let provenance = match self.provenances.get(&row.id.world) {
            Some(&(provenance, _)) => provenance,
            None => self.replay.intern(&self.provenance),
        };
        let episodes = &mut self.episodes;
        let track = *self.tracks.entry(row.id).or_insert_with(|| {
            *episodes += 1;
            Track { episode: *episodes, began: row.turn }
        });
        self.scores.clear();
        self.scores.extend(row.scores.iter().map(|&score| score as f32));
        let experience = Experience {
            workload: WorkloadId(row.id.row),
            tenant: NOBODY,
            provenance,
            episode: track.episode,
            // Turns of one episode: far fewer than 2³².
            turn: (row.turn - track.began) as u32,
            before: row.before,
            choices: row.choices,
            probability: row.probability,
            scores: &self.scores,
            after: row.after,
            allowed_after: row.allowed_after,
            ending: row.ending,
        };
        self.replay.append(&experience).map_err(failed("remember an experience"))?;
        if row.ending != Ending::Running {
            self.tracks.remove(&row.id);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.replay.rows()
    }

    fn is_prioritised(&self) -> bool {
        self.is_prioritised
    }

    fn sample(
        &mut self,
        rows: usize,
        beta: f64,
        chance: &mut Chance,
        batch: &mut Batch,
    ) -> Result<(), MemoryError> {
        let attempted = "sample experience";
        let rows = NonZero::new(rows)
            .ok_or_else(|| MemoryError { attempted, cause: "a batch has rows".to_owned() })?;
        let draw = Draw { rows, ..self.draw };
        let sampled = if self.is_prioritised() {
            self.replay.sample_prioritised(&draw, beta, chance, batch)
        } else {
            self.replay.sample(&draw, chance, batch)
        };
        sampled.map_err(failed(attempted))
    }

    fn update_priorities(&mut self, ids: &[SampleId], errors: &[f32]) -> Result<(), MemoryError> {
        self.replay.update_priorities(ids, errors).map_err(failed("update priorities"))?;
        Ok(())
    }

    fn state(&mut self) -> Result<Option<MemoryState>, MemoryError> {
        if self.replay.status() == Status::InMemory {
            return Ok(None);
        }
        let mark = self.replay.mark();
        self.marks.push(mark);
        let old = self.marks.len().saturating_sub(self.keep);
        self.marks.drain(..old);
        self.replay.keep(&self.marks);
        self.replay.commit().map_err(failed("make experience durable"))?;
        Ok(Some(MemoryState {
            mark,
            priorities: self.replay.priorities(),
            tracks: self.tracks.iter().map(|(&id, &track)| (id, track)).collect(),
            episodes: self.episodes,
            seeds: self.provenances.iter().map(|(&world, &(_, seed))| (world, seed)).collect(),
        }))
    }

    fn complaint(&self) -> Option<String> {
        match self.replay.status() {
            Status::MemoryOnly { durable, cause, .. } => Some(format!(
                "experience goes on in memory only, what came after row {} is not on the disk: {cause}",
                durable.0
            )),
            Status::InMemory | Status::Durable { .. } => None,
        }
    }

    fn restore(&mut self, state: &MemoryState) -> Result<(), MemoryError> {
        self.replay.rewind(&state.mark).map_err(failed("bring back experience"))?;
        if let Some(priorities) = &state.priorities {
            self.replay.restore_priorities(priorities).map_err(failed("bring back priorities"))?;
        }
        self.tracks = state.tracks.iter().copied().collect();
        self.episodes = state.episodes;
        self.provenances.clear();
        for &(world, seed) in &state.seeds {
            self.name_world(world, seed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
