//! Reports: what commands on a log say, as plain values to be printed as text or JSON.

use std::path::{Path, PathBuf};

use scaling::{Ending, TenantId, WorkloadId};
use serde::Serialize;

use crate::log::{Damage, LogError, Recovery, read};
use crate::provenance::Provenance;
use crate::replay::{Mark, Replay, ReplayError, Sequence};
use crate::schema::Schema;

/// How many rows a workload has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The owner.
    pub tenant: TenantId,
    /// The workload.
    pub workload: WorkloadId,
    /// Its rows.
    pub rows: usize,
}

/// A file of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentReport {
    /// The file.
    pub path: PathBuf,
    /// Bytes of whole frames.
    pub bytes: u64,
    /// The largest sequence in it; 0 if it has no rows.
    pub last: Sequence,
}

/// How many rows came from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Where from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// How many.
    pub rows: usize,
}

/// What `regatta replay stat` says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stat {
    /// The log.
    pub folder: PathBuf,
    /// What a row consists of.
    pub schema: Schema,
    /// Rows that an open replay would hold.
    pub rows: usize,
    /// The oldest of them; 0 if there is none.
    pub oldest: Sequence,
    /// The last that was appended.
    pub last: Sequence,
    /// Rows that truly ended an episode.
    pub terminated: usize,
    /// Rows that cut one short.
    pub truncated: usize,
    /// Mean of each score over all rows, in the schema's order; none without rows.
    pub score_means: Vec<f64>,
    /// Rows of each workload.
    pub holdings: Vec<Holding>,
    /// Rows by provenance.
    pub sources: Vec<Source>,
    /// Checkpoints whose rows are kept.
    pub marks: Vec<Mark>,
    /// The files.
    pub segments: Vec<SegmentReport>,
    /// What is no frame.
    pub damage: Vec<Damage>,
}

/// What `regatta replay verify` says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// The log.
    pub folder: PathBuf,
    /// Files read.
    pub segments: usize,
    /// Whole frames of all kinds.
    pub frames: u64,
    /// Rows in them, those included that are no longer in the ring.
    pub rows: u64,
    /// Bytes of whole frames.
    pub bytes: u64,
    /// Segment, offset and cause of everything else.
    pub damage: Vec<Damage>,
}

/// What `regatta replay export` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The file or folder.
    pub path: PathBuf,
    /// Rows written.
    pub rows: usize,
    /// Episodes written, where the format has them; one with a gap is several.
    pub episodes: Option<usize>,
}

/// What `regatta replay import` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The file or folder.
    pub path: PathBuf,
    /// Rows appended.
    pub rows: usize,
    /// The last of them.
    pub last: Sequence,
}

impl Verified {
    /// Nothing is damaged but, at most, a tail that a crash tore, of which nobody was told.
    pub fn sound(&self) -> bool {
        self.damage.iter().all(|damage| damage.torn_tail)
    }
}

/// Reads a log and says what is in it. Nothing is changed, and it may be in use.
pub fn stat(folder: &Path) -> Result<Stat, ReplayError> {
    let (replay, Recovery { damage, marks, last, .. }) = Replay::read(folder)?;
    let mut rows_by = vec![0; replay.provenances().len()];
    let mut score_means = vec![0.0; replay.schema().scores.len()];
    let (mut terminated, mut truncated) = (0, 0);
    for row in replay.iter() {
        if let Some(rows) = rows_by.get_mut(row.provenance.0 as usize) {
            *rows += 1;
        }
        for (score, mean) in score_means.iter_mut().enumerate() {
            *mean += f64::from(row.score(score));
        }
        terminated += usize::from(row.ending() == Ending::Terminated);
        truncated += usize::from(row.ending() == Ending::Truncated);
    }
    if replay.rows() == 0 {
        score_means.clear();
    }
    score_means.iter_mut().for_each(|mean| *mean /= replay.rows() as f64);
    let sources = replay.provenances().iter().cloned().zip(rows_by);
    let (found, _) = read(folder, None, |_| {})?;
    let segments = found.into_iter().flat_map(|found| found.segments).map(|segment| {
        SegmentReport { path: segment.path, bytes: segment.bytes, last: Sequence(segment.last) }
    });
    Ok(Stat {
        folder: folder.to_owned(),
        rows: replay.rows(),
        oldest: replay.iter().next().map_or(Sequence(0), |row| Sequence(row.sequence)),
        last,
        terminated,
        truncated,
        score_means,
        holdings: replay.holdings(),
        sources: sources.map(|(provenance, rows)| Source { provenance, rows }).collect(),
        marks,
        segments: segments.collect(),
        damage,
        schema: replay.schema().clone(),
    })
}

/// Reads every frame of a log. Nothing is changed, and it may be in use.
pub fn verify(folder: &Path) -> Result<Verified, LogError> {
    let mut rows = 0;
    let (found, _) = read(folder, None, |scan| {
        let _ = scan.entries(|entry| {
            rows += u64::from(matches!(entry, crate::log::Entry::Put { .. }));
            std::ops::ControlFlow::<()>::Continue(())
        });
    })?;
    let found = found.ok_or_else(|| LogError::Absent { folder: folder.to_owned() })?;
    Ok(Verified {
        folder: folder.to_owned(),
        segments: found.segments.len(),
        frames: found.frames,
        rows,
        bytes: found.segments.iter().map(|segment| segment.bytes).sum(),
        damage: found.damage,
    })
}
