//! How long a race still takes, by a clock that moves on by a second whenever it is read.

use super::*;
use crate::entry::{Training, Tuning};

/// Seconds that were told to be left, step by step.
fn left(the_race: &Race, store: &Store) -> Vec<Option<u64>> {
    let (clock, told) = (AtomicU32::new(0), Mutex::new(Vec::new()));
    let conditions = Conditions {
        store,
        threads: 1,
        stopwatch: &|| Duration::from_secs(clock.fetch_add(1, Ordering::Relaxed).into()),
        progress: &|progress| told.lock().unwrap().push(progress.wall_left),
        interrupted: &AtomicBool::new(false),
        facts: BTreeMap::new(),
    };
    race(the_race, &conditions).unwrap();
    let told = told.into_inner().unwrap();
    told.into_iter().map(|left| left.map(|left| left.as_secs())).collect()
}

fn whole(seconds: impl IntoIterator<Item = u64>) -> Vec<Option<u64>> {
    seconds.into_iter().map(Some).collect()
}

#[test]
fn every_cell_brings_the_end_nearer_be_it_run_or_found() {
    for order in [Order::Together, Order::Blocks] {
        let mut the_race = a_race(vec![fixed("one", 1), fixed("six", 6)]);
        the_race.order = order;
        let store = memory();
        assert_eq!(left(&the_race, &store), whole((0..10).rev()), "{order:?}");
        assert_eq!(left(&the_race, &store), whole((0..10).rev()), "found, {order:?}");
    }
}

#[test]
fn training_and_trials_count_by_their_laps() {
    let mut learner = fixed("learner", 1);
    let training = Training { episodes: 2, seeds: vec![77], reward: "thrifty".into() };
    learner.learning = Learning::Beforehand(training);
    learner.candidates.push(candidate(2));
    learner.tuning = Some(Tuning { objective: "replica_seconds".into(), seeds: vec![78, 79] });
    let the_race = a_race(vec![learner]);
    let store = memory();
    // Two candidates with two episodes and two trials each, then five cells. An episode, the trials
    // of a candidate, being ready and a cell are told.
    assert_eq!(left(&the_race, &store), whole([12, 11, 9, 8, 7, 5, 5, 4, 3, 2, 1, 0]));
    let found = left(&the_race, &store);
    assert_eq!(found[0], None, "what was found prepared says nothing of cells");
    assert_eq!(found[1..], whole((0..5).rev()));
}

#[test]
fn what_fails_is_not_waited_for() {
    let mut failing = fixed("failing", 1);
    failing.learning =
        Learning::Beforehand(Training { episodes: 9, seeds: vec![77], reward: "thrifty".into() });
    failing.candidates[0].make = Box::new(|_| Err("no such module".into()));
    let told = left(&a_race(vec![failing, fixed("one", 1)]), &memory());
    assert_eq!(told.last(), Some(&Some(0)), "{told:?}");
}
