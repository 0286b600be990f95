//! Lock: who may change what at the same time, among threads and processes. The kernel gives a lock
//! back when its holder ends, however it ends. Locks are taken in this order: registry, then tenant.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::layout::Layout;
use crate::{FileError, TenantName};

/// Something is being written: what nothing names yet may be about to be named.
pub(crate) struct Writing {
    _registry: File,
}

/// Nobody else writes anything.
pub(crate) struct Alone {
    _turnstile: File,
    _registry: File,
}

/// Nobody else changes what belongs to this tenant.
pub(crate) struct TenantLock {
    _tenant: File,
}

/// Waits until nobody collects.
pub(crate) fn writing(layout: &Layout) -> Result<Writing, FileError> {
    // Whoever waits to be alone holds the turnstile: writers that keep coming cannot starve it.
    let turnstile = hold(&layout.turnstile_lock(), File::lock_shared)?;
    let registry = hold(&layout.registry_lock(), File::lock_shared)?;
    drop(turnstile);
    Ok(Writing { _registry: registry })
}

/// Waits until nobody writes.
pub(crate) fn alone(layout: &Layout) -> Result<Alone, FileError> {
    let turnstile = hold(&layout.turnstile_lock(), File::lock)?;
    let registry = hold(&layout.registry_lock(), File::lock)?;
    Ok(Alone { _turnstile: turnstile, _registry: registry })
}

/// Waits until nobody else changes what belongs to this tenant.
pub(crate) fn tenant(
    layout: &Layout,
    _: &Writing,
    tenant: &TenantName,
) -> Result<TenantLock, FileError> {
    Ok(TenantLock { _tenant: hold(&layout.tenant_lock(tenant), File::lock)? })
}

fn hold(path: &Path, lock: fn(&File) -> io::Result<()>) -> Result<File, FileError> {
    let held = || {
        // A file of its own for every holder: two threads exclude each other as two processes do.
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        loop {
            match lock(&file) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other.map(|()| file),
            }
        }
    };
    held().map_err(|source| FileError { action: "lock", path: path.to_owned(), source })
}
