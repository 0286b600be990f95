mod failing;
mod pacing;
mod resuming;
mod storing;
mod telling;
mod training;

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::entry::{Candidate, Course, Learning, Scorer, Split};
use crate::pond::{Helmsman, Pond, Umpire};
use crate::results::Provenance;

/// Two workloads, ten seconds.
fn course() -> Course {
    let make = |seed, split| {
        let mut pond = Pond::new(seed, split, 10, &[0, 1]);
        pond.warm_up_ticks = 2;
        Ok(Box::new(pond) as Box<dyn scaling::Cluster>)
    };
    Course { name: "pond".into(), identity: "two workloads".into(), make: Box::new(make) }
}

fn fixed(name: &str, replicas: u32) -> Entrant {
    Entrant {
        name: name.into(),
        period: None,
        learning: Learning::Never,
        candidates: vec![candidate(replicas)],
        tuning: None,
    }
}

fn candidate(replicas: u32) -> Candidate {
    Candidate {
        label: format!("replicas={replicas}"),
        identity: replicas.to_string(),
        make: Box::new(move |_| Ok(Box::new(Helmsman::fixed(replicas)))),
    }
}

fn thrifty() -> Scorer {
    let make = || Ok(Box::new(Umpire::thrifty()) as Box<dyn scaling::Reward>);
    Scorer { name: "thrifty".into(), identity: String::new(), make: Box::new(make) }
}

fn a_race(entrants: Vec<Entrant>) -> Race {
    Race {
        tick: Duration::from_secs(1),
        warm_up: Duration::from_secs(2),
        seeds: vec![1, 2, 3, 4, 5],
        courses: vec![course()],
        entrants,
        rewards: vec![thrifty()],
        rails: scaling::Rails::default(),
        quotas: BTreeMap::new(),
        fallback: None,
        reference: None,
        one_trace: None,
        order: Order::Together,
        demonstration: false,
        provenance: Provenance::default(),
    }
}

/// Runs a race in memory, or in a store that was used before.
fn ran(the_race: &Race, store: &Store) -> Result<Outcome, RaceError> {
    let clock = AtomicU32::new(0);
    race(
        the_race,
        &Conditions {
            store,
            threads: 2,
            stopwatch: &|| Duration::from_secs(clock.fetch_add(1, Ordering::Relaxed).into()),
            progress: &|_| {},
            interrupted: &AtomicBool::new(false),
            facts: BTreeMap::new(),
        },
    )
}

fn memory() -> Store {
    Store::open("memory:///").unwrap()
}

fn json(results: &Results) -> String {
    serde_json::to_string_pretty(results).unwrap()
}

#[test]
fn every_entrant_meets_the_same_arrivals() {
    let outcome = ran(&a_race(vec![fixed("one", 1), fixed("six", 6)]), &memory()).unwrap();
    let arrivals = |cell: &Cell| -> Vec<u64> {
        cell.workloads.iter().map(|workload| workload.measures.requests.arrivals).collect()
    };
    let (ones, sixes) = outcome.results.cells.split_at(5);
    for (one, six) in ones.iter().zip(sixes) {
        assert_eq!(one.name.seed, six.name.seed);
        assert_eq!(arrivals(one), arrivals(six));
        assert!(one.overall.requests.completed < six.overall.requests.completed);
    }
    assert_ne!(arrivals(&ones[0]), arrivals(&ones[1]));
    assert!(outcome.results.notes.is_empty());
}

#[test]
fn the_same_race_gives_the_same_bytes_on_any_number_of_threads() {
    let the_race = a_race(vec![fixed("one", 1), fixed("six", 6), fixed("three", 3)]);
    let first = json(&ran(&the_race, &memory()).unwrap().results);
    let again = json(&ran(&the_race, &memory()).unwrap().results);
    assert_eq!(first, again);
    let store = memory();
    let outcome = race(
        &the_race,
        &Conditions {
            store: &store,
            threads: 1,
            stopwatch: &|| Duration::ZERO,
            progress: &|_| {},
            interrupted: &AtomicBool::new(false),
            facts: BTreeMap::new(),
        },
    );
    assert_eq!(first, json(&outcome.unwrap().results));
}

#[test]
fn the_order_of_entrants_changes_nobody_s_cells() {
    let one_first = a_race(vec![fixed("one", 1), fixed("six", 6)]);
    let mut six_first = a_race(vec![fixed("six", 6), fixed("one", 1)]);
    six_first.reference = Some("one".into());
    let one_first = ran(&one_first, &memory()).unwrap().results;
    let six_first = ran(&six_first, &memory()).unwrap().results;
    for cell in &one_first.cells {
        assert!(six_first.cells.contains(cell));
    }
    for summary in &one_first.summaries {
        assert!(six_first.summaries.contains(summary));
    }
    assert_eq!(one_first.comparisons, six_first.comparisons);
}

