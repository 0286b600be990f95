//! `regatta policy bench` and `regatta reward bench`: what a module costs, against its limits and
//! against references that are measured in the same run.

mod card;
mod contest;
mod contestant;
mod measured;
mod reference;

use std::path::PathBuf;

use clap::Args;
use registry::{Allowance, Passed, Stage};
use sandbox::World;

use crate::check::Imports;
use crate::entrance::{Bytes, Lane};
use crate::exit::Failure;
use crate::output::Output;
use crate::settings::{self, Settings};
use card::BenchCard;
use contestant::Maker;

/// Measures what a module costs: time, fuel and memory, alone and in batches.
///
/// The same made-up turns are put to the module, to the smallest built-in of its kind and to a rule
/// written in the host's own language, in turns, so that the ratios mean something on any machine. It
/// takes a few seconds.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A built-in module's name, or the path of a .wasm file.
    path: PathBuf,
    /// Its settings: JSON, or @FILE.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// Workloads in a batch: numbers, with commas between.
    #[arg(long, value_delimiter = ',', default_value = "1,100,10000", value_name = "N,…",
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rows: Vec<u32>,
    /// What becomes of imports from WASI.
    #[arg(long, value_enum, default_value_t = Imports::Refuse)]
    wasi: Imports,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(world: World, arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let settings = settings::text(arguments.settings.as_ref())?;
    let allowance = Allowance { intake: arguments.wasi.intake(), ..Allowance::default() };
    let lane = Lane::open(1)?;
    let owner = lane.tenant("bench", &allowance)?;
    let place = arguments.path.display();
    let bytes = Bytes::of(world, &arguments.path, allowance.intake.component_bytes)?;
    let (passed, timed) = lane.pass(&bytes, Some(&settings), &owner, &allowance);
    let Passed { component, code_bytes, .. } =
        passed.map_err(|error| Failure::from(error).at(&place))?;
    let compiling = timed.iter().find(|(stage, _)| *stage == Stage::Compile);

    let maker = Maker { component: &component, settings: &settings };
    let floor = reference::floor(&lane, maker.world(), &owner, &allowance)?;
    let mut rows: Vec<usize> = arguments.rows.iter().map(|&rows| rows as usize).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut module = maker.make()?;
    let batches = contest::batches(&mut module, &floor, &rows)?;
    let card = BenchCard {
        file: place.to_string(),
        file_bytes: bytes.len(),
        code_bytes,
        compile: compiling.map(|(_, took)| *took),
        instantiate: contest::instantiate(&maker)?,
        start_fuel: maker.make()?.used().fuel,
        snapshot: contest::snapshot(&mut module, &rows),
        batches,
        about: maker.about(),
        floor: floor.name(),
        limits: allowance.limits,
    };
    output.card(&card, arguments.json)
}
