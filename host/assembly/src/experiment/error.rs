//! What can be wrong with a race file.

use std::io;
use std::path::{Path, PathBuf};

use simulator::{Mp3Error, PlanError};
use thiserror::Error;
use traffic::trace::TraceError;

use crate::modules::ModuleError;

/// Why a race file cannot be raced: where, what, and what would be right.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// No such file.
    #[error("cannot read the race file {}: {source}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Not YAML or JSON, or not of the right shape.
    #[error("{}:{line}:{column}: {}{problem}", .file.display(), prefix(.field))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
        /// Path of the setting, as far as it is known.
        field: String,
        /// The parser's words.
        problem: String,
    },
    /// The right shape, and no sense.
    #[error("{}: {}{problem}", .file.display(), prefix(.field))]
    Invalid {
        /// The file.
        file: PathBuf,
        /// Path of the setting.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Workloads that the simulator does not take.
    #[error("{}: {source}", .file.display())]
    Plan {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        source: Box<PlanError>,
    },
    /// An `mp3` that does not exist.
    #[error("{}: mp3.{source}", .file.display())]
    Mp3 {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        source: Mp3Error,
    },
    /// A module that is not there or is refused.
    #[error("{}: {field}: {source}", .file.display())]
    Module {
        /// The file.
        file: PathBuf,
        /// Path of the setting.
        field: String,
        /// What is wrong.
        source: Box<ModuleError>,
    },
    /// A component that does not take its settings.
    #[error("{}: {field}: {source}", .file.display())]
    Component {
        /// The file.
        file: PathBuf,
        /// Path of the setting.
        field: String,
        /// What is wrong.
        source: Box<sandbox::LoadError>,
    },
    /// A trace that cannot be read.
    #[error("{}{}", .source, causes(&**.source))]
    Trace {
        /// What is wrong.
        source: Box<TraceError>,
    },
}

impl ExperimentError {
    pub(crate) fn invalid(
        file: &Path,
        field: impl Into<String>,
        problem: impl Into<String>,
    ) -> Self {
        Self::Invalid { file: file.to_owned(), field: field.into(), problem: problem.into() }
    }
}

fn prefix(field: &str) -> String {
    if field.is_empty() || field == "." { String::new() } else { format!("{field}: ") }
}

/// The system's reasons below an error, which its own words leave out.
fn causes(error: &dyn std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |error| error.source());
    below.map(|error| format!(": {error}")).collect()
}
