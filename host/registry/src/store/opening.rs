//! Opening: how a folder becomes a registry, once, whoever comes first.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Registry, json, read_json};
use crate::file;
use crate::layout::{FOLDERS, Layout};
use crate::{FileError, RegistryError, lock};

/// The layout that this program reads and writes.
const FORMAT: u64 = 1;

/// Which layout a folder has. Later ones may say more.
#[derive(Serialize, Deserialize)]
struct Format {
    format: u64,
}

pub(super) fn open(folder: &Path) -> Result<Registry, RegistryError> {
    let absolute = std::path::absolute(folder).map_err(|source| FileError {
        action: "open a registry in",
        path: folder.to_owned(),
        source,
    })?;
    let layout = Layout::new(&absolute);
    let format = || read_json::<Format>(&layout.format(), "restore it from a copy");
    let Format { format } = match format()? {
        Some(format) => format,
        None => {
            make(&layout)?;
            // Another process, of another version, may have been first.
            format()?.unwrap_or(Format { format: FORMAT })
        }
    };
    if format != FORMAT {
        let folder = folder.to_owned();
        return Err(RegistryError::Format { folder, found: format, known: FORMAT });
    }
    // Whoever made it may have been killed before it was sure to stay.
    file::sync_folder(&absolute)?;
    Ok(Registry { layout })
}

fn make(layout: &Layout) -> Result<(), RegistryError> {
    let folder = layout.folder();
    // Our own folders may be there already: the first process may have been killed here.
    let ours = |entry: &String| FOLDERS.contains(&entry.as_str()) || entry == "lost+found";
    if let Some(entry) = file::list(folder)?.into_iter().find(|entry| !ours(entry)) {
        if entry == "format.json" {
            return Ok(());
        }
        return Err(RegistryError::NotARegistry { folder: folder.to_owned(), entry });
    }
    for name in FOLDERS {
        file::make_folder(layout, &folder.join(name))?;
    }
    let _writing = lock::writing(layout)?;
    file::create(layout, &layout.format(), &json(&Format { format: FORMAT }))?;
    Ok(())
}
