//! Trained: what was trained, from where it lies to a component.

use std::path::Path;

use agent::{Agent, ReadError};
use thiserror::Error;

use crate::export::{ExportError, export};

/// What was trained and cannot act.
#[derive(Debug, Error)]
pub enum TrainedError {
    /// Not an agent.
    #[error(transparent)]
    Agent(#[from] ReadError),
    /// No component can be made of it.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Not a checkpoint.
    #[cfg(feature = "learner")]
    #[error(transparent)]
    Checkpoint(#[from] learner::CheckpointError),
    /// A checkpoint of no agent.
    #[cfg(feature = "learner")]
    #[error(transparent)]
    Learner(#[from] learner::ExportError),
    /// This program knows no checkpoints.
    #[cfg(not(feature = "learner"))]
    #[error(
        "it is a checkpoint, and this program was built without learning: export it with one that has \
         it (regatta export), and name the component"
    )]
    NoLearner,
    /// The system said no.
    #[error("cannot read it: {0}")]
    Unreadable(#[from] std::io::Error),
}

/// The component of what was trained: of a `.checkpoint` file, of a training's folder (its newest
/// checkpoint), or of an `.agent` file; none of anything else.
pub(crate) fn component(path: &Path) -> Option<Result<Vec<u8>, TrainedError>> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("agent") => Some(read(path).and_then(|agent| Ok(export(&agent)?))),
        Some("checkpoint") => Some(trained(path).and_then(|agent| Ok(export(&agent)?))),
        _ if path.is_dir() => Some(trained(path).and_then(|agent| Ok(export(&agent)?))),
        _ => None,
    }
}

fn read(path: &Path) -> Result<Agent, TrainedError> {
    Ok(Agent::from_bytes(&std::fs::read(path)?)?)
}

/// The agent of a checkpoint, of the newest one of a training's folder.
#[cfg(feature = "learner")]
pub fn trained(path: &Path) -> Result<Agent, TrainedError> {
    Ok(checkpoint(path)?.export()?)
}

/// A checkpoint, or the newest one of a training's folder.
#[cfg(feature = "learner")]
pub fn checkpoint(path: &Path) -> Result<learner::Checkpoint, learner::CheckpointError> {
    if !path.is_dir() {
        return learner::Checkpoint::read(path);
    }
    let inside = path.join("checkpoints");
    let folder = if inside.is_dir() { inside } else { path.to_owned() };
    Ok(learner::CheckpointFolder::open(folder, 1)?.newest()?.0)
}

#[cfg(not(feature = "learner"))]
fn trained(_: &Path) -> Result<Agent, TrainedError> {
    Err(TrainedError::NoLearner)
}
