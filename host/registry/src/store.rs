//! Store: the registry's folder, and how versions come into it and leave it.

mod opening;

use std::path::Path;

use semver::Version;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::layout::{Layout, json_stem};
use crate::quota::Usage;
use crate::reference::LONGEST_VERSION;
use crate::{
    Damage, FileError, ModuleName, Quota, Record, Reference, RegistryError, TenantName, Upload,
    file, lock,
};

/// A folder of modules, shared by any number of threads and processes of this machine. It holds
/// nothing in memory: whatever another process has done is seen at once.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) layout: Layout,
}

/// A version that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What is known of it.
    pub record: Record,
    /// The same bytes were this version already; then who and when are those of the first time.
    pub was_there: bool,
}

impl Registry {
    /// Opens the registry in a folder, and makes one if the folder is empty or not there.
    pub fn open(folder: &Path) -> Result<Self, RegistryError> {
        opening::open(folder)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// Registers a module's bytes as a version. Once this returns they are kept, whatever happens to
    /// the process or the machine; if it fails, nothing is registered. The same bytes may be
    /// registered as the same version again, which also repairs them if the disk has spoilt them.
    pub fn register(
        &self,
        upload: Upload,
        bytes: &[u8],
        quota: &Quota,
    ) -> Result<Registered, RegistryError> {
        let record = upload.record(bytes);
        let version = Box::new(record.reference());
        let characters = record.version.to_string().len();
        if characters > LONGEST_VERSION {
            return Err(RegistryError::LongVersion { version, characters, limit: LONGEST_VERSION });
        }
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, &record.tenant)?;
        let path = self.layout.record(&record.tenant, &record.name, &record.version);
        if let Some(there) = self.find(&record.tenant, &record.name, &record.version)? {
            if there.digest != record.digest {
                let (registered, offered) = (there.digest, record.digest);
                return Err(RegistryError::Immutable { version, registered, offered });
            }
            self.keep_bytes(&record.digest, bytes)?;
            file::settle(&path)?;
            return Ok(Registered { record: there, was_there: true });
        }
        let text = json(&record);
        let text_bytes = text.len() as u64;
        self.usage(&record.tenant)?.admit(quota, &record, text_bytes)?;
        self.keep_bytes(&record.digest, bytes)?;
        // What is left of a version that was removed says nothing about this one.
        self.forget_quarantine(&record.tenant, &record.name, &record.version)?;
        let new = file::create(&self.layout, &path, &text)?;
        debug_assert!(new, "only who holds the tenant's lock makes its records");
        Ok(Registered { record, was_there: false })
    }

    /// Removes a version that neither alias names. Its bytes go at the next collection. The number
    /// is free again then, so refer by digest to what must never mean another thing.
    pub fn remove(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<(), RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
        let reference = || Box::new(Reference::version(tenant, name, version));
        if let Some(alias) = self.aliases(tenant, name)?.and_then(|aliases| aliases.of(version)) {
            return Err(RegistryError::InUse { version: reference(), alias });
        }
        if !file::remove(&self.layout.record(tenant, name, version))? {
            return Err(RegistryError::NoVersion { reference: reference() });
        }
        self.forget_quarantine(tenant, name, version)?;
        Ok(())
    }

    /// The tenants that have registered something, by name.
    pub fn tenants(&self) -> Result<Vec<TenantName>, RegistryError> {
        let mut tenants = Vec::new();
        for tenant in self.tenant_folders()? {
            if !self.modules(&tenant)?.is_empty() {
                tenants.push(tenant);
            }
        }
        Ok(tenants)
    }

    /// The modules of which a tenant has registered versions, by name.
    pub fn modules(&self, tenant: &TenantName) -> Result<Vec<ModuleName>, RegistryError> {
        let mut modules = Vec::new();
        for name in self.module_folders(tenant)? {
            if !self.versions(tenant, &name)?.is_empty() {
                modules.push(name);
            }
        }
        Ok(modules)
    }

    /// The versions of a module, oldest number first.
    pub fn versions(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
    ) -> Result<Vec<Version>, RegistryError> {
        let mut versions =
            file::entries(&self.layout.records_of(tenant, name), json_stem::<Version>)?;
        versions.sort_unstable();
        Ok(versions)
    }

    /// What is known of a version.
    pub fn record(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<Record, RegistryError> {
        self.find(tenant, name, version)?.ok_or_else(|| RegistryError::NoVersion {
            reference: Box::new(Reference::version(tenant, name, version)),
        })
    }

    pub(crate) fn find(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<Option<Record>, RegistryError> {
        let path = self.layout.record(tenant, name, version);
        let remedy = "restore it from a copy, or remove the version";
        let Some(record) = read_json::<Record>(&path, remedy)? else { return Ok(None) };
        let found = record.reference();
        if found != Reference::version(tenant, name, version) {
            return Err(Damage::Misfiled { path, found: Box::new(found) }.into());
        }
        Ok(Some(record))
    }

    /// Those that have a folder. It may have been made for a version that never came, or outlive the
    /// last one.
    pub(crate) fn tenant_folders(&self) -> Result<Vec<TenantName>, FileError> {
        file::entries(&self.layout.records(), |name| name.parse().ok())
    }

    /// Those that have a folder, as above.
    pub(crate) fn module_folders(&self, tenant: &TenantName) -> Result<Vec<ModuleName>, FileError> {
        file::entries(&self.layout.records().join(tenant.as_str()), |name| name.parse().ok())
    }

    fn usage(&self, tenant: &TenantName) -> Result<Usage, RegistryError> {
        let mut usage = Usage::default();
        for name in self.module_folders(tenant)? {
            for version in self.versions(tenant, &name)? {
                let record = self.record(tenant, &name, &version)?;
                let text_bytes = json(&record).len() as u64;
                usage.add(&record, text_bytes);
            }
        }
        Ok(usage)
    }
}

/// A value as a file's text, for people too.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("plain values are written in memory");
    text.push(b'\n');
    text
}

/// A value from a file's text; none if there is no file. The remedy is for text that is no such value.
pub(crate) fn read_json<T: DeserializeOwned>(
    path: &Path,
    remedy: &'static str,
) -> Result<Option<T>, RegistryError> {
    let Some(text) = file::read(path)? else { return Ok(None) };
    let malformed = |source| Damage::Malformed { path: path.to_owned(), remedy, source };
    Ok(Some(serde_json::from_slice(&text).map_err(malformed)?))
}

#[cfg(test)]
mod tests;
