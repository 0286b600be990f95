//! `regatta registry collect`: removes what nothing names.

use clap::Args;
use serde::Serialize;

use super::place::{Place, sandbox};
use crate::exit::Failure;
use crate::output::{Card, Output};

/// Removes modules that no version has, what killed processes have left, and compiled forms that
/// nobody will want.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

#[derive(Debug, Serialize)]
struct Removed {
    modules: Vec<String>,
    leftovers: u64,
    bytes: u64,
    compiled_bytes: u64,
}

pub(super) fn run(_: &Arguments, place: &Place, output: Output, json: bool) -> Result<(), Failure> {
    let registry = place.registry()?;
    let collected = registry.collect()?;
    let compiled_bytes = place.cache()?.collect(sandbox()?.build(), &registry)?;
    let removed = Removed {
        modules: collected.modules.iter().map(ToString::to_string).collect(),
        leftovers: collected.leftovers,
        bytes: collected.bytes,
        compiled_bytes,
    };
    output.card(&removed, json)
}

impl Card for Removed {
    fn text(&self) -> String {
        let Self { modules, leftovers, bytes, compiled_bytes } = self;
        let modules = modules.len();
        format!(
            "removed: {modules} modules and {leftovers} leftovers of {bytes} bytes, and \
             {compiled_bytes} bytes of compiled code\n"
        )
    }
}
