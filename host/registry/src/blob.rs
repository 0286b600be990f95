//! Blob: a module's bytes, under the digest that they must have.

use sandbox::Digest;

use crate::{Damage, Registry, RegistryError, file};

impl Registry {
    /// The bytes of a module, as they were uploaded. They are checked against the digest each time.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, RegistryError> {
        let path = self.layout.module(digest);
        let bytes = file::read(&path)?.ok_or(RegistryError::NoBytes { digest: *digest })?;
        if Digest::of(&bytes) == *digest {
            Ok(bytes)
        } else {
            Err(Damage::Altered { path, digest: *digest }.into())
        }
    }

    /// Keeps bytes under their digest. Whoever calls is writing, so that nobody collects them before
    /// they are named.
    pub(crate) fn keep_bytes(&self, digest: &Digest, bytes: &[u8]) -> Result<(), RegistryError> {
        let path = self.layout.module(digest);
        // What cannot be read, or is not the same, was spoilt: these bytes take its place.
        if matches!(file::read(&path), Ok(Some(there)) if there == bytes) {
            file::settle(&path)?;
        } else {
            file::replace(&self.layout, &path, bytes)?;
        }
        Ok(())
    }
}
