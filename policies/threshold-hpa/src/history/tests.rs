//! The original's table of stored events, and what becomes of a change that was asked for.

use super::*;
use crate::behaviour::SECOND;
use crate::spec::{PolicySpec, PolicyType, SelectPolicy};

const NOW: i64 = 1_000_000 * SECOND;

fn events(ages: &[(i32, i64)]) -> Vec<ScaleEvent> {
    ages.iter().map(|&(change, age)| ScaleEvent { change, at: NOW - age * SECOND }).collect()
}

fn changes(events: &[ScaleEvent]) -> Vec<i32> {
    events.iter().map(|event| event.change).collect()
}

/// The same policies in both directions, as (value, period).
fn behaviour(policies: &[(i32, i32)]) -> Behaviour {
    let policy =
        |&(value, period_seconds)| PolicySpec { r#type: PolicyType::Pods, value, period_seconds };
    let policies: Vec<_> = policies.iter().map(policy).collect();
    let rules = Rules { window: 0, select: SelectPolicy::Max, policies };
    Behaviour { up: rules.clone(), down: rules }
}

type Row = (&'static [(i32, i64)], Option<&'static [(i32, i32)]>, &'static [i32]);

#[test]
fn a_change_is_stored_over_the_last_outdated_one() {
    let rows: [Row; 8] = [
        (&[], None, &[]),
        (&[], Some(&[(10, 60), (100, 60)]), &[5]),
        (&[(7, 61)], None, &[7]),
        (&[(7, 61)], Some(&[(10, 60), (100, 60)]), &[5]),
        (&[(7, 58)], Some(&[(10, 60), (100, 60)]), &[7, 5]),
        (&[(7, 61), (6, 59)], Some(&[(10, 60)]), &[5, 6]),
        (&[(8, 29), (6, 59), (7, 61), (9, 61)], Some(&[(10, 60), (100, 30)]), &[8, 6, 7, 5]),
        (&[(7, 58), (6, 59)], Some(&[(10, 120), (100, 30)]), &[7, 6, 5]),
    ];
    for (before, policies, after) in rows {
        let behaviour = policies.map(behaviour);
        for to in [15, 5] {
            let mut history =
                History { ups: events(before), downs: events(before), ..History::default() };
            history.record(10, to, behaviour.as_ref(), NOW);
            let stored = if to > 10 { &history.ups } else { &history.downs };
            assert_eq!(changes(stored), after, "{before:?} to {to}");
        }
    }
}

#[test]
fn only_the_visible_part_of_a_change_stays() {
    // Asked for, seen at the next turn, and what is kept after an outdated event of 7.
    let rows = [
        (15, 15, &[5][..]),
        (15, 12, &[2]),
        (15, 20, &[5]),
        (15, 10, &[7]),
        (15, 8, &[7]),
        (6, 6, &[4]),
        (6, 9, &[1]),
        (6, 10, &[7]),
    ];
    for (to, seen, kept) in rows {
        let outdated = events(&[(7, 61)]);
        let mut history = History { ups: outdated.clone(), downs: outdated, ..History::default() };
        history.record(10, to, Some(&behaviour(&[(10, 60)])), NOW);
        history.find(seen, NOW + SECOND);
        let stored = if to > 10 { &history.ups } else { &history.downs };
        assert_eq!(changes(stored), kept, "10 to {to}, seen {seen}");
        assert_eq!(history.pending, None);
    }
}

#[test]
fn zero_that_was_not_reached_is_not_remembered_as_chosen() {
    for (seen, remembered) in [(0, Some(true)), (3, Some(false)), (1, Some(false))] {
        let mut history = History { scaled_to_zero: Some(false), ..History::default() };
        history.record(3, 0, None, NOW);
        history.scaled_to_zero = Some(true);
        history.find(seen, NOW + SECOND);
        assert_eq!(history.scaled_to_zero, remembered, "seen {seen}");
    }
}

#[test]
fn ages_from_outside_count_back_from_the_first_turn() {
    let mut history = History {
        proposals: Some(vec![Proposed { replicas: 4, at: -60 * SECOND }]),
        ups: vec![ScaleEvent { change: 1, at: -30 * SECOND }],
        ..History::default()
    };
    history.meet(NOW);
    history.meet(NOW + SECOND);
    assert_eq!(history.proposals, Some(vec![Proposed { replicas: 4, at: NOW - 60 * SECOND }]));
    assert_eq!(history.ups, events(&[(1, 30)]));
}

#[test]
fn an_empty_list_is_not_a_missing_one() {
    let mut fresh = History::default();
    fresh.find(5, NOW);
    assert_eq!(fresh.proposals, Some(vec![Proposed { replicas: 5, at: NOW }]));
    let mut emptied = History { proposals: Some(Vec::new()), ..History::default() };
    emptied.find(5, NOW);
    assert_eq!(emptied.proposals, Some(Vec::new()));
}
