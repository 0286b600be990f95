//! File: the few ways in which the registry touches the disk. A file appears under its name whole
//! and on the disk, or not at all, and whoever was told that it is there keeps it through a loss of
//! power.

#[cfg(test)]
pub(crate) mod fault;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

use crate::layout::Layout;

/// A file or folder that could not be used.
#[derive(Debug, Error)]
#[error("cannot {action} `{}`", path.display())]
pub struct FileError {
    /// What was attempted.
    pub action: &'static str,
    /// With what.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

/// A change of the disk that is about to be made, which a test may refuse or die at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    MakeFolder(&'a Path),
    MakeScratch(&'a Path),
    Write(&'a Path),
    Sync(&'a Path),
    Name(&'a Path),
    SyncFolder(&'a Path),
    Remove(&'a Path),
}

#[cfg(test)]
use fault::before;

#[cfg(not(test))]
fn before(_: Step<'_>) -> io::Result<()> {
    Ok(())
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError { action, path, source }
}

/// Nothing can be there: no such file, or a name longer than any file's.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename)
}

/// What a file holds; none if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// The names in a folder, in order; none if there is no folder.
pub(crate) fn list(folder: &Path) -> Result<Vec<String>, FileError> {
    let names = || -> io::Result<Vec<String>> {
        let entries = fs::read_dir(folder)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    match names() {
        Ok(mut names) => {
            names.sort_unstable();
            Ok(names)
        }
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(failed("list", folder)(error)),
    }
}

/// What the files in a folder are named for, in the order of their names, without those that are
/// named for nothing of the kind.
pub(crate) fn entries<T>(
    folder: &Path,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, FileError> {
    Ok(list(folder)?.iter().filter_map(|name| parse(name)).collect())
}

/// Makes a file that was not there; false, and nothing is changed, if it was.
pub(crate) fn create(layout: &Layout, path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    let new = || -> io::Result<bool> {
        let staged = stage(layout, path, bytes)?;
        before(Step::Name(path))?;
        match staged.persist_noclobber(path) {
            Ok(_) => Ok(true),
            Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(refused) => Err(refused.error),
        }
    };
    make_parent(layout, path)?;
    let new = new().map_err(failed("write", path))?;
    settle(path)?;
    Ok(new)
}

/// Makes a file, in the place of an earlier one if there is one.
pub(crate) fn replace(layout: &Layout, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let replaced = || -> io::Result<()> {
        let staged = stage(layout, path, bytes)?;
        before(Step::Name(path))?;
        staged.persist(path)?;
        Ok(())
    };
    make_parent(layout, path)?;
    replaced().map_err(failed("write", path))?;
    settle(path)
}

/// Removes a file; false if there was none.
pub(crate) fn remove(path: &Path) -> Result<bool, FileError> {
    let removed = before(Step::Remove(path)).and_then(|()| fs::remove_file(path));
    match removed {
        Ok(()) => settle(path).map(|()| true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(failed("remove", path)(error)),
    }
}

/// Removes a folder if it is empty.
pub(crate) fn remove_empty(folder: &Path) -> Result<(), FileError> {
    match before(Step::Remove(folder)).and_then(|()| fs::remove_dir(folder)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty || is_absent(&error) => Ok(()),
        Err(error) => Err(failed("remove", folder)(error)),
    }
}

/// Makes a folder and those above it. Each is sure to stay before anything is put into it, also when
/// another process made it and died.
pub(crate) fn make_folder(layout: &Layout, folder: &Path) -> Result<(), FileError> {
    let Some(parent) = folder.parent() else { return Ok(()) };
    if let Ok(mut entries) = fs::read_dir(folder) {
        // One that holds something was sure to stay before that was put into it. What is above the
        // registry was not made here, and may not even be readable.
        let is_sure = entries.next().is_some() || !parent.starts_with(layout.folder());
        return if is_sure { Ok(()) } else { sync_folder(parent) };
    }
    make_folder(layout, parent)?;
    match before(Step::MakeFolder(folder)).and_then(|()| fs::create_dir(folder)) {
        Ok(()) => sync_folder(parent),
        Err(_) if folder.is_dir() => sync_folder(parent),
        Err(error) => Err(failed("make the folder", folder)(error)),
    }
}

/// Makes sure that the name of a file, or its absence, outlives a loss of power. Whoever made a file
/// that is there may have been killed before that was sure.
pub(crate) fn settle(path: &Path) -> Result<(), FileError> {
    sync_folder(path.parent().unwrap_or(path))
}

/// Makes sure that what a folder holds outlives a loss of power.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    let synced = before(Step::SyncFolder(folder)).and_then(|()| File::open(folder)?.sync_all());
    synced.map_err(failed("sync the folder", folder))
}

fn make_parent(layout: &Layout, path: &Path) -> Result<(), FileError> {
    path.parent().map_or(Ok(()), |parent| make_folder(layout, parent))
}

/// The bytes in a file without a name of its own yet, on the disk.
fn stage(layout: &Layout, path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let incoming = layout.incoming();
    before(Step::MakeScratch(&incoming))?;
    let mut staged = NamedTempFile::new_in(&incoming)?;
    before(Step::Write(path))?;
    staged.write_all(bytes)?;
    before(Step::Sync(path))?;
    staged.as_file().sync_all()?;
    Ok(staged)
}

#[cfg(test)]
mod tests;
