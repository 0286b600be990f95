//! `regatta registry promote`, `roll-back` and `withdraw`: which version is live.

use clap::Args;
use registry::{Aliases, Reference, Registry};
use serde::Serialize;

use super::versions::Module;
use crate::exit::Failure;
use crate::output::{Card, Output};

/// Makes a version live; the one that was live becomes the previous one.
#[derive(Debug, Args)]
pub(super) struct Promote {
    /// The version.
    reference: Reference,
}

/// Makes the previous version live again.
#[derive(Debug, Args)]
pub(super) struct RollBack {
    /// The module, `tenant/name`.
    module: Module,
}

/// Takes the aliases away, so that no version of a module is live.
#[derive(Debug, Args)]
pub(super) struct Withdraw {
    /// The module, `tenant/name`.
    module: Module,
}

/// Which version is live now, and which was before.
#[derive(Debug, Serialize)]
struct Standing {
    module: String,
    live: Option<String>,
    previous: Option<String>,
}

pub(super) fn promote(
    arguments: &Promote,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    let aliases = registry.promote(&record.tenant, &record.name, &record.version)?;
    let module = Module { tenant: record.tenant, name: record.name };
    output.card(&Standing::new(&module, Some(aliases)), json)
}

pub(super) fn roll_back(
    RollBack { module }: &RollBack,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let aliases = registry.roll_back(&module.tenant, &module.name)?;
    output.card(&Standing::new(module, Some(aliases)), json)
}

pub(super) fn withdraw(
    Withdraw { module }: &Withdraw,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    registry.withdraw(&module.tenant, &module.name)?;
    output.card(&Standing::new(module, None), json)
}

impl Standing {
    fn new(module: &Module, aliases: Option<Aliases>) -> Self {
        let (live, previous) =
            aliases.map_or((None, None), |aliases| (Some(aliases.live), aliases.previous));
        Self {
            module: format!("{}/{}", module.tenant, module.name),
            live: live.map(|version| version.to_string()),
            previous: previous.map(|version| version.to_string()),
        }
    }
}

impl Card for Standing {
    fn text(&self) -> String {
        let version = |version: &Option<String>| version.clone().unwrap_or("none".to_owned());
        let (live, previous) = (version(&self.live), version(&self.previous));
        format!("{}\n  live: {live}\n  previous: {previous}\n", self.module)
    }
}
