//! Quarantine: versions that failed too often, and why.

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::store::{json, read_json};
use crate::{ModuleName, Reference, Registry, RegistryError, TenantName, file, lock};

/// Why a version may not act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// What it did.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

impl Registry {
    /// Puts a version into quarantine and gives what is kept. If it is there already, the first
    /// reason stays.
    pub fn quarantine(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
        quarantine: Quarantine,
    ) -> Result<Quarantine, RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
        self.record(tenant, name, version)?;
        let path = self.layout.quarantine_of(tenant, name, version);
        if let Some(first) = self.quarantined(tenant, name, version)? {
            file::settle(&path)?;
            return Ok(first);
        }
        file::create(&self.layout, &path, &json(&quarantine))?;
        Ok(quarantine)
    }

    /// Why a version is in quarantine; none if it is not.
    pub fn quarantined(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<Option<Quarantine>, RegistryError> {
        let remedy = "restore it from a copy, or release the version";
        read_json(&self.layout.quarantine_of(tenant, name, version), remedy)
    }

    /// Lets a version out of quarantine.
    pub fn release(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<(), RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
        if self.forget_quarantine(tenant, name, version)? {
            return Ok(());
        }
        let version = Box::new(Reference::version(tenant, name, version));
        Err(RegistryError::NotQuarantined { version })
    }

    /// True if there was one.
    pub(crate) fn forget_quarantine(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<bool, RegistryError> {
        Ok(file::remove(&self.layout.quarantine_of(tenant, name, version))?)
    }
}

#[cfg(test)]
mod tests;
