//! Code cache: native code at rest, sealed with the host's key, so that a module is compiled once.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sandbox::{Build, Digest, Examined, HostKey, Native, ReviveError, Sandbox};
use thiserror::Error;

use crate::{FileError, Registry, RegistryError, TenantName, file};

/// A folder of sealed code: `<build>/<tenant>/<digest>.code`. It can be deleted at any time. Each
/// tenant has code of its own, so that none learns what another one runs.
#[derive(Debug, Clone)]
pub struct CodeCache {
    folder: PathBuf,
    key: HostKey,
}

/// What the cache had for a module.
#[derive(Debug)]
pub enum Cached {
    /// Its code.
    Code(Native),
    /// Nothing.
    Absent,
    /// Something that is not revived, and was removed.
    Refused(ReviveError),
}

/// Code that a process of this host has just compiled, with this host's seal.
#[derive(Debug)]
pub struct Sealed {
    digest: Digest,
    build: Build,
    code_bytes: u64,
    bytes: Vec<u8>,
}

impl Sealed {
    /// Length of the code.
    pub fn code_bytes(&self) -> u64 {
        self.code_bytes
    }
}

/// Code that is not kept. It will be compiled again for the next load, which does no other harm.
#[derive(Debug, Error)]
pub enum UncachedError {
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is larger than all that the tenant may keep.
    #[error("its compiled form has {bytes} bytes and the tenant may keep {limit_bytes}")]
    TooLarge {
        /// Its length, with the seal.
        bytes: u64,
        /// The tenant's limit.
        limit_bytes: u64,
    },
}

impl CodeCache {
    /// A cache in this folder, which appears with the first code, sealed with this key.
    pub fn new(folder: &Path, key: HostKey) -> Self {
        Self { folder: folder.to_owned(), key }
    }

    /// The code of a tenant's module, if it was compiled before by this host, for this very wasmtime,
    /// these settings and this processor.
    pub fn find(
        &self,
        sandbox: &Sandbox,
        tenant: &TenantName,
        examined: &Examined,
    ) -> Result<Cached, FileError> {
        let path = self.path(sandbox.build(), tenant, examined.digest());
        let Some(sealed) = file::read(&path)? else { return Ok(Cached::Absent) };
        match sandbox.revive(&self.key, examined, &sealed) {
            Ok(native) => Ok(Cached::Code(native)),
            Err(error) => {
                file::remove(&path)?;
                Ok(Cached::Refused(error))
            }
        }
    }

    /// Seals code that a process of this host has just compiled, and makes it runnable.
    pub fn seal(
        &self,
        sandbox: &Sandbox,
        examined: &Examined,
        code: &[u8],
    ) -> Result<(Native, Sealed), ReviveError> {
        let (digest, build) = (examined.digest(), sandbox.build());
        let bytes = self.key.seal(digest, build, code);
        let native = sandbox.revive(&self.key, examined, &bytes)?;
        Ok((native, Sealed { digest, build, code_bytes: code.len() as u64, bytes }))
    }

    /// Keeps a tenant's code, in the place of its oldest where it has no room left.
    pub fn keep(
        &self,
        tenant: &TenantName,
        sealed: &Sealed,
        limit_bytes: u64,
    ) -> Result<(), UncachedError> {
        let bytes = sealed.bytes.len() as u64;
        let Some(room) = limit_bytes.checked_sub(bytes) else {
            return Err(UncachedError::TooLarge { bytes, limit_bytes });
        };
        let path = self.path(sealed.build, tenant, sealed.digest);
        make_room(path.parent().unwrap_or(&self.folder), room)?;
        write(&path, &sealed.bytes)
            .map_err(|source| FileError { action: "write", path, source }.into())
    }

    /// Removes code of other builds, and of modules that a registry no longer has. Returns how many
    /// bytes that were.
    pub fn collect(&self, build: Build, registry: &Registry) -> Result<u64, RegistryError> {
        let mut bytes = 0;
        for name in file::list(&self.folder)? {
            let folder = self.folder.join(&name);
            for owner in file::list(&folder)? {
                let wanted = match owner.parse() {
                    Ok(tenant) if name == build.to_string() => digests(registry, &tenant)?,
                    _ => BTreeSet::new(),
                };
                bytes += remove_others(&folder.join(owner), &wanted)?;
            }
            file::remove_empty(&folder)?;
        }
        Ok(bytes)
    }

    fn path(&self, build: Build, tenant: &TenantName, digest: Digest) -> PathBuf {
        let folder = self.folder.join(build.to_string()).join(tenant.as_str());
        folder.join(format!("{digest}.code"))
    }
}

/// Writes a file whole or not at all. What a loss of power tears has no seal, so nothing is synced.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut staged = tempfile::NamedTempFile::new_in(folder)?;
    staged.write_all(bytes)?;
    staged.persist(path)?;
    Ok(())
}

/// Removes the oldest files of a folder until the others fit.
fn make_room(folder: &Path, room_bytes: u64) -> Result<(), FileError> {
    let mut files = Vec::new();
    for name in file::list(folder)? {
        let path = folder.join(name);
        // Another process may have removed it since.
        let Ok(metadata) = path.symlink_metadata() else { continue };
        files.push((metadata.modified().ok(), path, metadata.len()));
    }
    files.sort();
    let mut held_bytes: u64 = files.iter().map(|(_, _, bytes)| bytes).sum();
    for (_, path, bytes) in files {
        if held_bytes <= room_bytes {
            break;
        }
        file::remove(&path)?;
        held_bytes -= bytes;
    }
    Ok(())
}

/// The digests of all that a tenant has registered.
fn digests(registry: &Registry, tenant: &TenantName) -> Result<BTreeSet<Digest>, RegistryError> {
    let mut digests = BTreeSet::new();
    for name in registry.modules(tenant)? {
        for version in registry.versions(tenant, &name)? {
            // It may have been removed since its name was read.
            digests.extend(registry.find(tenant, &name, &version)?.map(|record| record.digest));
        }
    }
    Ok(digests)
}

/// Removes all of a tenant's code but this, and what killed processes have left. Returns how many
/// bytes that were.
fn remove_others(folder: &Path, wanted: &BTreeSet<Digest>) -> Result<u64, FileError> {
    let mut bytes = 0;
    for name in file::list(folder)? {
        let digest = name.strip_suffix(".code").and_then(|digest| digest.parse().ok());
        if digest.is_some_and(|digest| wanted.contains(&digest)) {
            continue;
        }
        let path = folder.join(name);
        bytes += path.symlink_metadata().map_or(0, |metadata| metadata.len());
        file::remove(&path)?;
    }
    file::remove_empty(folder)?;
    Ok(bytes)
}
