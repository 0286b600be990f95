//! Verify: one policy on processes and on the simulator, under the same arrivals.

use std::sync::atomic::AtomicBool;

use arena::results::Cell;
use arena::{Conditions, Store};
use assembly::{ClusterKind, Experiment, Options, ProfileChoice};

use super::Arguments;
use super::agreement::Agreement;
use crate::exit::{Exit, Failure};
use crate::module;
use crate::output::note;
use crate::race::{facts, interruption, progress, stopwatch};

/// Runs the race of one policy on both and compares.
pub(super) fn verify(arguments: &Arguments) -> Result<Agreement, Failure> {
    let interrupted = interruption::watched();
    let real = cells(arguments, ClusterKind::Processes, interrupted)?;
    for remark in real.iter().flat_map(|cell| &cell.remarks) {
        note(format_args!("on processes: {remark}"));
    }
    let simulated = cells(arguments, ClusterKind::Simulator, interrupted)?;
    Ok(Agreement::of(&real, &simulated))
}

fn cells(
    arguments: &Arguments,
    cluster: ClusterKind,
    interrupted: &AtomicBool,
) -> Result<Vec<Cell>, Failure> {
    let profile = match &arguments.profile {
        Some(path) => ProfileChoice::Named(path.clone()),
        None => ProfileChoice::OfTheFile,
    };
    let options = Options { seeds: arguments.seeds, cluster, profile, ..Options::default() };
    let experiment = Experiment::read(&arguments.file, &options)?;
    let mut race = experiment.race(&module::all()?)?;
    let name = match (&arguments.policy, race.entrants.first()) {
        (Some(name), _) => name.clone(),
        (None, Some(first)) => first.name.clone(),
        (None, None) => String::new(),
    };
    race.entrants.retain(|entrant| entrant.name == name);
    race.reference = None;
    if race.entrants.is_empty() {
        let file = arguments.file.display();
        return Err(Failure::input(anyhow::anyhow!("{file}: policies: has no policy `{name}`")));
    }
    let folder = tempfile::tempdir().map_err(Failure::io)?;
    let store = Store::open(&folder.path().to_string_lossy())?;
    let bar = progress::Bar::new();
    let outcome = arena::race(
        &race,
        &Conditions {
            store: &store,
            threads: 0,
            stopwatch: &stopwatch(),
            progress: &|progress| bar.tell(&progress),
            interrupted,
            facts: facts(),
        },
    );
    bar.finish();
    let results = outcome.map_err(|error| Failure::new(Exit::Other, error))?.results;
    if let Some(failure) = results.failures.first() {
        let failed = anyhow::anyhow!("{} failed: {}", failure.name, failure.message);
        return Err(Failure::new(Exit::Cells, failed));
    }
    Ok(results.cells)
}
