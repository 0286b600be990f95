use std::collections::BTreeMap;

use super::*;
use crate::{Arrangement, Steps};

/// ECE 471's agent: shares of all replicas over those of the others, and both directions.
fn both_directions() -> Card {
    let shares = Feature {
        times: Some("replicas_desired".to_owned()),
        ..Feature::of("cpu_shares", 20_480.0)
    };
    Card {
        name: "both".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement: Arrangement::PerWorkload,
        features: vec![shares, Feature::of("arrival_rate_per_second", 100.0)],
        changes: vec![
            Change::NONE,
            Change::replicas(1),
            Change::replicas(-1),
            Change::cpu(125),
            Change::cpu(-125),
            Change { replicas: 3, ..Change::cpu(125) },
        ],
        cpu_millicores: Some((125, 1_000)),
        memory_bytes: None,
        steps: Steps { replicas_up: Some(2), replicas_down: None },
        facts: BTreeMap::new(),
    }
}

/// Values by name; what is not named is missing.
fn row<'a>(view: &'a View, values: &'a [(&str, f64)]) -> impl Fn(usize) -> f64 + Copy + 'a {
    move |column| {
        let name = &view.columns()[column];
        values.iter().find(|(known, _)| known == name).map_or(f64::NAN, |&(_, value)| value)
    }
}

#[test]
fn every_column_is_read_once_and_only_if_it_matters() {
    let view = View::new(&both_directions());
    assert_eq!(
        view.columns(),
        [
            "cpu_shares",
            "replicas_desired",
            "arrival_rate_per_second",
            "replicas_min",
            "replicas_max",
            "cpu_limit_millicores"
        ]
    );
    let still = Card { changes: vec![Change::NONE], ..both_directions() };
    assert_eq!(View::new(&still).columns().len(), 3);
}

#[test]
fn features_are_encoded_in_their_order() {
    let view = View::new(&both_directions());
    let mut features = [9.0; 2];
    view.encode(row(&view, &[("cpu_shares", 1024.0), ("replicas_desired", 5.0)]), &mut features);
    assert_eq!(features, [0.25, 0.0]);
}

#[test]
fn what_leads_out_of_bounds_or_to_the_unknown_is_not_allowed() {
    let view = View::new(&both_directions());
    let check = |replicas: f64, cpu: f64, expected: [bool; 6]| {
        let values = [
            ("replicas_desired", replicas),
            ("replicas_min", 1.0),
            ("replicas_max", 5.0),
            ("cpu_limit_millicores", cpu),
        ];
        let mut allowed = [false; 6];
        view.allowed(row(&view, &values), &mut allowed);
        assert_eq!(allowed, expected, "{replicas} replicas of {cpu} millicores");
    };
    // The last change is longer than a step, always.
    check(3.0, 500.0, [true, true, true, true, true, false]);
    check(5.0, 500.0, [true, false, true, true, true, false]);
    check(1.0, 500.0, [true, true, false, true, true, false]);
    check(3.0, 1_000.0, [true, true, true, false, true, false]);
    check(3.0, 200.0, [true, true, true, true, false, false]);
    check(3.0, f64::NAN, [true, true, true, false, false, false]);
    check(f64::NAN, 500.0, [true, false, false, true, true, false]);
    check(f64::NAN, f64::NAN, [true, false, false, false, false, false]);
    let longer = View::new(&Card { steps: Steps::default(), ..both_directions() });
    let values = [("replicas_desired", 3.0), ("cpu_limit_millicores", 500.0)];
    let mut allowed = [false; 6];
    longer.allowed(row(&longer, &values), &mut allowed);
    assert_eq!(allowed, [true; 6], "a missing bound forbids nothing");
}

#[test]
fn targets_are_absolute_and_only_of_what_changes() {
    let view = View::new(&both_directions());
    let values = [("replicas_desired", 3.0), ("cpu_limit_millicores", 500.0)];
    let targets = |change| {
        let targets = view.targets(change, row(&view, &values));
        (targets.replicas, targets.cpu_millicores, targets.memory_bytes)
    };
    assert_eq!(targets(0), (None, None, None));
    assert_eq!(targets(2), (Some(2.0), None, None));
    assert_eq!(targets(4), (None, Some(375.0), None));
    assert_eq!(targets(5), (Some(6.0), Some(625.0), None));
}
