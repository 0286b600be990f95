//! Versions: what cards tell of one version of a module.

use std::fmt::Write;
use std::str::FromStr;

use registry::{ModuleName, Record, Reference, Registry, Selector, TenantName};
use sandbox::World;
use serde::Serialize;

use crate::exit::Failure;

/// A version and how it stands.
#[derive(Debug, Serialize)]
pub(super) struct VersionCard {
    pub(super) reference: String,
    #[serde(flatten)]
    pub(super) record: Record,
    /// `live` or `previous`.
    pub(super) alias: Option<&'static str>,
    pub(super) quarantine: Option<registry::Quarantine>,
}

impl VersionCard {
    pub(super) fn new(registry: &Registry, record: Record) -> Result<Self, Failure> {
        let Record { tenant, name, version, .. } = &record;
        let alias = registry.aliases(tenant, name)?.and_then(|aliases| match aliases {
            aliases if aliases.live == *version => Some("live"),
            aliases => (aliases.previous.as_ref() == Some(version)).then_some("previous"),
        });
        let quarantine = registry.quarantined(tenant, name, version)?;
        Ok(Self { reference: record.reference().to_string(), record, alias, quarantine })
    }

    /// It in one line.
    pub(super) fn line(&self, width: usize) -> String {
        let Self { reference, record, .. } = self;
        let standing = match (&self.quarantine, self.alias) {
            (Some(_), _) => "quarantine",
            (None, alias) => alias.unwrap_or("-"),
        };
        format!(
            "{reference:width$}  {:6}  {standing:10}  {:>9} bytes  {}",
            word(record.world),
            record.size_bytes,
            record.uploaded_at
        )
    }

    /// It in full.
    pub(super) fn paragraph(&self) -> String {
        let Self { reference, record, alias, quarantine } = self;
        let mut text = format!("{reference}\n");
        let mut row = |what: &str, value: &dyn std::fmt::Display| {
            writeln!(text, "  {what}: {value}").expect("a string takes text");
        };
        row("world", &word(record.world));
        row("sha256", &record.digest);
        row("size", &format_args!("{} bytes", record.size_bytes));
        let by = record.uploaded_by.escape_debug();
        row("uploaded", &format_args!("{} by {by}", record.uploaded_at));
        row("alias", &alias.unwrap_or("none"));
        match quarantine {
            Some(quarantine) => {
                let reason = quarantine.reason.escape_debug();
                row("quarantine", &format_args!("since {}: {reason}", quarantine.since));
            }
            None => row("quarantine", &"no"),
        }
        text
    }
}

/// A module of a tenant: `tenant/name`.
#[derive(Debug, Clone)]
pub(super) struct Module {
    pub(super) tenant: TenantName,
    pub(super) name: ModuleName,
}

impl FromStr for Module {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, anyhow::Error> {
        let Reference { tenant, name, selector } = text.parse()?;
        if selector != Selector::Live || text.contains('@') {
            anyhow::bail!("`{text}` names one version: leave out what follows {tenant}/{name}");
        }
        Ok(Self { tenant, name })
    }
}

fn word(world: World) -> &'static str {
    match world {
        World::Policy => "policy",
        World::Reward => "reward",
    }
}
