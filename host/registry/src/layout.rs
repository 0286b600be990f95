//! Layout: which file holds what. Everything is found by its name, and nothing is kept twice.
//!
//! ```text
//! format.json                            which layout this is
//! modules/<2 digits>/<digest>.wasm       the bytes, as they were uploaded
//! records/<tenant>/<name>/<version>.json
//! aliases/<tenant>/<name>.json           live and previous together
//! quarantine/<tenant>/<name>/<version>.json
//! incoming/                              files without a name yet
//! locks/
//! compiled/                              code and its key, unless they are kept elsewhere
//! ```

use std::path::{Path, PathBuf};

use sandbox::Digest;
use semver::Version;

use crate::{ModuleName, TenantName};

/// The folder of a registry.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    folder: PathBuf,
}

/// What a registry consists of, beside its format.
pub(crate) const FOLDERS: [&str; 6] =
    ["modules", "records", "aliases", "quarantine", "incoming", "locks"];

impl Layout {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.folder.join("format.json")
    }

    pub(crate) fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    pub(crate) fn modules(&self) -> PathBuf {
        self.folder.join("modules")
    }

    pub(crate) fn module(&self, digest: &Digest) -> PathBuf {
        let digits = digest.to_string();
        self.modules().join(&digits[..2]).join(format!("{digits}.wasm"))
    }

    pub(crate) fn records(&self) -> PathBuf {
        self.folder.join("records")
    }

    pub(crate) fn records_of(&self, tenant: &TenantName, name: &ModuleName) -> PathBuf {
        self.records().join(tenant.as_str()).join(name.as_str())
    }

    pub(crate) fn record(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> PathBuf {
        self.records_of(tenant, name).join(format!("{version}.json"))
    }

    pub(crate) fn aliases(&self) -> PathBuf {
        self.folder.join("aliases")
    }

    pub(crate) fn aliases_of(&self, tenant: &TenantName, name: &ModuleName) -> PathBuf {
        self.aliases().join(tenant.as_str()).join(format!("{name}.json"))
    }

    pub(crate) fn quarantine(&self) -> PathBuf {
        self.folder.join("quarantine")
    }

    pub(crate) fn quarantine_of(
        &self,
        tenant: &TenantName,
        name: &ModuleName,
        version: &Version,
    ) -> PathBuf {
        let folder = self.quarantine().join(tenant.as_str()).join(name.as_str());
        folder.join(format!("{version}.json"))
    }

    pub(crate) fn registry_lock(&self) -> PathBuf {
        self.folder.join("locks/registry")
    }

    pub(crate) fn turnstile_lock(&self) -> PathBuf {
        self.folder.join("locks/turnstile")
    }

    pub(crate) fn tenant_lock(&self, tenant: &TenantName) -> PathBuf {
        // No tenant's name has a dot, so this is none of the locks above.
        self.folder.join("locks").join(format!("tenant.{tenant}"))
    }
}

/// What `<stem>.json` is named for.
pub(crate) fn json_stem<T: std::str::FromStr>(name: &str) -> Option<T> {
    name.strip_suffix(".json")?.parse().ok()
}

/// The first two digits of a digest.
pub(crate) fn module_folder(name: &str) -> Option<String> {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (name.len() == 2 && name.bytes().all(is_digit)).then(|| name.to_owned())
}

/// The digest of `<digest>.wasm`.
pub(crate) fn module_digest(name: &str) -> Option<Digest> {
    name.strip_suffix(".wasm")?.parse().ok()
}
