//! Events: points as TensorBoard reads them. Every opening begins a file of its own, because TensorBoard
//! reads the files of a folder one after the other and does not look back.

mod frame;
mod message;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use prost::Message as _;

use super::appender::{Appender, partial};
use super::{CurveError, Point};
use message::{Event, What};

/// TensorBoard takes every file with `tfevents` in its name, and sorts by name.
const PREFIX: &str = "events.out.tfevents.";
const SUFFIX: &str = ".regatta";

/// The event files of a run.
#[derive(Debug)]
pub(super) struct Events {
    path: PathBuf,
    /// Made with the first point, whose wall time its first event bears.
    file: Option<Appender>,
    /// From which step on a reader must forget what earlier files told it.
    forget_from_step: Option<u64>,
}

impl Events {
    /// Cuts the files of a folder back to a step, or takes them away, and names the next one.
    pub(super) fn open(folder: &Path, keep_to_step: Option<u64>) -> Result<Self, CurveError> {
        let reading = |source| CurveError::Read { path: folder.to_owned(), source };
        let mut next = 1;
        let mut forget_from_step = keep_to_step.map(|step| step.saturating_add(1));
        for entry in fs::read_dir(folder).map_err(reading)? {
            let path = entry.map_err(reading)?.path();
            let Some(number) = number(&path) else { continue };
            match keep_to_step {
                Some(step) => cut_back(&path, step)?,
                None => {
                    fs::remove_file(&path).map_err(|error| CurveError::writing(&path, error))?;
                    forget_from_step = Some(0);
                }
            }
            next = next.max(number.saturating_add(1));
        }
        let path = folder.join(format!("{PREFIX}{next:010}{SUFFIX}"));
        Ok(Self { path, file: None, forget_from_step })
    }

    pub(super) fn write(&mut self, point: &Point<'_>) -> Result<(), CurveError> {
        let written = self
            .begun(point.wall_seconds)
            .and_then(|file| file.add(&frame::framed(&Event::scalar(point).encode_to_vec())));
        written.map_err(|error| CurveError::writing(&self.path, error))
    }

    pub(super) fn flush(&mut self) -> Result<(), CurveError> {
        let flushed = self.file.as_mut().map_or(Ok(()), Appender::flush);
        flushed.map_err(|error| CurveError::writing(&self.path, error))
    }

    fn begun(&mut self, wall_seconds: f64) -> io::Result<&mut Appender> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = Appender::open(self.path.clone())?;
                let mut head = frame::framed(&Event::version(wall_seconds).encode_to_vec());
                if let Some(step) = self.forget_from_step {
                    let restart = Event::restart(wall_seconds, step);
                    head.extend(frame::framed(&restart.encode_to_vec()));
                }
                file.add(&head)?;
                file
            }
        };
        Ok(self.file.insert(file))
    }
}

/// The number in the name of one of our event files.
fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok()
}

/// Takes out what came after a step. A frame that is torn or damaged ends the file: nothing behind it
/// can be found.
fn cut_back(path: &Path, step: u64) -> Result<(), CurveError> {
    let reading = |source| CurveError::Read { path: path.to_owned(), source };
    let replacement = partial(path);
    let writing = |error| CurveError::writing(&replacement, error);
    let mut old = BufReader::new(File::open(path).map_err(reading)?);
    let mut new = BufWriter::new(File::create(&replacement).map_err(writing)?);
    while let Some(bytes) = frame::next(&mut old).map_err(reading)? {
        let Ok(event) = Event::decode(bytes.as_slice()) else { break };
        let is_point = matches!(event.what, Some(What::Summary(_)));
        if !is_point || u64::try_from(event.step).is_ok_and(|at| at <= step) {
            new.write_all(&frame::framed(&bytes)).map_err(writing)?;
        }
    }
    new.flush().map_err(writing)?;
    fs::rename(&replacement, path).map_err(|error| CurveError::writing(path, error))
}

#[cfg(test)]
mod tests;
