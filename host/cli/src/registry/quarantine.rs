//! `regatta registry quarantine` and `release`: versions that may not act, and why.

use clap::Args;
use registry::{Record, Reference, Registry};
use serde::Serialize;

use super::versions::VersionCard;
use crate::clock;
use crate::exit::Failure;
use crate::output::{Card, Output};

/// Puts a version into quarantine: it cannot go live any more.
#[derive(Debug, Args)]
pub(super) struct Quarantine {
    /// The version.
    reference: Reference,
    /// What it did.
    #[arg(long)]
    reason: String,
}

/// Lets a version out of quarantine.
#[derive(Debug, Args)]
pub(super) struct Release {
    /// The version.
    reference: Reference,
}

#[derive(Debug, Serialize)]
struct Standing(VersionCard);

pub(super) fn quarantine(
    arguments: &Quarantine,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    let Record { tenant, name, version, .. } = &record;
    let quarantine = registry::Quarantine { reason: arguments.reason.clone(), since: clock::now() };
    registry.quarantine(tenant, name, version, quarantine)?;
    output.card(&Standing(VersionCard::new(registry, record)?), json)
}

pub(super) fn release(
    arguments: &Release,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let record = registry.resolve(&arguments.reference)?;
    registry.release(&record.tenant, &record.name, &record.version)?;
    output.card(&Standing(VersionCard::new(registry, record)?), json)
}

impl Card for Standing {
    fn text(&self) -> String {
        self.0.paragraph()
    }
}
