//! A script of changes of every kind, and the states between them.

use std::collections::BTreeMap;
use std::fs;
use std::mem::replace;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use crate::fixture::{kept, key, quick_folder, upload};
use crate::{Quarantine, Quota, Registry, RegistryError};

/// One change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Open,
    Register(&'static str, &'static str),
    Promote(&'static str),
    RollBack(&'static str),
    Withdraw(&'static str),
    Quarantine(&'static str),
    Release(&'static str),
    Remove(&'static str),
    Collect,
}

pub(super) const SCRIPT: [Change; 18] = [
    Change::Open,
    Change::Register("acme/night@1.0.0", "first"),
    Change::Register("acme/night@2.0.0", "second"),
    Change::Register("acme/night@2.0.0", "second"),
    Change::Register("other/day@1.0.0", "first"),
    Change::Promote("acme/night@1.0.0"),
    Change::Promote("acme/night@2.0.0"),
    Change::Promote("acme/night@2.0.0"),
    Change::Quarantine("acme/night@2.0.0"),
    Change::RollBack("acme/night"),
    Change::Release("acme/night@2.0.0"),
    Change::Quarantine("other/day@1.0.0"),
    Change::Remove("other/day@1.0.0"),
    Change::Withdraw("acme/night"),
    Change::Remove("acme/night@2.0.0"),
    Change::Collect,
    Change::Register("other/day@1.0.0", "second"),
    Change::Promote("other/day@1.0.0"),
];

impl Change {
    pub(super) fn apply(self, folder: &Path) -> Result<(), RegistryError> {
        let registry = Registry::open(folder)?;
        match self {
            Change::Open => Ok(()),
            Change::Register(text, bytes) => {
                registry.register(upload(text), bytes.as_bytes(), &Quota::default()).map(|_| ())
            }
            Change::Promote(text) => {
                let (tenant, name, version) = key(text);
                registry.promote(&tenant, &name, &version).map(|_| ())
            }
            Change::RollBack(text) => {
                let (tenant, name, _) = key(text);
                registry.roll_back(&tenant, &name).map(|_| ())
            }
            Change::Withdraw(text) => {
                let (tenant, name, _) = key(text);
                registry.withdraw(&tenant, &name)
            }
            Change::Quarantine(text) => {
                let (tenant, name, version) = key(text);
                let quarantine =
                    Quarantine { reason: "trapped".to_owned(), since: Timestamp::UNIX_EPOCH };
                registry.quarantine(&tenant, &name, &version, quarantine).map(|_| ())
            }
            Change::Release(text) => {
                let (tenant, name, version) = key(text);
                registry.release(&tenant, &name, &version)
            }
            Change::Remove(text) => {
                let (tenant, name, version) = key(text);
                registry.remove(&tenant, &name, &version)
            }
            Change::Collect => registry.collect().map(|_| ()),
        }
    }
}

/// What a registry keeps once what nothing names is collected.
pub(super) type State = BTreeMap<String, Vec<u8>>;

/// Opens, checks that everything is whole, collects, and gives what is left.
pub(super) fn state(folder: &Path) -> State {
    let registry = Registry::open(folder).unwrap();
    let damages = registry.verify().unwrap();
    assert!(damages.is_empty(), "{damages:?}");
    registry.collect().unwrap();
    let state = kept(folder);
    assert!(registry.verify().unwrap().is_empty());
    assert_eq!(registry.collect().unwrap(), crate::Collected::default(), "nothing is left to do");
    state
}

/// The registry before a change, and the states before and after it.
pub(super) struct Stage {
    pub(super) change: Change,
    folder: TempDir,
    before: State,
    after: State,
}

/// Every change of the script on its stage.
pub(super) fn stages() -> Vec<Stage> {
    let parent = quick_folder();
    let now = parent.path().join("registry");
    let mut before = State::new();
    let stage = |change: Change| {
        let folder = quick_folder();
        copy(parent.path(), folder.path());
        change.apply(&now).unwrap();
        let after = state(&now);
        Stage { change, folder, before: replace(&mut before, after.clone()), after }
    };
    SCRIPT.map(stage).into()
}

impl Stage {
    /// A copy of the registry before the change, in a folder that is gone with the first.
    pub(super) fn set(&self) -> (TempDir, PathBuf) {
        let folder = quick_folder();
        copy(self.folder.path(), folder.path());
        let registry = folder.path().join("registry");
        (folder, registry)
    }

    /// Checks that the change was not begun or is done, though nobody was told; and that it can be
    /// made if it was not.
    #[track_caller]
    pub(super) fn check(&self, folder: &Path, context: &str) {
        let change = self.change;
        let now = state(folder);
        // An empty folder has become a registry now that it was looked at.
        if now != self.after {
            assert!(now == self.before, "{change:?}, {context}: neither before nor after");
            change.apply(folder).unwrap();
            assert_eq!(state(folder), self.after, "{change:?}, {context}");
        }
    }

    /// Checks that the change is done.
    #[track_caller]
    pub(super) fn check_done(&self, folder: &Path) {
        assert_eq!(state(folder), self.after, "{:?}", self.change);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
