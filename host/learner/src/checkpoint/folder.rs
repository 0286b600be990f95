//! Folder: the last checkpoints of a run, named by their step.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Checkpoint, CheckpointError};

/// What a checkpoint's name ends in.
const EXTENSION: &str = "checkpoint";

/// The checkpoints of a run.
#[derive(Debug, Clone)]
pub struct CheckpointFolder {
    folder: PathBuf,
    keep: usize,
}

impl CheckpointFolder {
    /// A folder, made if it is not there, that keeps the last so many (at least one).
    pub fn open(folder: impl Into<PathBuf>, keep: usize) -> Result<Self, CheckpointError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|source| CheckpointError::System {
            attempted: "make the folder",
            path: folder.clone(),
            source,
        })?;
        Ok(Self { folder, keep: keep.max(1) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes a checkpoint, then removes those that are too many. Gives where it is.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<PathBuf, CheckpointError> {
        let path = self.folder.join(format!("{:012}.{EXTENSION}", checkpoint.training.steps()));
        checkpoint.write(&path)?;
        let all = self.all()?;
        for (_, old) in &all[..all.len().saturating_sub(self.keep)] {
            fs::remove_file(old).map_err(|source| CheckpointError::System {
                attempted: "remove the old checkpoint",
                path: old.clone(),
                source,
            })?;
        }
        Ok(path)
    }

    /// The checkpoints with their steps, the oldest first.
    pub fn all(&self) -> Result<Vec<(u64, PathBuf)>, CheckpointError> {
        let failed = |source| CheckpointError::System {
            attempted: "look into",
            path: self.folder.clone(),
            source,
        };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let step = path.file_stem().and_then(|stem| stem.to_str()).and_then(|s| s.parse().ok());
            let is_one = path.extension().is_some_and(|extension| extension == EXTENSION);
            found.extend(step.filter(|_| is_one).map(|step| (step, path)));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The newest checkpoint that can be read, with the complaints about newer ones that cannot.
    pub fn newest(&self) -> Result<(Checkpoint, Vec<CheckpointError>), CheckpointError> {
        let mut complaints = Vec::new();
        for (_, path) in self.all()?.iter().rev() {
            match Checkpoint::read(path) {
                Ok(checkpoint) => return Ok((checkpoint, complaints)),
                Err(error) => complaints.push(error),
            }
        }
        // Where there are some, the newest says best why none can be read.
        let none = CheckpointError::None { folder: self.folder.clone() };
        Err(complaints.into_iter().next().unwrap_or(none))
    }
}
