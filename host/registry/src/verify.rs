//! Verify: reads everything and lists what is damaged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::str::FromStr;

use sandbox::Digest;
use semver::Version;

use crate::layout::{json_stem, module_digest, module_folder};
use crate::{
    Aliases, Damage, ModuleName, Record, Reference, Registry, RegistryError, Selector, TenantName,
    file, lock,
};

/// What has been seen so far.
#[derive(Default)]
struct Findings {
    damages: Vec<Damage>,
    /// Records by what they name.
    records: BTreeMap<Digest, Vec<Record>>,
}

impl Registry {
    /// Reads everything and lists what is damaged: nothing, in a registry that is whole. Uploads go
    /// on meanwhile; a collection waits. What nothing names is no damage.
    pub fn verify(&self) -> Result<Vec<Damage>, RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let mut findings = Findings::default();
        let records = self.layout.records();
        let aliases = self.layout.aliases();
        let quarantine = self.layout.quarantine();
        let mut tenants = BTreeSet::new();
        for top in [&records, &aliases, &quarantine] {
            tenants.extend(findings.names(top, named::<TenantName>)?);
        }
        for tenant in &tenants {
            // What names each other is looked at while nobody changes it.
            let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
            for name in findings.names(&records.join(tenant.as_str()), named)? {
                self.verify_records(tenant, &name, &mut findings)?;
            }
            for name in findings.names(&aliases.join(tenant.as_str()), json_stem)? {
                self.verify_aliases(tenant, &name, &mut findings)?;
            }
            let folder = quarantine.join(tenant.as_str());
            for name in findings.names(&folder, named)? {
                self.verify_quarantine(tenant, &name, &folder, &mut findings)?;
            }
        }
        self.verify_modules(&mut findings)?;
        Ok(findings.damages)
    }

    fn verify_records(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        findings: &mut Findings,
    ) -> Result<(), RegistryError> {
        let folder = self.layout.records_of(tenant, name);
        for version in findings.names(&folder, json_stem::<Version>)? {
            if let Some(record) = findings.note(self.find(tenant, name, &version))?.flatten() {
                findings.records.entry(record.digest).or_default().push(record);
            }
        }
        Ok(())
    }

    fn verify_aliases(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        findings: &mut Findings,
    ) -> Result<(), RegistryError> {
        let aliases = findings.note(self.aliases(tenant, name))?.flatten();
        let Some(Aliases { live, previous }) = aliases else { return Ok(()) };
        let mut named = vec![(Selector::Live, live)];
        named.extend(previous.map(|version| (Selector::Previous, version)));
        for (alias, version) in named {
            if self.layout.record(tenant, name, &version).exists() {
                continue;
            }
            let alias = Box::new(Reference::new(tenant, name, alias));
            let version = Box::new(Reference::version(tenant, name, &version));
            findings.damages.push(Damage::Dangling { alias, version });
        }
        Ok(())
    }

    fn verify_quarantine(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        folder: &Path,
        findings: &mut Findings,
    ) -> Result<(), RegistryError> {
        for version in findings.names(&folder.join(name.as_str()), json_stem::<Version>)? {
            findings.note(self.quarantined(tenant, name, &version))?;
        }
        Ok(())
    }

    fn verify_modules(&self, findings: &mut Findings) -> Result<(), RegistryError> {
        let modules = self.layout.modules();
        for digits in findings.names(&modules, module_folder)? {
            let at_home = |digest: &Digest| digest.to_string().starts_with(&digits);
            findings.names(&modules.join(&digits), |name| module_digest(name).filter(at_home))?;
        }
        for (digest, records) in std::mem::take(&mut findings.records) {
            let bytes = match self.read(&digest) {
                Err(RegistryError::NoBytes { .. }) => {
                    Err(Damage::Gone { path: self.layout.module(&digest), digest }.into())
                }
                read => read,
            };
            let Some(bytes) = findings.note(bytes)? else { continue };
            let found = bytes.len() as u64;
            for record in records.iter().filter(|record| record.size_bytes != found) {
                let (version, recorded) = (Box::new(record.reference()), record.size_bytes);
                findings.damages.push(Damage::Length { version, recorded, found });
            }
        }
        Ok(())
    }
}

fn named<T: FromStr>(name: &str) -> Option<T> {
    name.parse().ok()
}

impl Findings {
    /// What a folder's files are named for; the others are strangers.
    fn names<T>(
        &mut self,
        folder: &Path,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, RegistryError> {
        let mut names = Vec::new();
        for name in self.note(file::list(folder).map_err(Into::into))?.unwrap_or_default() {
            match parse(&name) {
                Some(parsed) => names.push(parsed),
                None => self.damages.push(Damage::Stranger { path: folder.join(name) }),
            }
        }
        Ok(names)
    }

    /// Takes down what a disk or a hand has done; other errors end the reading.
    fn note<T>(&mut self, read: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
        match read {
            Ok(value) => return Ok(Some(value)),
            Err(RegistryError::Damaged(damage)) => self.damages.push(damage),
            Err(RegistryError::File(error)) => self.damages.push(error.into()),
            Err(error) => return Err(error),
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
