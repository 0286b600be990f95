//! Training and tuning happen on the training split, once for an entrant.

use std::sync::{Arc, Mutex};

use super::*;
use crate::entry::{Training, Tuning};
use crate::pond::Log;
use crate::results::Learned;

/// Everything that a learner and its worlds went through, one log for each instance.
type Logs = Arc<Mutex<Vec<Arc<Mutex<Log>>>>>;

fn learner(learning: Learning, logs: &Logs) -> Entrant {
    let logs = Arc::clone(logs);
    let mut entrant = Entrant { learning, ..fixed("learner", 2) };
    entrant.candidates[0].make = Box::new(move |_| {
        let helmsman = Helmsman::fixed(2);
        logs.lock().unwrap().push(Arc::clone(&helmsman.log));
        Ok(Box::new(helmsman))
    });
    entrant
}

fn training() -> Training {
    Training { episodes: 3, seeds: vec![101, 102], reward: "thrifty".into() }
}

#[test]
fn who_learns_beforehand_trains_on_other_worlds_and_races_frozen() {
    let logs = Logs::default();
    let worlds = Arc::new(Mutex::new(Vec::new()));
    let mut the_race = a_race(vec![learner(Learning::Beforehand(training()), &logs)]);
    the_race.courses[0].make = {
        let worlds = Arc::clone(&worlds);
        Box::new(move |seed, split| {
            worlds.lock().unwrap().push((seed, split));
            Ok(Box::new(Pond::new(seed, split, 10, &[0, 1])))
        })
    };
    let results = ran(&the_race, &memory()).unwrap().results;

    let worlds = worlds.lock().unwrap();
    let trained: Vec<u64> =
        worlds.iter().filter(|(_, split)| *split == Split::Training).map(|world| world.0).collect();
    assert_eq!(trained, [101, 102, 101]);
    assert_eq!(worlds.iter().filter(|(_, split)| *split == Split::Race).count(), 5);

    let logs = logs.lock().unwrap();
    assert_eq!(logs.len(), 6, "one instance trains, and one races in each cell");
    let (student, racers) = logs.split_first().unwrap();
    let student = student.lock().unwrap();
    // The first two of ten ticks are warm-up.
    assert_eq!(student.lessons.iter().map(|lesson| lesson.rows()).sum::<usize>(), 3 * 2 * 8);
    assert!(student.batches.iter().all(|batch| batch.2), "a student explores");
    assert_eq!(student.forgotten.len(), 3 * 2, "each episode is forgotten");
    for racer in racers {
        let racer = racer.lock().unwrap();
        assert!(racer.lessons.is_empty() && racer.batches.iter().all(|batch| !batch.2));
        assert_eq!(racer.restored, [48_u64.to_le_bytes().to_vec()]);
    }

    let record = &results.entrants[0];
    assert_eq!(record.learned, Learned::Beforehand);
    let points = &record.curve.as_ref().unwrap().points;
    assert_eq!(points.iter().map(|point| point.steps).collect::<Vec<_>>(), [16, 32, 48]);
    assert_eq!(points[0].reward_mean, points[2].reward_mean);
    assert_ne!(points[0].reward_mean, points[1].reward_mean);
    assert_eq!(results.notes[0].kind, "one-training");
}

#[test]
fn who_learns_online_learns_anew_in_every_cell() {
    let logs = Logs::default();
    let online = Learning::Online { reward: "thrifty".into() };
    let results = ran(&a_race(vec![learner(online, &logs)]), &memory()).unwrap().results;
    assert_eq!(logs.lock().unwrap().len(), 5);
    for log in logs.lock().unwrap().iter() {
        let log = log.lock().unwrap();
        assert_eq!(log.lessons.iter().map(|lesson| lesson.rows()).sum::<usize>(), 16);
        assert!(log.restored.is_empty() && log.batches.iter().all(|batch| batch.2));
    }
    assert_eq!(results.notes[0].kind, "learns-online");
}

#[test]
fn training_is_resumed_with_what_was_learned() {
    let store = memory();
    let trained = |logs| a_race(vec![learner(Learning::Beforehand(training()), logs)]);
    let first_logs = Logs::default();
    let first = ran(&trained(&first_logs), &store).unwrap();
    let logs = Logs::default();
    let mut more_seeds = trained(&logs);
    more_seeds.seeds.push(6);
    let again = ran(&more_seeds, &store).unwrap();
    assert_eq!(logs.lock().unwrap().len(), 1, "only the new cell is run");
    assert_eq!(logs.lock().unwrap()[0].lock().unwrap().restored, [48_u64.to_le_bytes().to_vec()]);
    assert_eq!(again.results.entrants, first.results.entrants);
    assert_eq!(again.machine.training_wall_seconds, first.machine.training_wall_seconds);
}

#[test]
fn tuning_races_the_best_candidate_of_the_training_split() {
    #[track_caller]
    fn check(objective: &str, chosen: &str) {
        let mut the_race = a_race(vec![fixed("one", 1), fixed("tuned", 0)]);
        the_race.entrants[1].candidates = [9, 3, 0].map(candidate).into();
        the_race.entrants[1].tuning =
            Some(Tuning { objective: objective.into(), seeds: vec![101, 102] });
        let results = ran(&the_race, &memory()).unwrap().results;
        let record = &results.entrants[1];
        assert_eq!(record.chosen.as_deref(), Some(chosen), "{objective}: {:?}", record.trials);
        assert_eq!(record.trials.len(), 3);
        let replica_seconds = results.summary("tuned", "replica_seconds").unwrap().estimate.mean;
        let replicas: f64 = chosen.strip_prefix("replicas=").unwrap().parse().unwrap();
        // Two workloads, eight seconds after the warm-up.
        assert_eq!(replica_seconds, replicas * 16.0);
    }
    check("replica_seconds", "replicas=0");
    check("unserved_request_ratio", "replicas=9");
    // Nine replicas cost 9 × 16 = 144 a run and serve everything; none cost what arrives.
    check("return:thrifty", "replicas=3");
}

#[test]
fn a_candidate_that_fails_is_not_chosen() {
    let mut the_race = a_race(vec![fixed("tuned", 2)]);
    the_race.entrants[0].candidates.push(candidate(1));
    the_race.entrants[0].candidates[1].make = Box::new(|_| Err("lost".into()));
    the_race.entrants[0].tuning =
        Some(Tuning { objective: "replica_seconds".into(), seeds: vec![101] });
    let results = ran(&the_race, &memory()).unwrap().results;
    let record = &results.entrants[0];
    assert_eq!(record.chosen.as_deref(), Some("replicas=2"));
    assert_eq!(record.trials[1].failure.as_deref(), Some("cannot make policy `tuned`: lost"));
    assert_eq!(results.cells.len(), 5);
}

#[test]
fn who_cannot_be_trained_does_not_race() {
    let mut the_race = a_race(vec![fixed("stubborn", 2), fixed("one", 1)]);
    the_race.entrants[0].learning = Learning::Beforehand(training());
    the_race.entrants[0].candidates[0].make = Box::new(|_| {
        let mut helmsman = Helmsman::fixed(2);
        helmsman.stubborn = true;
        Ok(Box::new(helmsman))
    });
    let results = ran(&the_race, &memory()).unwrap().results;
    assert_eq!((results.failures.len(), results.cells.len()), (5, 5));
    assert_eq!(
        results.failures[0].message,
        "training or tuning failed: the policy declined to learn: too old to learn"
    );
}