#[test]
fn blocks_run_one_cell_at_a_time_in_an_order_of_their_own() {
    let made = Arc::new(Mutex::new(Vec::new()));
    let names: Vec<String> = (0..6).map(|number| format!("fixed-{number}")).collect();
    let mut the_race = a_race(names.iter().map(|name| fixed(name, 2)).collect());
    the_race.order = Order::Blocks;
    let together = ran(&a_race(names.iter().map(|name| fixed(name, 2)).collect()), &memory());
    for entrant in &mut the_race.entrants {
        let (made, name) = (Arc::clone(&made), entrant.name.clone());
        entrant.candidates[0].make = Box::new(move |_| {
            made.lock().unwrap().push(name.clone());
            Ok(Box::new(Helmsman::fixed(2)))
        });
    }
    let outcome = ran(&the_race, &memory()).unwrap();
    // What comes out is the same where a world depends on nothing but its seed.
    let together = together.unwrap();
    assert_eq!(outcome.results.cells, together.results.cells);
    assert!(outcome.results.plan.blocks && !together.results.plan.blocks);
    let made = made.lock().unwrap();
    let blocks: Vec<&[String]> = made.chunks(names.len()).collect();
    assert_eq!(blocks.len(), the_race.seeds.len());
    for block in &blocks {
        let mut sorted = block.to_vec();
        sorted.sort();
        assert_eq!(sorted, names, "every entrant once a block");
    }
    assert!(blocks.iter().any(|block| block != &blocks[0]), "each block draws its order");
}

#[test]
fn results_survive_their_own_json() {
    let results = ran(&a_race(vec![fixed("one", 1), fixed("six", 6)]), &memory()).unwrap().results;
    assert!(
        results.cells.iter().any(|cell| cell.overall.latency.seconds_p99 == Some(f64::INFINITY))
    );
    let read: Results = serde_json::from_str(&json(&results)).unwrap();
    assert_eq!(read, results);
}

#[test]
fn only_the_first_seed_keeps_its_series() {
    let results = ran(&a_race(vec![fixed("one", 1)]), &memory()).unwrap().results;
    let kept: Vec<usize> = results.cells.iter().map(|cell| cell.series.len()).collect();
    assert_eq!(kept, [2, 0, 0, 0, 0]);
    let series = &results.cells[0].series[1];
    assert_eq!((series.workload.as_str(), series.latency_slo_seconds), ("w1", Some(1.0)));
    assert_eq!((series.start_seconds, series.step_seconds), (0.0, 1.0));
    assert_eq!(series.replicas_ready.len(), 10);
}

#[test]
fn progress_ends_at_its_total() {
    let seen = Mutex::new(Vec::new());
    let mut the_race = a_race(vec![fixed("one", 1), fixed("tuned", 1)]);
    the_race.entrants[1].candidates.push(candidate(2));
    the_race.entrants[1].tuning =
        Some(crate::entry::Tuning { objective: "replica_seconds".into(), seeds: vec![77] });
    let store = memory();
    let conditions = Conditions {
        store: &store,
        threads: 2,
        stopwatch: &|| Duration::ZERO,
        progress: &|progress| seen.lock().unwrap().push((progress.done, progress.total)),
        interrupted: &AtomicBool::new(false),
        facts: BTreeMap::new(),
    };
    race(&the_race, &conditions).unwrap();
    let most = seen.lock().unwrap().iter().copied().max();
    // Two entrants with five seeds, and two candidates to try.
    assert_eq!(most, Some((12, 12)));
}

#[test]
fn a_demonstration_is_told_first_and_an_old_document_is_none() {
    let mut the_race = a_race(vec![fixed("one", 1)]);
    let plain = json(&ran(&the_race, &memory()).unwrap().results);
    assert!(!plain.contains("demonstration"));
    let read: Results = serde_json::from_str(&plain).unwrap();
    assert!(!read.plan.demonstration, "a document without the field");
    the_race.demonstration = true;
    let results = ran(&the_race, &memory()).unwrap().results;
    assert_eq!(results.notes[0].kind, "demonstration");
    assert!(results.notes[0].text.starts_with("Demonstration, no verdict"));
    let read: Results = serde_json::from_str(&json(&results)).unwrap();
    assert!(read.plan.demonstration);
}

#[test]
fn too_few_seeds_and_a_shared_trace_are_told() {
    let mut the_race = a_race(vec![fixed("one", 1)]);
    the_race.seeds = vec![1, 2];
    the_race.one_trace = Some("azure2019 day 3".into());
    let notes = ran(&the_race, &memory()).unwrap().results.notes;
    let kinds: Vec<&str> = notes.iter().map(|note| note.kind.as_str()).collect();
    assert_eq!(kinds, ["few-seeds", "one-trace"]);
    assert!(notes[1].text.contains("azure2019 day 3"));
}
