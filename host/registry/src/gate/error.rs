//! At which stage, and why, a module was turned away.

use std::fmt;

use sandbox::{LoadError, ReviveError};
use thiserror::Error;

use crate::compiler::CompileError;
use crate::{NameError, RegistryError, TenantName};

/// A stage of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Its tenant has another at the gate.
    Turn,
    /// It is too large to be looked at.
    Size,
    /// It is no whole, valid WebAssembly.
    Parse,
    /// It is not of a world and version that this host speaks.
    World,
    /// It imports what no guest gets.
    Imports,
    /// It does not compile within its limits.
    Compile,
    /// It does not fit its world, or its tenant has no room for it.
    Link,
    /// What it says about itself cannot be right.
    Describe,
    /// It does not take the settings.
    Settings,
    /// It fails at what it is for.
    Trial,
    /// The registry cannot take it.
    Register,
}

impl Stage {
    /// Its name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Turn => "turn",
            Stage::Size => "size",
            Stage::Parse => "parse",
            Stage::World => "world",
            Stage::Imports => "imports",
            Stage::Compile => "compile",
            Stage::Link => "link",
            Stage::Describe => "describe",
            Stage::Settings => "settings",
            Stage::Trial => "trial",
            Stage::Register => "register",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A module that was turned away.
#[derive(Debug, Error)]
pub enum GateError {
    /// By the sandbox: before it was compiled, or when it was linked and tried.
    #[error(transparent)]
    Refused(#[from] LoadError),
    /// By the compiler.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What the compiler wrote is not what the engine takes, which means that they differ.
    #[error("what the compiler made of it is not taken")]
    Revive(#[from] ReviveError),
    /// Another module of the tenant is at the gate.
    #[error("tenant `{tenant}` has another module at the gate; try again when that one is through")]
    Busy {
        /// The tenant.
        tenant: TenantName,
    },
    /// The tenant cannot be written to the registry.
    #[error("the tenant has no name that the registry can keep")]
    Tenant(#[source] NameError),
    /// The module cannot.
    #[error("the module has no name that the registry can keep")]
    Name(#[source] NameError),
    /// Its version cannot.
    #[error("its version `{version}` is no semantic version")]
    Version {
        /// What it said.
        version: String,
        /// What is wrong with that.
        source: semver::Error,
    },
    /// By the registry.
    #[error(transparent)]
    Register(#[from] RegistryError),
}

impl GateError {
    /// The stage that it came to.
    pub fn stage(&self) -> Stage {
        match self {
            GateError::Refused(error) => refused_at(error),
            GateError::Busy { .. } => Stage::Turn,
            GateError::Compile(_) | GateError::Revive(_) => Stage::Compile,
            GateError::Name(_) | GateError::Version { .. } => Stage::Describe,
            GateError::Tenant(_) | GateError::Register(_) => Stage::Register,
        }
    }
}

fn refused_at(error: &LoadError) -> Stage {
    match error {
        LoadError::TooLarge { .. } => Stage::Size,
        LoadError::NotWasm
        | LoadError::Compiled
        | LoadError::Malformed { .. }
        | LoadError::Unwieldy { .. } => Stage::Parse,
        LoadError::NotComponentisable { .. }
        | LoadError::WrongWorld
        | LoadError::OtherVersion { .. } => Stage::World,
        LoadError::ForbiddenImports { .. } => Stage::Imports,
        LoadError::Mismatch { .. } | LoadError::Quota(_) | LoadError::Oversized { .. } => {
            Stage::Link
        }
        LoadError::Trapped { .. } | LoadError::Description(_) => Stage::Describe,
        LoadError::Settings(_) => Stage::Settings,
        LoadError::UnknownColumn { .. }
        | LoadError::ManyColumns { .. }
        | LoadError::UnknownDetail { .. }
        | LoadError::Range { .. }
        | LoadError::Trial { .. } => Stage::Trial,
    }
}
