use super::*;
use crate::entry::{Training, Tuning};

const SECOND: Duration = Duration::from_secs(1);

/// Somebody with so many candidates; no lap is run, so nobody is made.
fn entrant(name: &str, candidates: usize, episodes: u32) -> Entrant {
    let candidate = |number| Candidate {
        label: format!("{name}-{number}"),
        identity: String::new(),
        make: Box::new(|_| Err("nobody races here".into())),
    };
    let training = Training { episodes, seeds: vec![7], reward: String::new() };
    Entrant {
        name: name.into(),
        period: None,
        learning: if episodes > 0 { Learning::Beforehand(training) } else { Learning::Never },
        candidates: (0..candidates).map(candidate).collect(),
        tuning: (candidates > 1).then(|| Tuning { objective: String::new(), seeds: vec![8, 9] }),
    }
}

fn race(order: Order, entrants: Vec<Entrant>, seeds: u64) -> Race {
    Race {
        tick: SECOND,
        warm_up: Duration::ZERO,
        seeds: (1..=seeds).collect(),
        courses: vec![crate::entry::Course {
            name: "one".into(),
            identity: String::new(),
            make: Box::new(|_, _| Err("nothing is raced here".into())),
        }],
        entrants,
        rewards: Vec::new(),
        rails: scaling::Rails::default(),
        quotas: BTreeMap::new(),
        fallback: None,
        reference: None,
        one_trace: None,
        order,
        demonstration: false,
        provenance: crate::results::Provenance::default(),
    }
}

fn check(pace: &Pace, seconds: Option<f64>) {
    assert_eq!(pace.left().map(|left| left.as_secs_f64()), seconds, "{pace:?}");
}

#[test]
fn in_blocks_every_cell_lasts_as_long_as_the_last_one() {
    let race = race(Order::Blocks, vec![entrant("a", 1, 0), entrant("b", 1, 0)], 2);
    let mut pace = Pace::new(&race, 8);
    check(&pace, None);
    pace.raced(Some(40 * SECOND));
    check(&pace, Some(120.0));
    pace.raced(Some(25 * SECOND));
    check(&pace, Some(50.0));
    pace.raced(None);
    check(&pace, Some(25.0));
    pace.raced(None);
    check(&pace, Some(0.0));
}

#[test]
fn training_tells_nothing_of_cells_in_blocks() {
    let race = race(Order::Blocks, vec![entrant("learner", 1, 3)], 2);
    let mut pace = Pace::new(&race, 4);
    let learner = &race.entrants[0];
    pace.prepared(learner, &learner.candidates[0], SECOND);
    check(&pace, None);
    // A cell that was found in the store tells; two episodes are still ahead.
    pace.raced(Some(25 * SECOND));
    check(&pace, Some(27.0));
    pace.settled(learner, &learner.candidates[0]);
    check(&pace, Some(25.0));
}

#[test]
fn threads_share_what_nothing_keeps_in_order() {
    let race = race(Order::Together, vec![entrant("a", 1, 0), entrant("b", 1, 0)], 5);
    let mut pace = Pace::new(&race, 2);
    pace.raced(Some(2 * SECOND));
    pace.raced(Some(4 * SECOND));
    check(&pace, Some(8.0 * 3.0 / 2.0));
    for _ in 0..7 {
        pace.raced(None);
    }
    check(&pace, Some(3.0));
    pace.raced(None);
    check(&pace, Some(0.0));
}

#[test]
fn a_long_training_outlasts_the_share_of_a_thread() {
    let entrants = vec![entrant("a", 1, 0), entrant("learner", 1, 50)];
    let race = race(Order::Together, entrants, 5);
    let mut pace = Pace::new(&race, 8);
    let learner = &race.entrants[1];
    for _ in 0..10 {
        pace.prepared(learner, &learner.candidates[0], SECOND);
    }
    // Forty episodes one after the other and then a cell, not fifty laps on eight threads.
    check(&pace, Some(41.0));
}

#[test]
fn trials_are_laps_of_every_candidate() {
    let race = race(Order::Together, vec![entrant("tuned", 3, 2)], 4);
    let mut pace = Pace::new(&race, 1);
    let tuned = &race.entrants[0];
    pace.prepared(tuned, &tuned.candidates[0], SECOND);
    // Three candidates with two episodes and two trials each, one lap less, and four cells.
    check(&pace, Some(15.0));
    pace.settled(tuned, &tuned.candidates[0]);
    check(&pace, Some(12.0));
}
