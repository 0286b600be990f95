//! `regatta registry show`: what is known of one version.

use clap::Args;
use registry::{Reference, Registry};
use serde::Serialize;

use super::versions::VersionCard;
use crate::exit::Failure;
use crate::output::{Card, Output};
use crate::schema;

/// Shows what is known of one version.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The version.
    reference: Reference,
}

#[derive(Debug, Serialize)]
struct Shown(VersionCard);

pub(super) fn run(
    arguments: &Arguments,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    output.card(&Shown(VersionCard::new(registry, record)?), json)
}

impl Card for Shown {
    fn text(&self) -> String {
        let outline = schema::outline(&self.0.record.settings_schema);
        format!("{}settings\n{outline}", self.0.paragraph())
    }
}
