//! What can be wrong with a trace's files.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a trace could not be read: where, what, and what would be right. Lines count from 1, the
/// header being line 1.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file or folder could not be opened or read.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder holds no such trace.
    #[error("{} holds no {expected}: name the folder that the trace was unpacked into", folder.display())]
    NotThere {
        /// The folder.
        folder: PathBuf,
        /// The files that were looked for.
        expected: String,
    },
    /// The file is not CSV, or not UTF-8.
    #[error("{}, line {line}: not a row of UTF-8 comma-separated values", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The parser's reason.
        source: csv::Error,
    },
    /// A column is missing or misplaced.
    #[error("{}, line 1: no column `{column}` {place}; found {found}", path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column that should be there.
        column: String,
        /// Where it should be.
        place: &'static str,
        /// What is there.
        found: String,
    },
    /// A row is longer or shorter than the header.
    #[error("{}, line {line}: {found} values for {expected} columns; the row is cut or has a stray comma", path.display())]
    WrongWidth {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Values in the row.
        found: usize,
        /// Columns in the header.
        expected: usize,
    },
    /// A value makes no sense.
    #[error("{}, line {line}, column `{column}`: `{value}` is not {expected}", path.display())]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// The text found.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The same function comes twice.
    #[error("{}, line {line}, column `{column}`: `{function}` was on line {first_line} already; keep one of them", path.display())]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The line of the repetition.
        line: u64,
        /// The column.
        column: &'static str,
        /// The function.
        function: String,
        /// The line of its first appearance.
        first_line: u64,
    },
    /// There is a header at most.
    #[error("{} holds no rows below its header; download it again or choose another", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}
