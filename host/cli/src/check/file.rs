//! Files that are checked: those that were named, and those right in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::Failure;

/// Whether anything that was named is a folder, or there are several.
pub(super) fn is_folder(paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path.is_dir())
}

/// Every file, in the order of their naming, those of a folder by name.
pub(super) fn all(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let inside = inside(path)
                .with_context(|| format!("cannot read the folder {}", path.display()))
                .map_err(Failure::io)?;
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn inside(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
