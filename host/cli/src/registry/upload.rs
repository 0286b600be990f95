//! `regatta registry upload`: lets a module in through the gate.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use registry::{Admitted, Gate, GateError, Stage, Submission, TenantName};
use sandbox::{LoadError, Trial};
use serde::Serialize;

use super::place::{Place, sandbox};
use super::versions::VersionCard;
use crate::clock;
use crate::exit::Failure;
use crate::output::{Card, Output, note};
use crate::settings::Settings;

/// Lets a module in: looks at it, compiles it in a process of its own, tries it, and registers it.
///
/// Name and version are what the module says of itself. Whatever is wrong with it, one error names
/// the stage at which it was refused, and nothing of it is left.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A component, or a core module with an embedded world.
    file: PathBuf,
    /// Who shall own it.
    #[arg(long)]
    tenant: TenantName,
    /// Settings for its trial: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// Who uploads it; the name of the session's user by default.
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Make it live at once.
    #[arg(long)]
    promote: bool,
}

/// What was let in.
#[derive(Debug, Serialize)]
struct Upload {
    #[serde(flatten)]
    version: VersionCard,
    /// The same bytes were there already.
    was_there: bool,
    /// Without settings it does not start, and this is what it says.
    untried: Option<String>,
}

pub(super) fn run(
    arguments: &Arguments,
    place: &Place,
    output: Output,
    json: bool,
) -> Result<(), Failure> {
    let Arguments { tenant, promote, .. } = arguments;
    let tenants = place.tenants()?;
    let allowance = tenants.allowance(tenant)?;
    let settings = arguments.settings.as_ref().map(Settings::read).transpose()?;
    let bytes = read(arguments, allowance.intake.component_bytes)?;
    let sandbox = sandbox()?;
    let gate = place.gate(&sandbox)?;
    let owner = sandbox.admit(tenant.as_str(), allowance.room).map_err(Failure::input)?;
    let by = arguments.by.clone().unwrap_or_else(session_user);
    let submission = Submission {
        bytes: &bytes,
        settings: settings.as_deref(),
        uploaded_by: &by,
        now: clock::now(),
    };
    let admitted = gate.admit(&submission, &owner, allowance);
    let admitted = admitted.map_err(|error| refused(arguments, error))?;
    if let Some(uncached) = &admitted.uncached {
        note(format_args!("it will be compiled again when it is loaded: {uncached}"));
    }
    output.card(&card(&gate, admitted, *promote)?, json)
}

/// The file's bytes. One beyond the limit is not even read.
fn read(arguments: &Arguments, limit: usize) -> Result<Vec<u8>, Failure> {
    let unread = |error: io::Error| {
        let attempted = format!("cannot read the module {}", arguments.file.display());
        Failure::io(anyhow::Error::new(error).context(attempted))
    };
    let file = File::open(&arguments.file).map_err(unread)?;
    let length = file.metadata().map_err(unread)?.len();
    if length > limit as u64 {
        let bytes = usize::try_from(length).unwrap_or(usize::MAX);
        return Err(refused(arguments, LoadError::TooLarge { bytes, limit }.into()));
    }
    let mut bytes = Vec::new();
    // It may be endless without having a length; the gate refuses one byte more.
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

/// Where it happened: with the settings, or with the module.
fn refused(arguments: &Arguments, error: GateError) -> Failure {
    let file = arguments.file.display();
    match (error.stage(), &arguments.settings) {
        (Stage::Settings, Some(settings)) => Failure::from(error).at(settings.place()),
        (stage, _) => Failure::from(error).at(format_args!("{file}: refused (stage `{stage}`)")),
    }
}

fn card(gate: &Gate, admitted: Admitted, promote: bool) -> Result<Upload, Failure> {
    let registry = gate.registry();
    let record = admitted.registered.record;
    if promote {
        registry.promote(&record.tenant, &record.name, &record.version)?;
    }
    let untried = match admitted.trial {
        Trial::Answered => None,
        Trial::NeedsSettings { complaints } => Some(complaints),
    };
    let version = VersionCard::new(registry, record)?;
    Ok(Upload { version, was_there: admitted.registered.was_there, untried })
}

impl Card for Upload {
    fn text(&self) -> String {
        let done = if self.was_there { "is there already" } else { "registered" };
        let mut text = format!("{done}: {}", self.version.paragraph());
        match &self.untried {
            None => text.push_str("  trial: answered\n"),
            Some(complaints) => {
                text.push_str(&format!("  trial: none, for it needs --settings ({complaints})\n"));
            }
        }
        text
    }
}

/// The user's name as the session has it.
fn session_user() -> String {
    let name = |variable| std::env::var(variable).ok().filter(|name| !name.is_empty());
    name("USER").or_else(|| name("LOGNAME")).unwrap_or_else(|| "unknown".to_owned())
}
