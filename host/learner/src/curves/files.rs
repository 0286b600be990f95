//! Curve files: every point of a run, in a table and in TensorBoard's event files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::appender::Appender;
use super::events::Events;
use super::{Point, table};

/// Why the curves of a run are not in their files.
#[derive(Debug, Error)]
pub enum CurveError {
    /// They cannot be written.
    #[error("cannot write the curves `{}`", path.display())]
    Write {
        /// File or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// What is there cannot be read.
    #[error("cannot read the curves `{}`, to go on with them", path.display())]
    Read {
        /// File or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The table is not one of ours.
    #[error("`{}` is no table of curves; move it away to go on without it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line, and what is wrong there.
        source: csv::Error,
    },
}

impl CurveError {
    pub(super) fn writing(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }
}

/// The files of one run: `curves.csv` with a line for each point, and event files that TensorBoard
/// reads. They can be read at any time, and hold what was flushed. Nothing waits for the disk itself:
/// after a power cut the last points may be missing.
#[derive(Debug)]
pub struct CurveFiles {
    table: Appender,
    events: Events,
}

impl CurveFiles {
    /// Opens the files of a run in a folder of its own, which is made if it is not there. With a step,
    /// the run goes on from a checkpoint of that step: what was written past it is taken out, so that
    /// nothing is there twice. Without one, the run is a new one, and the files of an earlier one go.
    pub fn open(folder: &Path, keep_to_step: Option<u64>) -> Result<Self, CurveError> {
        fs::create_dir_all(folder).map_err(|error| CurveError::writing(folder, error))?;
        Ok(Self {
            table: table::open(&folder.join("curves.csv"), keep_to_step)?,
            events: Events::open(folder, keep_to_step)?,
        })
    }

    /// Adds a point, unless its value is not known. After an error it may be in only one of the two.
    pub fn write(&mut self, point: &Point<'_>) -> Result<(), CurveError> {
        if !point.value.is_finite() {
            return Ok(());
        }
        let added = table::line(point).and_then(|line| self.table.add(&line));
        added.map_err(|error| CurveError::writing(self.table.path(), error))?;
        self.events.write(point)
    }

    /// Lets readers see all points so far. Do it before a checkpoint, so that a killed run goes on from
    /// complete files.
    pub fn flush(&mut self) -> Result<(), CurveError> {
        let flushed = self.table.flush();
        flushed.map_err(|error| CurveError::writing(self.table.path(), error))?;
        self.events.flush()
    }
}

#[cfg(test)]
mod tests;
