//! Export: the rows of a replay in formats that others read.

mod column;
mod minari;
mod parquet;

use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use self::minari::INFOS;
pub(crate) use self::parquet::{Names, SCHEMA_KEY};
use crate::replay::Replay;
use crate::report::Exported;

/// A format that is written and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Format {
    /// One file, a row a row, a column for each feature before and after, choice, score and option.
    Parquet,
    /// A dataset folder that Minari 0.5 reads (its `parquet` storage), an episode a file. The folder's
    /// name is the dataset's id, such as `scarlet-v0`.
    Minari {
        /// Which of the schema's scores is the reward.
        score: String,
    },
}

/// An export that was not made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A score that is not stored.
    #[error("cannot export score `{score}` as reward: the schema has {scores:?}")]
    Score {
        /// Asked for.
        score: String,
        /// What there is.
        scores: Vec<String>,
    },
    /// A folder that Minari would not find.
    #[error(
        "cannot export to {}: a Minari dataset's folder is named `NAME-vNUMBER`, of letters, digits, \
         `-` and `_`", path.display()
    )]
    Name {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing is overwritten.
    #[error("cannot export to {}: it is already there", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The encoder refuses.
    #[error("cannot encode {}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ParquetError,
    },
}

/// Writes every row, the oldest first. What was begun and failed is left for a look; nothing that was
/// there before is touched.
pub fn export(replay: &Replay, format: &Format, path: &Path) -> Result<Exported, ExportError> {
    if path.exists() {
        return Err(ExportError::Exists { path: path.to_owned() });
    }
    match format {
        Format::Parquet => parquet::write(replay, path),
        Format::Minari { score } => minari::write(replay, score, path),
    }
}
