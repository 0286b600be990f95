//! Notes: what a reader must know before believing the numbers.

use std::collections::BTreeMap;

use crate::entry::Race;
use crate::results::{Cell, DEMONSTRATION, EntrantRecord, Failure, Learned, Note};
use crate::statistics::SEEDS_ENOUGH;

/// The notes of a race, in the order in which they matter.
pub(super) fn notes(
    race: &Race,
    entrants: &[EntrantRecord],
    cells: &[Cell],
    failures: &[Failure],
) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |kind: &str, text: String| notes.push(Note { kind: kind.to_owned(), text });
    if race.demonstration {
        note("demonstration", DEMONSTRATION.to_owned());
    }
    if !failures.is_empty() {
        let (failed, all) = (failures.len(), failures.len() + cells.len());
        note(
            "failed-cells",
            format!("{failed} of {all} cells failed. Estimates cover the seeds that finished."),
        );
    }
    for (remark, count) in remarks(cells) {
        note("cluster", format!("In {count} of {} cells: {remark}.", cells.len()));
    }
    if race.seeds.len() < SEEDS_ENOUGH {
        let seeds = match race.seeds.len() {
            1 => "One seed is".to_owned(),
            several => format!("{several} seeds are"),
        };
        note(
            "few-seeds",
            format!(
                "{seeds} too few to trust an interval, so nobody is called better or worse: race \
                 at least {SEEDS_ENOUGH}."
            ),
        );
    }
    if let Some(trace) = &race.one_trace {
        note(
            "one-trace",
            format!(
                "All seeds share one trace, {trace}: intervals cover simulation noise and not \
                 other days."
            ),
        );
    }
    let named = |learned: Learned| {
        let names = entrants.iter().filter(|entrant| entrant.learned == learned);
        names.map(|entrant| entrant.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let trained = named(Learned::Beforehand);
    if !trained.is_empty() {
        note(
            "one-training",
            format!(
                "Trained once and raced frozen with every seed: {trained}. Their intervals do not \
                 cover what another training would give."
            ),
        );
    }
    let online = named(Learned::Online);
    if !online.is_empty() {
        note(
            "learns-online",
            format!("Learns and explores during the race: {online}. Compare with care."),
        );
    }
    for (reward, complaint) in complaints(cells) {
        note("failed-rewards", format!("Reward {reward} could not score every tick: {complaint}."));
    }
    for pair in unequal_arrivals(cells) {
        note("arrivals-differ", format!("{pair}. Differences there are not paired in full."));
    }
    notes
}

/// The first complaint of each reward.
fn complaints(cells: &[Cell]) -> BTreeMap<&str, &str> {
    let mut first = BTreeMap::new();
    for (reward, complaint) in cells.iter().flat_map(|cell| &cell.complaints) {
        first.entry(reward.as_str()).or_insert(complaint.as_str());
    }
    first
}

/// What clusters said, and of how many cells.
fn remarks(cells: &[Cell]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for remark in cells.iter().flat_map(|cell| &cell.remarks) {
        *counts.entry(remark.as_str()).or_default() += 1;
    }
    counts
}

/// Workloads that did not meet the same number of requests under every entrant. In a chain that is
/// as it must be: what arrives downstream depends on what upstream let through.
fn unequal_arrivals(cells: &[Cell]) -> Vec<String> {
    let mut worlds: BTreeMap<(&str, &str), Vec<u64>> = BTreeMap::new();
    let mut met: BTreeMap<(&str, u64, &str), (u64, bool)> = BTreeMap::new();
    for cell in cells {
        for workload in &cell.workloads {
            let world = (cell.name.course.as_str(), cell.name.seed, workload.workload.as_str());
            let arrivals = workload.measures.requests.arrivals;
            let (first, same) = met.entry(world).or_insert((arrivals, true));
            *same &= *first == arrivals;
        }
    }
    for ((course, seed, workload), (_, same)) in met {
        if !same {
            worlds.entry((course, workload)).or_default().push(seed);
        }
    }
    let told = |((course, workload), seeds): ((&str, &str), Vec<u64>)| {
        let seeds = seeds.len();
        format!(
            "Workload {workload} on {course} did not meet the same number of requests under every \
             entrant with {seeds} of the seeds"
        )
    };
    worlds.into_iter().map(told).collect()
}
