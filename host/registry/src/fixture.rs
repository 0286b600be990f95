//! Fixture: a registry in a folder of a test's own, with short ways to ask it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sandbox::{Digest, World};
use semver::Version;
use tempfile::TempDir;

use crate::{
    ModuleName, Quarantine, Quota, Record, Reference, Registered, Registry, RegistryError,
    TenantName, Upload,
};

/// A registry that is gone with the test.
pub(crate) struct Fixture {
    pub(crate) registry: Registry,
    folder: TempDir,
}

/// `tenant/name@version` as the three that most requests take.
pub(crate) type Key = (TenantName, ModuleName, Version);

pub(crate) fn key(text: &str) -> Key {
    let (tenant, rest) = text.split_once('/').unwrap();
    let (name, version) = rest.split_once('@').unwrap_or((rest, "0.0.0"));
    (tenant.parse().unwrap(), name.parse().unwrap(), Version::parse(version).unwrap())
}

pub(crate) fn upload(text: &str) -> Upload {
    let (tenant, name, version) = key(text);
    Upload {
        tenant,
        name,
        version,
        world: World::Policy,
        settings_schema: r#"{"type": "object"}"#.to_owned(),
        uploaded_by: "ann".to_owned(),
        uploaded_at: Timestamp::UNIX_EPOCH,
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = quick_folder();
        let registry = Registry::open(&folder.path().join("registry")).unwrap();
        Self { registry, folder }
    }

    /// A file of the registry.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("registry").join(name)
    }

    pub(crate) fn register(&self, text: &str, bytes: &[u8]) -> Registered {
        self.registry.register(upload(text), bytes, &Quota::default()).unwrap()
    }

    pub(crate) fn resolve(&self, text: &str) -> Result<Record, RegistryError> {
        self.registry.resolve(&text.parse::<Reference>().unwrap())
    }

    pub(crate) fn promote(&self, text: &str) -> Result<(), RegistryError> {
        let (tenant, name, version) = key(text);
        self.registry.promote(&tenant, &name, &version).map(|_| ())
    }

    pub(crate) fn roll_back(&self, text: &str) -> Result<(), RegistryError> {
        let (tenant, name, _) = key(text);
        self.registry.roll_back(&tenant, &name).map(|_| ())
    }

    pub(crate) fn withdraw(&self, text: &str) -> Result<(), RegistryError> {
        let (tenant, name, _) = key(text);
        self.registry.withdraw(&tenant, &name)
    }

    pub(crate) fn remove(&self, text: &str) -> Result<(), RegistryError> {
        let (tenant, name, version) = key(text);
        self.registry.remove(&tenant, &name, &version)
    }

    pub(crate) fn quarantine(&self, text: &str, reason: &str) -> Result<Quarantine, RegistryError> {
        let (tenant, name, version) = key(text);
        let quarantine = Quarantine { reason: reason.to_owned(), since: Timestamp::UNIX_EPOCH };
        self.registry.quarantine(&tenant, &name, &version, quarantine)
    }

    pub(crate) fn release(&self, text: &str) -> Result<(), RegistryError> {
        let (tenant, name, version) = key(text);
        self.registry.release(&tenant, &name, &version)
    }

    pub(crate) fn reason(&self, text: &str) -> Option<String> {
        let (tenant, name, version) = key(text);
        let quarantine = self.registry.quarantined(&tenant, &name, &version).unwrap();
        quarantine.map(|quarantine| quarantine.reason)
    }

    /// `live` and `previous`, as numbers.
    pub(crate) fn aliases(&self, text: &str) -> Option<(String, Option<String>)> {
        let (tenant, name, _) = key(text);
        let aliases = self.registry.aliases(&tenant, &name).unwrap()?;
        Some((aliases.live.to_string(), aliases.previous.map(|version| version.to_string())))
    }
}

/// A folder in memory, where there is one: thousands of syncs would wait for the disk, and what they
/// are for, a loss of power, is not to be had here.
pub(crate) fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[track_caller]
pub(crate) fn refused<T>(result: Result<T, impl std::error::Error>, start: &str) {
    let error = result.err().unwrap().to_string();
    assert!(error.starts_with(start), "{error}");
}

/// All that a registry keeps: its files but for locks.
pub(crate) fn kept(registry: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![registry.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(registry).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("locks/") {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Where these bytes are kept.
pub(crate) fn module_path(bytes: &[u8]) -> String {
    let digest = Digest::of(bytes).to_string();
    format!("modules/{}/{digest}.wasm", &digest[..2])
}
