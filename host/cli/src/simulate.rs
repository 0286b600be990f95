//! `regatta simulate`: one policy on one course, tick by tick.
//!
//! It is a race of one cell, watched at the seams: what is printed is what the race's own loop saw,
//! with its guard rails and its fallback.

mod journal;
mod watched;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::anyhow;
use arena::{Candidate, Conditions, Entrant, Learning, Race, Split, Store};
use assembly::{Experiment, Modules, Options};
use clap::Args;
use scaling::{Detail, DetailSet};

use self::journal::{Journal, Shared};
use self::watched::{WatchedCluster, WatchedPolicy};
use crate::exit::{Exit, Failure};
use crate::module;
use crate::output::{Output, note};
use crate::settings::{self, Settings};

/// Runs one policy on the first course of an experiment and prints what it saw and did.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// The experiment: YAML, or JSON in SCARLET's form.
    experiment: PathBuf,
    /// A policy of the experiment, a built-in policy's name, or the path of a .wasm file.
    #[arg(long, value_name = "NAME|MODULE")]
    policy: String,
    /// Settings of a module: JSON, or @FILE. A policy of the experiment has its own.
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<Settings>,
    /// The seed of the world; the experiment's first if it is left out.
    #[arg(long)]
    seed: Option<u64>,
    /// The folder of the trace that the experiment asks for; a fitted generator stands in without.
    #[arg(long, value_name = "DIR")]
    trace: Option<PathBuf>,
    /// Details to print beside those that the policy reads.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = detail)]
    details: Vec<Detail>,
    /// Ask the policy to explain.
    #[arg(long)]
    explain: bool,
}

const HELP: &str = include_str!("simulate/help.txt");

fn detail(name: &str) -> Result<Detail, String> {
    let names = || Detail::ALL.map(Detail::name).join(", ");
    Detail::from_name(name).ok_or_else(|| format!("there are {}", names()))
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let options = Options { trace: arguments.trace.clone(), ..Options::default() };
    let experiment = Experiment::read(&arguments.experiment, &options)?;
    note(format_args!("arrivals come from {}", experiment.source()));
    let modules = module::all()?;
    let mut race = experiment.race(&modules)?;
    race.entrants = vec![entrant(&mut race, arguments, &modules)?];
    race.courses.truncate(1);
    race.seeds = vec![arguments.seed.unwrap_or(race.seeds[0])];
    race.reference = None;
    let journal = Arc::new(Mutex::new(Journal::new(output)));
    watch(&mut race, &journal, arguments);
    let outcome = arena::race(
        &race,
        &Conditions {
            store: &Store::open("memory:///")?,
            threads: 1,
            stopwatch: &|| Duration::ZERO,
            progress: &|_| (),
            interrupted: &AtomicBool::new(false),
            facts: BTreeMap::new(),
        },
    );
    let mut journal = journal::locked(&journal);
    if let Some(failure) = journal.failure.take() {
        return Err(failure);
    }
    let results = outcome.map_err(|error| Failure::new(Exit::Input, error))?.results;
    match (results.cells.first(), results.failures.first()) {
        (Some(cell), None) => journal.end(cell),
        (_, Some(failure)) => {
            Err(Failure::new(Exit::Cells, anyhow!("{}: {}", failure.name, failure.message)))
        }
        (None, None) => Err(Failure::new(Exit::Other, anyhow!("the simulation gave nothing"))),
    }
}

/// The experiment's policy of that name, else a module.
fn entrant(race: &mut Race, arguments: &Arguments, modules: &Modules) -> Result<Entrant, Failure> {
    let name = &arguments.policy;
    let found = race.entrants.iter().position(|entrant| entrant.name == *name);
    if let Some(position) = found {
        if arguments.settings.is_some() {
            return Err(Failure::input(anyhow!(
                "--settings: `{name}` is a policy of the experiment and has its own; change them \
                 there, or name the module by its path"
            )));
        }
        return Ok(race.entrants.swap_remove(position));
    }
    let component = modules.policy(name).map_err(|error| {
        let names: Vec<_> = race.entrants.iter().map(|entrant| entrant.name.as_str()).collect();
        let entered = format!("the experiment has {}, none called `{name}`", names.join(", "));
        Failure::from(error).at(entered)
    })?;
    let settings = settings::text(arguments.settings.as_ref())?;
    component
        .instantiate(&settings, 0)
        .map_err(|error| Failure::from(error).at(settings::place(arguments.settings.as_ref())))?;
    let identity = format!("{} {settings}", component.digest());
    let make = move |seed| -> Result<Box<dyn scaling::Policy>, arena::MakeError> {
        Ok(Box::new(component.instantiate(&settings, seed)?))
    };
    Ok(Entrant {
        name: name.clone(),
        period: None,
        learning: Learning::Never,
        candidates: vec![Candidate { label: name.clone(), identity, make: Box::new(make) }],
        tuning: None,
    })
}

/// Puts watchers around what the race makes.
fn watch(race: &mut Race, journal: &Shared, arguments: &Arguments) {
    let details: DetailSet = arguments.details.iter().copied().collect();
    for course in &mut race.courses {
        let journal = Arc::clone(journal);
        let unwatched: arena::MakeCluster = Box::new(|_, _| Err("it was taken over".into()));
        let make = std::mem::replace(&mut course.make, unwatched);
        course.make = Box::new(move |seed, split| {
            let cluster = make(seed, split)?;
            // Training is not part of what is simulated.
            if split == Split::Training {
                return Ok(cluster);
            }
            Ok(Box::new(WatchedCluster::new(cluster, Arc::clone(&journal), details)))
        });
    }
    let explain = arguments.explain;
    for candidate in race.entrants.iter_mut().flat_map(|entrant| &mut entrant.candidates) {
        let journal = Arc::clone(journal);
        let unwatched: arena::MakePolicy = Box::new(|_| Err("it was taken over".into()));
        let make = std::mem::replace(&mut candidate.make, unwatched);
        candidate.make = Box::new(move |seed| {
            Ok(Box::new(WatchedPolicy::new(make(seed)?, Arc::clone(&journal), explain)))
        });
    }
}
