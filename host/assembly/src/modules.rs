//! Modules: from a name or a path to a loaded component.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sandbox::{Component, Limits, LoadError, PolicyComponent, RewardComponent, Sandbox, World};
use thiserror::Error;

use crate::built_in::built_in;
use crate::trained::{TrainedError, component};

/// Loads components by name (a built-in) or by path (a `.wasm` file, or what was trained), each once.
#[derive(Debug)]
pub struct Modules {
    sandbox: Sandbox,
    limits: Limits,
    loaded: Mutex<BTreeMap<(bool, String), Component>>,
}

/// A module that is not there or is refused.
#[derive(Debug, Error)]
pub enum ModuleError {
    /// No such name.
    #[error(
        "there is no built-in {} `{name}`; there are {}; the path of a file ends in .wasm",
        kind(*.world),
        names(*.world)
    )]
    Unknown {
        /// What was looked for.
        world: World,
        /// Its name.
        name: String,
    },
    /// No such file.
    #[error("cannot read the module {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// What was trained makes no component.
    #[error("cannot use {}: {source}", .path.display())]
    Trained {
        /// Where it lies.
        path: PathBuf,
        /// Why not.
        source: Box<TrainedError>,
    },
    /// The sandbox refuses it.
    #[error("`{name}` is refused: {source}")]
    Refused {
        /// The module.
        name: String,
        /// Why.
        source: LoadError,
    },
    /// A reward where a policy is wanted, or the other way round.
    #[error("`{name}` is a {}, a {} is wanted here", kind(*.found), kind(*.wanted))]
    WrongWorld {
        /// The module.
        name: String,
        /// What it is.
        found: World,
        /// What is wanted.
        wanted: World,
    },
}

fn kind(world: World) -> &'static str {
    match world {
        World::Policy => "policy",
        World::Reward => "reward",
    }
}

fn names(world: World) -> String {
    let names: Vec<String> = built_in()
        .iter()
        .filter(|one| one.world == world)
        .map(|one| format!("`{}`", one.name))
        .collect();
    names.join(", ")
}

impl Modules {
    /// Modules that run in this sandbox under these limits.
    pub fn new(sandbox: &Sandbox, limits: Limits) -> Self {
        Self { sandbox: sandbox.clone(), limits, loaded: Mutex::default() }
    }

    /// The policy of that name or file.
    pub fn policy(&self, name_or_path: &str) -> Result<PolicyComponent, ModuleError> {
        match self.component(World::Policy, name_or_path)? {
            Component::Policy(policy) => Ok(policy),
            Component::Reward(_) => Err(ModuleError::WrongWorld {
                name: name_or_path.to_owned(),
                found: World::Reward,
                wanted: World::Policy,
            }),
        }
    }

    /// The reward function of that name or file.
    pub fn reward(&self, name_or_path: &str) -> Result<RewardComponent, ModuleError> {
        match self.component(World::Reward, name_or_path)? {
            Component::Reward(reward) => Ok(reward),
            Component::Policy(_) => Err(ModuleError::WrongWorld {
                name: name_or_path.to_owned(),
                found: World::Policy,
                wanted: World::Reward,
            }),
        }
    }

    fn component(&self, wanted: World, name_or_path: &str) -> Result<Component, ModuleError> {
        let key = (wanted == World::Policy, name_or_path.to_owned());
        // A poisoned lock means that another thread panicked while it held plain data.
        let mut loaded = self.loaded.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(component) = loaded.get(&key) {
            return Ok(component.clone());
        }
        let refused = |source| ModuleError::Refused { name: name_or_path.to_owned(), source };
        let component = match bytes(wanted, name_or_path)? {
            Bytes::BuiltIn(bytes) => self.sandbox.load(bytes, &self.limits),
            Bytes::Read(bytes) => self.sandbox.load(&bytes, &self.limits),
        }
        .map_err(refused)?;
        loaded.insert(key, component.clone());
        Ok(component)
    }
}

enum Bytes {
    BuiltIn(&'static [u8]),
    Read(Vec<u8>),
}

/// A name with a path's marks is a path; any other is a built-in.
fn bytes(wanted: World, name_or_path: &str) -> Result<Bytes, ModuleError> {
    let path = Path::new(name_or_path);
    let is_path = path.extension().is_some() || name_or_path.contains(['/', '\\']);
    if is_path {
        if let Some(component) = component(path).filter(|_| wanted == World::Policy) {
            let failed = |source| ModuleError::Trained { path: path.to_owned(), source };
            return component.map(Bytes::Read).map_err(|source| failed(Box::new(source)));
        }
        let read = std::fs::read(path);
        return read
            .map(Bytes::Read)
            .map_err(|source| ModuleError::Unreadable { path: path.to_owned(), source });
    }
    let found = built_in().iter().find(|one| one.world == wanted && one.name == name_or_path);
    found
        .map(|one| Bytes::BuiltIn(one.bytes))
        .ok_or_else(|| ModuleError::Unknown { world: wanted, name: name_or_path.to_owned() })
}
