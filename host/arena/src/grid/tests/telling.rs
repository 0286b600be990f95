//! What the cells say together.

use super::*;
use crate::results::Comparison;

/// A race on two courses, of one and of two workloads.
fn two_courses(entrants: Vec<Entrant>) -> Race {
    let mut the_race = a_race(entrants);
    the_race.courses.push(Course {
        name: "puddle".into(),
        identity: "one workload".into(),
        make: Box::new(|seed, split| Ok(Box::new(Pond::new(seed + 1000, split, 4, &[0])))),
    });
    the_race
}

fn compared<'a>(results: &'a Results, metric: &str) -> &'a Comparison {
    results.comparison("six", metric).unwrap()
}

#[test]
fn estimates_pool_all_courses_and_seeds() {
    let results = ran(&two_courses(vec![fixed("six", 6)]), &memory()).unwrap().results;
    // Six replicas of two workloads for eight seconds, and of one for four.
    let estimate = &results.summary("six", "replica_seconds").unwrap().estimate;
    assert_eq!((estimate.values, estimate.mean, estimate.median), (10, 60.0, 60.0));
    assert_eq!(estimate.iqm, 60.0);
    let of_workloads: Vec<_> = results
        .summaries
        .iter()
        .filter(|summary| summary.metric == "replica_seconds" && summary.workload.is_some())
        .map(|summary| {
            let (course, workload) = (summary.course.as_deref(), summary.workload.as_deref());
            (course.unwrap(), workload.unwrap(), summary.estimate.mean)
        })
        .collect();
    let expected = [("pond", "w0", 48.0), ("pond", "w1", 48.0), ("puddle", "w0", 24.0)];
    assert_eq!(of_workloads, expected);
}

#[test]
fn entrants_are_compared_pair_by_pair_with_the_reference() {
    let entrants = vec![fixed("one", 1), fixed("six", 6)];
    let results = ran(&two_courses(entrants), &memory()).unwrap().results;
    let comparison = compared(&results, "replica_seconds");
    assert_eq!(comparison.reference, "one");
    let apart: Vec<f64> = comparison.differences.iter().map(|pair| pair.difference).collect();
    assert_eq!(apart, [[80.0; 5], [20.0; 5]].concat());
    assert_eq!((comparison.wins, comparison.losses), (0, 10));
    assert_eq!(comparison.improvement_probability, 0.0);
    let comparison = compared(&results, "unserved_request_ratio");
    assert_eq!((comparison.wins, comparison.losses), (10, 0));
    assert!(comparison.estimate.iqm < 0.0, "fewer is better here");
    assert_eq!(comparison.improvement_probability, 1.0);
    let comparison = compared(&results, "cold_starts");
    assert_eq!((comparison.wins, comparison.losses), (0, 0));
    assert_eq!(comparison.improvement_probability, 0.5);
}

#[test]
fn a_difference_of_two_infinities_is_not_told() {
    let results = ran(&a_race(vec![fixed("none", 0), fixed("one", 1)]), &memory()).unwrap().results;
    let p99 = results.summary("none", "latency_seconds_p99").unwrap();
    assert_eq!(p99.estimate.iqm, f64::INFINITY);
    assert_eq!(results.comparison("one", "latency_seconds_p99"), None);
    assert!(results.comparison("one", "replica_seconds").is_some());
}

#[test]
fn pairs_are_those_that_both_finished() {
    let mut the_race = a_race(vec![fixed("one", 1), fixed("six", 6)]);
    let seed_of_second = crate::digest::derived_seed(2, "policy/six");
    the_race.entrants[1].candidates[0].make = Box::new(move |seed| {
        assert_ne!(seed, seed_of_second, "seed two of six sinks");
        Ok(Box::new(Helmsman::fixed(6)))
    });
    let results = ran(&the_race, &memory()).unwrap().results;
    let seeds: Vec<u64> =
        compared(&results, "cold_starts").differences.iter().map(|pair| pair.seed).collect();
    assert_eq!(seeds, [1, 3, 4, 5]);
}

#[test]
fn worlds_that_differ_between_entrants_are_told() {
    let mut the_race = a_race(vec![fixed("one", 1), fixed("six", 6)]);
    let made = AtomicU32::new(0);
    the_race.courses[0].make = Box::new(move |_, split| {
        let seed = made.fetch_add(1, Ordering::Relaxed).into();
        Ok(Box::new(Pond::new(seed, split, 10, &[0])))
    });
    let notes = ran(&the_race, &memory()).unwrap().results.notes;
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].kind, "arrivals-differ");
    assert!(notes[0].text.starts_with("Workload w0 on pond did not meet"), "{}", notes[0].text);
}

#[test]
fn everybody_s_seed_is_their_own_and_their_name_s() {
    let seeds = std::sync::Arc::new(Mutex::new(Vec::new()));
    let noting = |name: &str| {
        let mut entrant = fixed(name, 1);
        let (seeds, name) = (std::sync::Arc::clone(&seeds), name.to_owned());
        entrant.candidates[0].make = Box::new(move |seed| {
            seeds.lock().unwrap().push((name.clone(), seed));
            Ok(Box::new(Helmsman::fixed(1)))
        });
        entrant
    };
    let noted = |names: [&str; 2]| {
        ran(&a_race(names.map(noting).into()), &memory()).unwrap();
        let mut noted = std::mem::take(&mut *seeds.lock().unwrap());
        noted.sort();
        noted
    };
    let first = noted(["a", "b"]);
    assert_eq!(first, noted(["b", "a"]));
    let mut different: Vec<u64> = first.iter().map(|(_, seed)| *seed).collect();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 10);
}

#[test]
fn what_clusters_say_of_their_runs_is_a_note() {
    let mut the_race = a_race(vec![fixed("six", 6)]);
    the_race.courses[0].make = Box::new(|seed, split| {
        let mut pond = Pond::new(seed, split, 10, &[0, 1]);
        if seed > 3 {
            pond.remarks = vec!["the pond froze".to_owned()];
        }
        Ok(Box::new(pond))
    });
    let results = ran(&the_race, &memory()).unwrap().results;
    let notes: Vec<&str> = results
        .notes
        .iter()
        .filter(|note| note.kind == "cluster")
        .map(|note| note.text.as_str())
        .collect();
    assert_eq!(notes, ["In 2 of 5 cells: the pond froze."]);
    assert_eq!(results.cells[4].remarks, ["the pond froze"]);
}
