//! Practice on the pond, worked out by hand. The reward of a tick is its number.

use std::collections::BTreeMap;

use scaling::Rails;

use super::*;
use crate::entry::Split;
use crate::pond::{Pond, Umpire};

const SECOND: Duration = Duration::from_secs(1);

fn begin(pond: Pond, period: Duration, rails: &Rails) -> Result<Practice, PracticeError> {
    let warm_up = SECOND * pond.warm_up_ticks as u32;
    let rules = Rules { tick: SECOND, warm_up, rails, quotas: &BTreeMap::new() };
    Practice::begin(
        Box::new(pond),
        vec![Box::new(Umpire::counting())],
        &rules,
        period,
        DetailSet::NONE,
    )
}

fn practice(pond: Pond, ticks: u32) -> Practice {
    begin(pond, SECOND * ticks, &Rails::default()).unwrap()
}

fn pond(ticks: u64, groups: &[u32]) -> Pond {
    Pond::new(1, Split::Training, ticks, groups)
}

/// One replica more for every workload.
fn more(practice: &Practice) -> Vec<Recommendation> {
    let seen = practice.observations();
    let more = |row| Recommendation::replicas(seen.replicas(row).unwrap() + 1);
    (0..seen.rows()).map(more).collect()
}

/// (before, after, score, ending) of each consequence.
fn told(practice: &Practice) -> Vec<(u32, u32, f64, Ending)> {
    let tell = |one: &Consequence| {
        (one.action.replicas_before, one.action.replicas_after, one.scores[0], one.ending)
    };
    practice.consequences().iter().map(tell).collect()
}

#[test]
fn a_turn_lasts_a_period_and_the_last_one_is_cut_short() {
    let mut practice = practice(pond(8, &[0]), 3);
    let mut seen = Vec::new();
    loop {
        let goes_on = practice.step(&more(&practice)).unwrap();
        seen.extend(told(&practice));
        if !goes_on {
            break;
        }
    }
    assert_eq!(
        seen,
        [
            (1, 2, 2.0, Ending::Running),
            (2, 3, 5.0, Ending::Running),
            (3, 4, 7.5, Ending::Truncated)
        ]
    );
    assert_eq!(practice.observations().tick, 8);
    assert_eq!(practice.step(&[]), Err(PracticeError::Over));
    assert_eq!(practice.measures().rewards[0].total, (1..=8).map(f64::from).sum::<f64>());
}

#[test]
fn a_tick_that_is_a_little_late_is_learned_from_and_one_that_was_missed_is_not() {
    for (late_milliseconds, lessons) in [(400, [1, 1, 1, 1]), (600, [1, 1, 0, 1])] {
        let mut pond = pond(8, &[0]);
        pond.late = Some((3, Duration::from_millis(late_milliseconds)));
        let mut practice = practice(pond, 1);
        let found = [(); 4].map(|()| {
            practice.step(&more(&practice)).unwrap();
            practice.consequences().len()
        });
        assert_eq!(found, lessons, "{late_milliseconds} ms");
    }
}

#[test]
fn what_was_applied_is_told_and_not_what_was_recommended() {
    let rails = Rails { step_up: Some(1), ..Rails::default() };
    let mut practice = begin(pond(8, &[0]), SECOND, &rails).unwrap();
    practice.step(&[Recommendation::replicas(5)]).unwrap();
    assert_eq!(told(&practice), [(1, 2, 1.0, Ending::Running)]);
}

#[test]
fn a_recommendation_stays_with_its_workload() {
    let mut leaving = pond(8, &[0, 0]);
    leaving.last_leaves_at = Some(2);
    let mut practice = practice(leaving, 3);
    assert_eq!(practice.groups(), [vec![0, 1]]);
    practice.step(&more(&practice)).unwrap();
    assert_eq!(practice.workloads().len(), 1);
    assert_eq!(practice.observations().replicas(0), Some(2));
    assert_eq!(told(&practice), [(1, 2, 2.0, Ending::Running)]);
}

#[test]
fn a_warm_up_teaches_nothing_and_counts_for_nothing() {
    let mut warming = pond(6, &[0]);
    warming.warm_up_ticks = 2;
    let mut practice = practice(warming, 2);
    practice.step(&more(&practice)).unwrap();
    assert_eq!(told(&practice), []);
    assert_eq!(practice.slo_preservation(), None);
    practice.step(&more(&practice)).unwrap();
    assert_eq!(told(&practice), [(2, 3, 3.5, Ending::Running)]);
    assert!(practice.slo_preservation().is_some());
}

#[test]
fn a_period_that_is_no_multiple_of_the_tick_is_refused() {
    let refused = begin(pond(8, &[0]), Duration::from_millis(1_500), &Rails::default());
    assert!(matches!(refused, Err(PracticeError::Period { .. })));
}
