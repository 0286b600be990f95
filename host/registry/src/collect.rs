//! Collect: removes what nothing names, which kills and removals leave behind.

use std::collections::BTreeSet;
use std::path::Path;

use sandbox::Digest;
use semver::Version;

use crate::layout::{json_stem, module_digest, module_folder};
use crate::{ModuleName, Registry, RegistryError, TenantName, file, lock};

/// What a collection has removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Modules that no version has.
    pub modules: Vec<Digest>,
    /// Their bytes, and those of the leftovers.
    pub bytes: u64,
    /// Files that a killed process was writing, or had not removed yet.
    pub leftovers: u64,
}

impl Registry {
    /// Removes modules that no version of anybody has, and what killed processes have left. It waits
    /// until nobody writes, and whoever wants to write waits for it; reading goes on. While a record
    /// cannot be read nothing is removed, for nobody knows what that one names.
    pub fn collect(&self) -> Result<Collected, RegistryError> {
        let _alone = lock::alone(&self.layout)?;
        let named = self.digests()?;
        self.settle_records()?;
        let mut collected = Collected::default();
        self.collect_incoming(&mut collected)?;
        self.collect_modules(&named, &mut collected)?;
        self.collect_quarantine(&mut collected)?;
        for top in [self.layout.records(), self.layout.aliases(), self.layout.quarantine()] {
            for folder in file::entries(&top, |name| name.parse::<TenantName>().ok())? {
                remove_hollow(&top.join(folder.as_str()))?;
            }
        }
        Ok(collected)
    }

    /// The digests that any version of anybody has.
    pub fn digests(&self) -> Result<BTreeSet<Digest>, RegistryError> {
        let mut digests = BTreeSet::new();
        for tenant in self.tenant_folders()? {
            for name in self.module_folders(&tenant)? {
                for version in self.versions(&tenant, &name)? {
                    // It may have been removed since its name was read.
                    digests
                        .extend(self.find(&tenant, &name, &version)?.map(|record| record.digest));
                }
            }
        }
        Ok(digests)
    }

    /// Makes sure that records that were removed do not come back. Who removed one may have been
    /// killed before that was sure; were its module removed first, a loss of power could bring it
    /// back without.
    fn settle_records(&self) -> Result<(), RegistryError> {
        for tenant in self.tenant_folders()? {
            for name in self.module_folders(&tenant)? {
                file::sync_folder(&self.layout.records_of(&tenant, &name))?;
            }
        }
        Ok(())
    }

    fn collect_incoming(&self, collected: &mut Collected) -> Result<(), RegistryError> {
        let folder = self.layout.incoming();
        for name in file::list(&folder)? {
            collected.bytes += remove(&folder.join(name))?;
            collected.leftovers += 1;
        }
        Ok(())
    }

    fn collect_modules(
        &self,
        named: &BTreeSet<Digest>,
        collected: &mut Collected,
    ) -> Result<(), RegistryError> {
        for digits in file::entries(&self.layout.modules(), module_folder)? {
            let folder = self.layout.modules().join(digits);
            for digest in file::entries(&folder, module_digest)? {
                if !named.contains(&digest) {
                    collected.bytes += remove(&self.layout.module(&digest))?;
                    collected.modules.push(digest);
                }
            }
            file::remove_empty(&folder)?;
        }
        Ok(())
    }

    /// Removes what is left of versions that were removed.
    fn collect_quarantine(&self, collected: &mut Collected) -> Result<(), RegistryError> {
        let top = self.layout.quarantine();
        for tenant in file::entries(&top, |name| name.parse::<TenantName>().ok())? {
            let modules = top.join(tenant.as_str());
            for name in file::entries(&modules, |name| name.parse::<ModuleName>().ok())? {
                let versions = modules.join(name.as_str());
                for version in file::entries(&versions, json_stem::<Version>)? {
                    if self.find(&tenant, &name, &version)?.is_none() {
                        let path = self.layout.quarantine_of(&tenant, &name, &version);
                        collected.bytes += remove(&path)?;
                        collected.leftovers += 1;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Removes a file and gives its length in bytes.
fn remove(path: &Path) -> Result<u64, RegistryError> {
    let bytes = path.symlink_metadata().map_or(0, |metadata| metadata.len());
    file::remove(path)?;
    Ok(bytes)
}

/// Removes the folders of a tenant that hold nothing, and the tenant's own if none is left.
fn remove_hollow(tenant: &Path) -> Result<(), RegistryError> {
    for name in file::entries(tenant, |name| name.parse::<ModuleName>().ok())? {
        file::remove_empty(&tenant.join(name.as_str()))?;
    }
    Ok(file::remove_empty(tenant)?)
}

#[cfg(test)]
mod tests;
