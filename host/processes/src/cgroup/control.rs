//! Control files: one value or one table each, read and written whole.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::GroupError;

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<String, GroupError> {
    fs::read_to_string(path).map_err(|source| GroupError::Read { path: path.to_path_buf(), source })
}

/// Reads a file that holds one number.
pub(super) fn number(path: &Path) -> Result<u64, GroupError> {
    let what = "a number";
    let error = || GroupError::Content { path: path.to_path_buf(), what };
    read(path)?.trim().parse().map_err(|_| error())
}

/// The number behind a word in a table of words and numbers.
pub(super) fn entry(table: &str, path: &Path, what: &'static str) -> Result<u64, GroupError> {
    optional_entry(table, what)
        .ok_or_else(|| GroupError::Content { path: path.to_path_buf(), what })
}

/// The number behind a word, which not every kernel tells.
pub(super) fn optional_entry(table: &str, what: &str) -> Option<u64> {
    table.lines().find_map(|line| {
        let (word, value) = line.split_once(' ')?;
        (word == what).then(|| value.trim().parse().ok()).flatten()
    })
}

/// Writes a value in one call, as the kernel wants it.
pub(super) fn write(path: &Path, value: &str) -> Result<(), GroupError> {
    open(path)?.write_all(value.as_bytes()).map_err(|source| GroupError::Write {
        path: path.to_path_buf(),
        value: value.to_owned(),
        source,
    })
}

/// Opens a file for writing; it is never made.
pub(super) fn open(path: &Path) -> Result<File, GroupError> {
    OpenOptions::new().write(true).open(path).map_err(|source| GroupError::Write {
        path: path.to_path_buf(),
        value: String::new(),
        source,
    })
}

/// Makes the folder of a group.
pub(super) fn make(path: &Path) -> Result<(), GroupError> {
    fs::create_dir(path).map_err(|source| GroupError::Make { path: path.to_path_buf(), source })
}

/// An error with its cause, for where reasons are told in words.
pub(super) fn told(error: &GroupError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
