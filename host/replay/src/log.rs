//! Log: what was appended, on a disk, in the order in which it was.
//!
//! The metadata (schema, provenances, marks) stand in the log itself, and anew at the head of every
//! segment: a second store could disagree with the first after a crash, and would have to be kept in
//! step for a few rows that are only read when the log is opened.

mod appender;
mod frame;
mod reader;
mod writer;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use self::appender::{Appender, io_error};
pub(crate) use self::frame::{
    FORMAT, Frame, Header, Vacated, begin_rows, encode_row, end_rows, row_bytes, seal,
};
pub use self::reader::{Damage, Recovery};
pub(crate) use self::reader::{Entry, Found, Scan, read};
pub(crate) use self::writer::{Writer, told};
use crate::replay::Sequence;
use crate::schema::SchemaError;

/// Where and how a log is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Its folder, made if it is not there; one process at a time.
    pub folder: PathBuf,
    /// A segment is closed when it is longer, in bytes. A segment is dropped as a whole, once none of
    /// its rows is wanted.
    #[serde(default = "segment_bytes")]
    pub segment_bytes: u64,
    /// What happens when rows come faster than the disk takes them.
    #[serde(default)]
    pub backlog: Backlog,
}

/// What happens when the bounded queue to the disk is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backlog {
    /// Appending waits: for training, which has time.
    #[default]
    Wait,
    /// The replay degrades to memory only, visibly: for the live loop, which never waits for a disk.
    Forgo,
}

impl LogSettings {
    /// A log in a folder, otherwise as usual.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), segment_bytes: segment_bytes(), backlog: Backlog::default() }
    }
}

/// 64 MiB: some 400,000 rows of SCARLET's, read back in a fraction of a second.
fn segment_bytes() -> u64 {
    64 << 20
}

/// A log that cannot be used.
#[derive(Debug, Error)]
pub enum LogError {
    /// Another process has it open.
    #[error("log {} is in use by another process", folder.display())]
    InUse {
        /// Its folder.
        folder: PathBuf,
    },
    /// The disk refuses.
    #[error("cannot {attempted} {}", path.display())]
    Io {
        /// What was tried.
        attempted: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A log of another schema; nothing of it was touched.
    #[error("cannot use log {}", folder.display())]
    Schema {
        /// Its folder.
        folder: PathBuf,
        /// What differs.
        source: SchemaError,
    },
    /// A log of a later version of this program; nothing of it was touched.
    #[error("segment {} is of format {found}; this program reads format {expected}", path.display())]
    Format {
        /// The segment.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        expected: u32,
    },
    /// There is no log where one is read.
    #[error("no log in {}: it has no segments", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// Something appended is not on the disk.
    #[error("experience is kept in memory only since {durable}: {cause}")]
    NotDurable {
        /// The last that is on the disk.
        durable: Sequence,
        /// Why the rest is not.
        cause: String,
    },
}

#[cfg(test)]
mod tests;
