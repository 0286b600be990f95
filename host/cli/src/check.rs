//! `regatta policy check` and `regatta reward check`: would a host take this, and would it keep what
//! the interface promises?

mod card;
mod file;
mod inspection;
pub(crate) mod line;
mod list;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use registry::Allowance;
use sandbox::{Intake, Wasi, World};

use crate::entrance::Lane;
use crate::exit::Failure;
use crate::output::Output;
use crate::settings::Settings;
use card::OneCard;
use inspection::{Inspection, Inspector, State};
use list::ListCard;

/// How long the conformance set may take for a file that is looked at alone.
const PATIENCE_ALONE: Duration = Duration::from_secs(120);
/// And for one of many, of which some may be there to waste time.
const PATIENCE_EACH: Duration = Duration::from_secs(3);

/// Puts modules through the upload gate and holds them to the interface.
///
/// Each file meets every stage of the gate that an upload meets, compilation in a confined child
/// process included, and is not registered anywhere. A module that passes is then put through some
/// forty made-up turns, again and again, to see whether it keeps what the interface promises.
///
/// One file is told in full, with what its author must change; several, or a folder, are told in a
/// line each. The program ends with 4 if a file was refused or something was found.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Built-in modules by name, files, or folders (every file right in them).
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// The settings to try them with: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// What becomes of imports from WASI.
    #[arg(long, value_enum, default_value_t = Imports::Refuse)]
    wasi: Imports,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What becomes of imports from WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Imports {
    /// Whoever has any is turned away, and each is named.
    Refuse,
    /// They get a stub: the time of the tick, randomness from the seed, no files.
    Stub,
}

impl Imports {
    /// What a tenant would be set to.
    pub(crate) fn intake(self) -> Intake {
        let wasi = match self {
            Imports::Refuse => Wasi::Refused,
            Imports::Stub => Wasi::Stubbed,
        };
        Intake { wasi, ..Intake::default() }
    }
}

pub(crate) fn run(world: World, arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let settings = arguments.settings.as_ref().map(Settings::read).transpose()?;
    let files = file::all(&arguments.paths)?;
    let allowance = Allowance { intake: arguments.wasi.intake(), ..Allowance::default() };
    let (world, settings) = (world, settings.as_deref());
    if let ([path], false) = (arguments.paths.as_slice(), file::is_folder(&arguments.paths)) {
        let lane = &Lane::open(1)?;
        let patience = PATIENCE_ALONE;
        let inspector = Inspector { lane, world, settings, allowance: &allowance, patience };
        let owner = lane.tenant("check", &allowance)?;
        let inspection = inspector.inspect(path, &path.to_string_lossy(), &owner)?;
        let failed = failure(&inspection);
        output.card(&OneCard::new(inspection), arguments.json)?;
        return failed.map_or(Ok(()), Err);
    }
    let inspections = list::inspect(world, &files, settings, allowance)?;
    let card = ListCard::new(inspections);
    let failed = card.failure();
    output.card(&card, arguments.json)?;
    failed.map_or(Ok(()), Err)
}

/// How the program ends after one file.
fn failure(inspection: &Inspection) -> Option<Failure> {
    let name = &inspection.name;
    match &inspection.state {
        State::Refused { stage, error } => {
            Some(Failure::component(anyhow!("{name} is refused ({stage}): {error}")))
        }
        State::Passed(passed) => match (passed.findings(), &passed.conformance.needs_settings) {
            (0, None) => None,
            (0, Some(needed)) => {
                Some(Failure::input(anyhow!("{name} needs --settings: {}", needed.complaints)))
            }
            (count, _) => {
                let things = if count == 1 { "thing" } else { "things" };
                Some(Failure::component(anyhow!("{name}: {count} {things} to change")))
            }
        },
    }
}
