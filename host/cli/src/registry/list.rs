//! `regatta registry list`: all versions, one a line.

use clap::Args;
use registry::{Registry, TenantName};
use serde::Serialize;

use super::versions::VersionCard;
use crate::exit::Failure;
use crate::output::{Card, Output};

/// Lists all versions.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Of this tenant only.
    #[arg(long)]
    tenant: Option<TenantName>,
}

#[derive(Debug, Serialize)]
struct List {
    versions: Vec<VersionCard>,
}

pub(super) fn run(
    arguments: &Arguments,
    registry: &Registry,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let mut versions = Vec::new();
    let tenants = match &arguments.tenant {
        Some(tenant) => vec![tenant.clone()],
        None => registry.tenants()?,
    };
    for tenant in &tenants {
        for name in registry.modules(tenant)? {
            for version in registry.versions(tenant, &name)? {
                let record = registry.record(tenant, &name, &version)?;
                versions.push(VersionCard::new(registry, record)?);
            }
        }
    }
    output.card(&List { versions }, json)
}

impl Card for List {
    fn text(&self) -> String {
        let width = self.versions.iter().map(|version| version.reference.len()).max();
        let line = |version: &VersionCard| version.line(width.unwrap_or(0)) + "\n";
        self.versions.iter().map(line).collect()
    }
}
