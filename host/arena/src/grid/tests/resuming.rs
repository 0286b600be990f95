//! A race that was interrupted goes on where it stopped.

use std::sync::Arc;

use super::*;

/// Runs on one thread until so many cells are finished; says how many were raced and how many
/// resumed.
pub(super) fn ran_until(
    the_race: &Race,
    store: &Store,
    cells: u32,
) -> (Result<Outcome, RaceError>, u32, u32) {
    let interrupted = AtomicBool::new(false);
    let (raced, resumed) = (AtomicU32::new(0), AtomicU32::new(0));
    let progress = |progress: Progress<'_>| {
        if let Step::Raced { resumed: was_resumed, .. } = progress.step {
            let count = if was_resumed { &resumed } else { &raced };
            if count.fetch_add(1, Ordering::Relaxed) + 1 >= cells && !was_resumed {
                interrupted.store(true, Ordering::Relaxed);
            }
        }
    };
    let outcome = race(
        the_race,
        &Conditions {
            store,
            threads: 1,
            stopwatch: &|| Duration::ZERO,
            progress: &progress,
            interrupted: &interrupted,
            facts: BTreeMap::new(),
        },
    );
    (outcome, raced.into_inner(), resumed.into_inner())
}

/// An entrant that counts how often it was made.
pub(super) fn counted(name: &str, replicas: u32, made: &Arc<AtomicU32>) -> Entrant {
    let mut entrant = fixed(name, replicas);
    let made = Arc::clone(made);
    entrant.candidates[0].make = Box::new(move |_| {
        made.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Helmsman::fixed(replicas)))
    });
    entrant
}

#[test]
fn nothing_is_run_twice_and_the_results_are_the_same() {
    let made = Arc::new(AtomicU32::new(0));
    let the_race = a_race(vec![counted("one", 1, &made), counted("six", 6, &made)]);
    let uninterrupted = json(&ran(&the_race, &memory()).unwrap().results);
    made.store(0, Ordering::Relaxed);

    let store = memory();
    let (outcome, raced, resumed) = ran_until(&the_race, &store, 4);
    assert!(matches!(outcome, Err(RaceError::Interrupted)));
    assert_eq!((raced, resumed), (4, 0));
    let (outcome, raced, resumed) = ran_until(&the_race, &store, 100);
    assert_eq!((raced, resumed), (6, 4));
    assert_eq!(made.load(Ordering::Relaxed), 10);
    let outcome = outcome.unwrap();
    assert_eq!(json(&outcome.results), uninterrupted);
    assert_eq!(outcome.machine.cells.iter().filter(|timing| timing.resumed).count(), 4);
}

#[test]
fn what_depends_on_a_change_is_run_again() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Race), expected: (u32, u32)) {
        let store = memory();
        let entrants = || vec![fixed("one", 1), fixed("six", 6)];
        ran(&a_race(entrants()), &store).unwrap();
        let mut changed = a_race(entrants());
        change(&mut changed);
        let (outcome, raced, resumed) = ran_until(&changed, &store, 100);
        outcome.unwrap();
        assert_eq!((raced, resumed), expected);
    }
    check(|_| {}, (0, 10));
    check(|race| race.entrants[0].candidates[0].identity = "other module".into(), (5, 5));
    check(|race| race.entrants.push(fixed("two", 2)), (5, 10));
    check(|race| race.seeds.push(6), (2, 10));
    check(|race| race.entrants[1].period = Some(Duration::from_secs(2)), (5, 5));
    check(|race| race.courses[0].identity = "other trace".into(), (10, 0));
    check(|race| race.rails.step_up = Some(1), (10, 0));
    check(|race| race.rewards[0].identity = "other settings".into(), (10, 0));
    check(|race| race.provenance.version = "2".into(), (10, 0));
    check(|race| race.provenance.config = "only a comment".into(), (0, 10));
}

#[test]
fn a_failed_cell_is_tried_again() {
    let store = memory();
    let mut broken = a_race(vec![fixed("one", 1)]);
    broken.entrants[0].candidates[0].make = Box::new(|_| Err("out of reach".into()));
    assert_eq!(ran(&broken, &store).unwrap().results.failures.len(), 5);
    let (outcome, raced, _) = ran_until(&a_race(vec![fixed("one", 1)]), &store, 100);
    assert_eq!((raced, outcome.unwrap().results.failures.len()), (5, 0));
}

#[test]
fn a_damaged_cell_is_run_again() {
    let store = memory();
    let the_race = a_race(vec![fixed("one", 1)]);
    let first = ran(&the_race, &store).unwrap();
    let key = &first.results.cells[2].key;
    let object = keys::cell_object("one", "pond", 3, key);
    assert!(store.get(&object).unwrap().is_some());
    store.put(&object, b"{ \"key\": \"half".to_vec()).unwrap();
    let (outcome, raced, resumed) = ran_until(&the_race, &store, 100);
    assert_eq!((raced, resumed), (1, 4));
    assert_eq!(outcome.unwrap().results, first.results);
}
