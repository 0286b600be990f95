//! Import: rows from files into a replay. Each is appended as if it had just happened, with the
//! provenance that it came with.

mod minari;
mod parquet;
mod table;

use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use thiserror::Error;

use crate::replay::{Replay, ReplayError};
use crate::report::Imported;
use crate::schema::{Schema, SchemaError};

/// An import that ended early. Rows appended until then stay.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The disk refuses.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Not a file that can be decoded.
    #[error("cannot decode {}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ParquetError,
    },
    /// Experience of another kind.
    #[error("cannot import {}", path.display())]
    Schema {
        /// The file or folder.
        path: PathBuf,
        /// What differs.
        source: SchemaError,
    },
    /// Something that must be there is missing or of another type.
    #[error("cannot import {}: {what}", path.display())]
    Content {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with what.
        what: String,
    },
    /// A row that does not fit.
    #[error("cannot import row {row} of {}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Which row, from 0.
        row: usize,
        /// Why not.
        source: Box<ReplayError>,
    },
}

/// What a row of a Parquet file or a Minari dataset of ours consists of: for a log that is not there yet.
pub fn schema_of(path: &Path) -> Result<Schema, ImportError> {
    if path.is_dir() { minari::schema(path) } else { parquet::schema(path) }
}

/// Appends the rows of a Parquet file of ours, or of a Minari dataset's folder, ours or another's.
pub fn import(replay: &mut Replay, path: &Path) -> Result<Imported, ImportError> {
    let rows =
        if path.is_dir() { minari::read(replay, path)? } else { parquet::read(replay, path)? };
    Ok(Imported { path: path.to_owned(), rows, last: replay.last() })
}
