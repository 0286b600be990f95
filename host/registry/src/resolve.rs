//! Resolve: from a reference to the version that it means now.

use sandbox::Digest;
use semver::Version;

use crate::{Aliases, Damage, Record, Reference, Registry, RegistryError, Selector};

impl Registry {
    /// The version that a reference means now. Whether it is in quarantine is for the caller to ask.
    pub fn resolve(&self, reference: &Reference) -> Result<Record, RegistryError> {
        let Reference { tenant, name, selector } = reference;
        let found = match selector {
            Selector::Version(version) => self.find(tenant, name, version)?,
            Selector::Digest(digest) => self.find_digest(reference, digest)?,
            Selector::Live | Selector::Previous => self.find_alias(reference)?,
        };
        match found {
            Some(record) => Ok(record),
            None => Err(self.missing(reference)?),
        }
    }

    /// The newest version of a module with these bytes.
    fn find_digest(
        &self,
        Reference { tenant, name, .. }: &Reference,
        digest: &Digest,
    ) -> Result<Option<Record>, RegistryError> {
        for version in self.versions(tenant, name)?.iter().rev() {
            let record = self.find(tenant, name, version)?;
            if let Some(record) = record.filter(|record| record.digest == *digest) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn find_alias(&self, reference: &Reference) -> Result<Option<Record>, RegistryError> {
        let Reference { tenant, name, .. } = reference;
        let mut named = self.named(reference)?;
        while let Some(version) = named {
            if let Some(record) = self.find(tenant, name, &version)? {
                return Ok(Some(record));
            }
            // Since the alias was read another version may have taken it, and this one been removed.
            let now = self.named(reference)?;
            if now.as_ref() == Some(&version) {
                let version = Box::new(Reference::version(tenant, name, &version));
                return Err(Damage::Dangling { alias: Box::new(reference.clone()), version }.into());
            }
            named = now;
        }
        Ok(None)
    }

    fn named(&self, reference: &Reference) -> Result<Option<Version>, RegistryError> {
        let aliases = self.aliases(&reference.tenant, &reference.name)?;
        Ok(aliases.and_then(|Aliases { live, previous }| match reference.selector {
            Selector::Previous => previous,
            _ => Some(live),
        }))
    }

    /// Why a reference means nothing.
    fn missing(&self, reference: &Reference) -> Result<RegistryError, RegistryError> {
        let no_module = self.versions(&reference.tenant, &reference.name)?.is_empty();
        let nothing_live = self.aliases(&reference.tenant, &reference.name)?.is_none();
        let selector = &reference.selector;
        let reference = Box::new(reference.clone());
        Ok(match selector {
            _ if no_module => RegistryError::NoModule { reference },
            Selector::Live => RegistryError::NothingLive { reference },
            Selector::Previous if nothing_live => RegistryError::NothingLive { reference },
            Selector::Previous => RegistryError::NothingPrevious { reference },
            Selector::Version(_) | Selector::Digest(_) => RegistryError::NoVersion { reference },
        })
    }
}

#[cfg(test)]
mod tests;
