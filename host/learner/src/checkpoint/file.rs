//! File: a checkpoint as bytes, and on a disk.
//!
//! All numbers are little-endian. Magic `REGATTA-CHECKPOINT\0` (19 bytes), version (u16), length of the
//! content (u64), the content as MessagePack with named fields, CRC-32 of all before (u32).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

const MAGIC: &[u8; 19] = b"REGATTA-CHECKPOINT\0";
/// The only version so far. A change of meaning takes the next number.
const VERSION: u16 = 1;
const HEAD_BYTES: usize = MAGIC.len() + 2 + 8;

/// A checkpoint that cannot be written or read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The system said no.
    #[error("cannot {attempted} {}", .path.display())]
    System {
        /// What was tried.
        attempted: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something else.
    #[error("{} is no checkpoint: it does not begin with REGATTA-CHECKPOINT", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// From another program.
    #[error(
        "the checkpoint {} is of version {found}, and this program reads version {VERSION}",
        .path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u16,
    },
    /// Its end is missing.
    #[error(
        "the checkpoint {} is cut off: {have} of its {need} bytes are there; take an older one",
        .path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes that there are.
        have: u64,
        /// Bytes that its head speaks of.
        need: u64,
    },
    /// Some of it was changed.
    #[error(
        "the checkpoint {} is damaged: its checksum is {found:08x} and should be {stated:08x}; take an \
         older one",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Of what is there.
        found: u32,
        /// Of what was written.
        stated: u32,
    },
    /// What was written makes no sense.
    #[error("the checkpoint {} is malformed: {cause}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was met.
        cause: String,
    },
    /// There is none.
    #[error("there is no checkpoint in {}", .folder.display())]
    None {
        /// Where it was looked for.
        folder: PathBuf,
    },
}

/// Writes the content so that the file is either whole or not there: beside it first, then renamed.
pub(super) fn write<T: Serialize>(path: &Path, content: &T) -> Result<(), CheckpointError> {
    let system = |attempted| {
        let path = path.to_owned();
        move |source| CheckpointError::System { attempted, path, source }
    };
    let body = rmp_serde::to_vec_named(content).map_err(|error| CheckpointError::Malformed {
        path: path.to_owned(),
        cause: error.to_string(),
    })?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + body.len() + 4);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&body);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    let beside = path.with_extension("tmp");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    if let Err(source) = written {
        // What is half written is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        return Err(system("write the checkpoint")(source));
    }
    fs::rename(&beside, path).map_err(system("put in place the checkpoint"))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // A rename is durable once its folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(system("make durable"))
}

/// Reads what was written.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CheckpointError> {
    let bytes = fs::read(path).map_err(|source| CheckpointError::System {
        attempted: "read the checkpoint",
        path: path.to_owned(),
        source,
    })?;
    let body = body(path, &bytes)?;
    rmp_serde::from_slice(body).map_err(|error| CheckpointError::Malformed {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

/// What stands between head and checksum, once both are seen to be right.
fn body<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a [u8], CheckpointError> {
    let path = || path.to_owned();
    let begun = bytes.len().min(MAGIC.len());
    if begun == 0 || bytes[..begun] != MAGIC[..begun] {
        return Err(CheckpointError::Foreign { path: path() });
    }
    let have = bytes.len() as u64;
    let Some(head) = bytes.get(MAGIC.len()..HEAD_BYTES) else {
        return Err(CheckpointError::Truncated { path: path(), have, need: HEAD_BYTES as u64 });
    };
    let (version, length) = head.split_at(2);
    let version = u16::from_le_bytes([version[0], version[1]]);
    if version != VERSION {
        return Err(CheckpointError::Version { path: path(), found: version });
    }
    let length = length.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let need = length.saturating_add(HEAD_BYTES as u64 + 4);
    if have < need {
        return Err(CheckpointError::Truncated { path: path(), have, need });
    }
    if have > need {
        let cause = format!("{} bytes follow its end", have - need);
        return Err(CheckpointError::Malformed { path: path(), cause });
    }
    let (whole, stated) = bytes.split_at(bytes.len() - 4);
    let stated = stated.first_chunk().map_or(0, |stated| u32::from_le_bytes(*stated));
    let found = crc32fast::hash(whole);
    if found != stated {
        return Err(CheckpointError::Damaged { path: path(), found, stated });
    }
    Ok(&whole[HEAD_BYTES..])
}

#[cfg(test)]
mod tests;
