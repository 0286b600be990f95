//! `regatta registry remove`: forgets a version.

use clap::Args;
use registry::{Reference, Registry};
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{Card, Output};

/// Removes a version that is neither live nor previous. Its bytes go at the next `collect`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The version.
    reference: Reference,
}

#[derive(Debug, Serialize)]
struct Removed {
    removed: String,
}

pub(super) fn run(
    arguments: &Arguments,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    registry.remove(&record.tenant, &record.name, &record.version)?;
    output.card(&Removed { removed: record.reference().to_string() }, json)
}

impl Card for Removed {
    fn text(&self) -> String {
        format!("removed: {}\n", self.removed)
    }
}
