//! `regatta race`: policies side by side, and what came of it.

mod card;
mod clock;
pub(crate) mod interruption;
pub(crate) mod progress;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use arena::results::Results;
use arena::{Conditions, Outcome, RaceError, Store, StoreError, report};
use assembly::{Experiment, Options, ProfileChoice};
use clap::{Args, ValueEnum};

#[cfg(feature = "learner")]
pub(crate) use clock::unix_seconds;
pub(crate) use clock::{facts, stopwatch};

use crate::exit::{Exit, Failure};
use crate::module;
use crate::output::{Output, note};

/// Races policies side by side: every one meets the same arrivals, service times and cold starts.
///
/// Cells (a policy, a course, a seed) run in parallel and are kept as they finish, so that the same
/// command goes on where it was interrupted. Results go to a folder or a URL: results.json,
/// report.html, measures.parquet, series.parquet, and machine.json for what depends on this machine.
/// The same race gives the same bytes in all but the last and the report, which tells them too.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// The race: YAML, or JSON in SCARLET's form.
    file: PathBuf,
    /// The folder of the trace that the race asks for; a fitted generator stands in without.
    #[arg(long, value_name = "DIR")]
    trace: Option<PathBuf>,
    /// How many seeds, instead of the file's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seeds: Option<u32>,
    /// Where results go; results/NAME if it is left out.
    #[arg(long, value_name = "DIR|URL")]
    out: Option<String>,
    /// Print the results as one JSON document.
    #[arg(long)]
    json: bool,
    /// What to race on. With `processes`, functions are real processes on this machine and time is
    /// real: cells run one at a time in blocks (one of each seed), each in an order of its own.
    #[arg(long, value_enum, default_value_t = ClusterKind::Simulator)]
    cluster: ClusterKind,
    /// What `regatta calibrate` measured, instead of the profile that the file names.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Cells at a time; one a core if it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// What to race on.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ClusterKind {
    /// Simulated, in simulated time.
    Simulator,
    /// Processes on this machine, in real time.
    Processes,
}

impl From<ClusterKind> for assembly::ClusterKind {
    fn from(kind: ClusterKind) -> Self {
        match kind {
            ClusterKind::Simulator => Self::Simulator,
            ClusterKind::Processes => Self::Processes,
        }
    }
}

const HELP: &str = "\
Ctrl-C lets the running cells finish and stops; once more stops at once. Cells that fail are listed, the
others are reported, and the exit code is 6.

Examples:
  regatta race examples/flash-crowd.yaml
  regatta race examples/azure.yaml --trace ~/azure2019 --seeds 5 --out results/azure
  regatta race examples/scarlet.json --json | jq '.summaries[] | select(.course == null)'";

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let options = Options {
        trace: arguments.trace.clone(),
        seeds: arguments.seeds,
        cluster: arguments.cluster.into(),
        profile: arguments.profile.clone().map_or_else(Default::default, ProfileChoice::Named),
        duration_seconds: None,
    };
    let experiment = Experiment::read(&arguments.file, &options)?;
    let race = experiment.race(&module::all()?)?;
    let place =
        arguments.out.clone().unwrap_or_else(|| format!("results/{}", race_folder(&experiment)));
    let store = Store::open(&place)?;
    note(format_args!("arrivals come from {}", experiment.source()));
    let bar = progress::Bar::new();
    let outcome = arena::race(
        &race,
        &Conditions {
            store: &store,
            threads: arguments.threads.map_or(0, usize::from),
            stopwatch: &stopwatch(),
            progress: &|progress| bar.tell(&progress),
            interrupted: interruption::watched(),
            facts: facts(),
        },
    );
    bar.finish();
    let outcome = outcome.map_err(|error| unfinished(error, &arguments.file, &place))?;
    let written = write(&outcome, &store)?;
    let failed = failure(&outcome.results);
    output.card(&card::Card::new(outcome.results, written), arguments.json)?;
    failed.map_or(Ok(()), Err)
}

/// The experiment's name as a folder: nothing in it leads elsewhere.
fn race_folder(experiment: &Experiment) -> String {
    let plain = |character: char| {
        if character.is_alphanumeric() || "-_".contains(character) { character } else { '-' }
    };
    experiment.name().chars().map(plain).collect()
}

/// Writes every output and says where they are. The results come first: the others can be made
/// from them.
fn write(outcome: &Outcome, store: &Store) -> Result<Vec<String>, Failure> {
    outcome.save(store)?;
    let results = &outcome.results;
    store.put("report.html", report::page(results, Some(&outcome.machine)).into_bytes())?;
    let columns = |error| Failure::new(Exit::Other, error);
    store.put("measures.parquet", report::measures(results).map_err(columns)?)?;
    store.put("series.parquet", report::series(results).map_err(columns)?)?;
    let place = store.place().trim_end_matches('/');
    let objects =
        ["report.html", "results.json", "measures.parquet", "series.parquet", "machine.json"];
    Ok(objects.map(|object| format!("{place}/{object}")).to_vec())
}

fn failure(results: &Results) -> Option<Failure> {
    let (failed, all) = (results.failures.len(), results.failures.len() + results.cells.len());
    (failed > 0).then(|| {
        Failure::new(
            Exit::Cells,
            anyhow!("{failed} of {all} cells failed; the others are reported"),
        )
    })
}

fn unfinished(error: RaceError, file: &Path, place: &str) -> Failure {
    match error {
        RaceError::Entry(_) => Failure::input(error).at(file.display()),
        RaceError::Reward { .. } => Failure::component(error),
        RaceError::Store(error) => error.into(),
        RaceError::Threads { .. } => Failure::new(Exit::Other, error),
        RaceError::Interrupted => Failure::new(
            Exit::Interrupted,
            anyhow!(
                "interrupted; finished cells are in {place}, and the same command goes on from there"
            ),
        ),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Scheme { .. } => Self::input(error),
            StoreError::Open { .. } | StoreError::Write { .. } | StoreError::Read { .. } => {
                Self::io(error)
            }
        }
    }
}
