//! Alias: which version of a module is live, and which one was before.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::store::{json, read_json};
use crate::{ModuleName, Reference, Registry, RegistryError, Selector, TenantName, file, lock};

/// The versions of a module that have a name beside their number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases {
    /// The version that acts.
    pub live: Version,
    /// The version that was live before, if there was another: what a roll-back returns to.
    pub previous: Option<Version>,
}

impl Aliases {
    /// The alias of a version, if it has one.
    pub(crate) fn of(&self, version: &Version) -> Option<&'static str> {
        if self.live == *version {
            Some("live")
        } else {
            self.previous.as_ref().filter(|previous| *previous == version).map(|_| "previous")
        }
    }
}

impl Registry {
    /// The aliases of a module; none if no version is live.
    pub fn aliases(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
    ) -> Result<Option<Aliases>, RegistryError> {
        let remedy = "restore it from a copy, or withdraw the module and promote again";
        read_json(&self.layout.aliases_of(tenant, name), remedy)
    }

    /// Makes a version live; the one that was live is the previous one then. Nothing changes if it
    /// is live already. A version in quarantine is refused.
    pub fn promote(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> Result<Aliases, RegistryError> {
        self.change(tenant, name, |aliases| match aliases {
            Some(aliases) if aliases.live == *version => Ok(aliases),
            aliases => {
                let previous = aliases.map(|aliases| aliases.live);
                Ok(Aliases { live: version.clone(), previous })
            }
        })
    }

    /// Makes the previous version live again, and the live one previous. A version in quarantine is
    /// refused.
    pub fn roll_back(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
    ) -> Result<Aliases, RegistryError> {
        let reference = |selector| Box::new(Reference::new(tenant, name, selector));
        self.change(tenant, name, |aliases| match aliases {
            Some(Aliases { live, previous: Some(previous) }) => {
                Ok(Aliases { live: previous, previous: Some(live) })
            }
            Some(_) => {
                Err(RegistryError::NothingPrevious { reference: reference(Selector::Previous) })
            }
            None => Err(RegistryError::NothingLive { reference: reference(Selector::Live) }),
        })
    }

    /// Takes both aliases away: no version is live, and all can be removed.
    pub fn withdraw(&self, tenant: &TenantName, name: &ModuleName) -> Result<(), RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
        if file::remove(&self.layout.aliases_of(tenant, name))? {
            return Ok(());
        }
        let reference = Box::new(Reference::new(tenant, name, Selector::Live));
        Err(RegistryError::NothingLive { reference })
    }

    /// Reads, changes and writes the aliases while nobody else does.
    fn change(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        change: impl FnOnce(Option<Aliases>) -> Result<Aliases, RegistryError>,
    ) -> Result<Aliases, RegistryError> {
        let writing = lock::writing(&self.layout)?;
        let _tenant = lock::tenant(&self.layout, &writing, tenant)?;
        let before = self.aliases(tenant, name)?;
        let after = change(before.clone())?;
        let path = self.layout.aliases_of(tenant, name);
        if before.as_ref() == Some(&after) {
            file::settle(&path)?;
            return Ok(after);
        }
        self.record(tenant, name, &after.live)?;
        if let Some(quarantine) = self.quarantined(tenant, name, &after.live)? {
            let version = Box::new(Reference::version(tenant, name, &after.live));
            return Err(RegistryError::Quarantined { version, reason: quarantine.reason });
        }
        file::replace(&self.layout, &path, &json(&after))?;
        Ok(after)
    }
}

#[cfg(test)]
mod tests;
