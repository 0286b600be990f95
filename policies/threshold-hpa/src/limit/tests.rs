//! The cases of the original's tables.

use super::*;
use crate::behaviour::SECOND;
use crate::condition::Reason::{
    DesiredWithinRange, ScaleDownLimit, ScaleUpLimit, TooFewReplicas, TooManyReplicas,
};
use crate::controller::Controller;
use crate::spec::{BehaviorSpec, PolicySpec, RulesSpec};

const NOW: i64 = 1_000_000 * SECOND;

#[test]
fn without_behaviour_a_step_ends_at_the_bounds_or_at_the_factor() {
    // Current, desired, bounds, what comes out and why; the factor is 8 and at least 4.
    let rows = [
        (5, 7, (3, 8), 7, DesiredWithinRange),
        (3, 1, (2, 8), 2, TooFewReplicas),
        (1, 0, (0, 10), 0, DesiredWithinRange),
        (20, 1000, (1, 10), 10, TooManyReplicas),
        (3, 1000, (1, 2000), 24, ScaleUpLimit),
    ];
    for (current, desired, (min, max), replicas, reason) in rows {
        let limited = by_step(desired, Bounds { min, max }, (8 * current).max(4));
        assert_eq!(limited, Limited { replicas, reason }, "{current} to {desired}");
    }
}

/// Events spread evenly over 120 seconds, each in the middle of its share.
fn spread(changes: &[i32]) -> Vec<ScaleEvent> {
    let share = 120 / changes.len().max(1) as i64;
    let at = |index: usize| NOW - (120 - share * (index as i64 + 1) + share / 2) * SECOND;
    let event = |(index, &change)| ScaleEvent { change, at: at(index) };
    changes.iter().enumerate().map(event).collect()
}

/// Pods in a period and percent in a period; 0 leaves that policy out, and both leave the default.
#[derive(Clone, Copy)]
struct Allowed(i32, i32, i32, i32);

const DEFAULT: Allowed = Allowed(0, 0, 0, 0);

impl Allowed {
    fn spec(self) -> Option<RulesSpec> {
        let policy = |r#type, value, period_seconds| PolicySpec { r#type, value, period_seconds };
        let mut policies = Vec::new();
        if self.0 != 0 {
            policies.push(policy(PolicyType::Pods, self.0, self.1));
        }
        if self.2 != 0 {
            policies.push(policy(PolicyType::Percent, self.2, self.3));
        }
        (!policies.is_empty())
            .then(|| RulesSpec { policies: Some(policies), ..RulesSpec::default() })
    }
}

/// Bounds, current and desired replicas, the policies up and down, past events up and down, and what
/// comes out and why.
struct Row(
    (i32, i32),
    (i32, i32),
    (Allowed, Allowed),
    (&'static [i32], &'static [i32]),
    (i32, Reason),
);

const fn up(pods: i32, pods_in: i32, percent: i32, percent_in: i32) -> (Allowed, Allowed) {
    (Allowed(pods, pods_in, percent, percent_in), DEFAULT)
}

const fn down(pods: i32, pods_in: i32, percent: i32, percent_in: i32) -> (Allowed, Allowed) {
    (DEFAULT, Allowed(pods, pods_in, percent, percent_in))
}

const DEFAULTS: (Allowed, Allowed) = (DEFAULT, DEFAULT);
const NONE: (&[i32], &[i32]) = (&[], &[]);

const ROWS: &[Row] = &[
    Row((3, 8), (5, 7), DEFAULTS, NONE, (7, DesiredWithinRange)),
    Row((2, 8), (3, 1), DEFAULTS, NONE, (2, TooFewReplicas)),
    Row((0, 10), (1, 0), DEFAULTS, NONE, (0, DesiredWithinRange)),
    Row((1, 10), (20, 1000), DEFAULTS, NONE, (10, TooManyReplicas)),
    Row((100, 150), (100, 1000), DEFAULTS, NONE, (150, TooManyReplicas)),
    Row((1, 2000), (3, 1000), up(0, 0, 1, 60), NONE, (4, ScaleUpLimit)),
    Row((3, 2000), (1000, 3), down(20, 60, 0, 0), NONE, (980, ScaleDownLimit)),
    // Growing, without past events.
    Row((1, 1000), (10, 50), DEFAULTS, NONE, (20, ScaleUpLimit)),
    Row((1, 1000), (10, 500), up(100, 60, 100, 60), NONE, (110, ScaleUpLimit)),
    Row((1, 1000), (10, 500), up(2, 60, 100, 60), NONE, (20, ScaleUpLimit)),
    Row((1, 1000), (10, 50), up(100, 60, 0, 0), NONE, (50, DesiredWithinRange)),
    Row((1, 1000), (10, 50), up(10_000, 60, 0, 0), NONE, (50, DesiredWithinRange)),
    Row((1, 1000), (10, 50), up(30, 60, 0, 0), NONE, (40, ScaleUpLimit)),
    Row((1, 1000), (10, 50), up(0, 0, 200, 60), NONE, (30, ScaleUpLimit)),
    // Shrinking, without past events.
    Row((1, 1000), (100, 2), down(20, 60, 1, 60), NONE, (80, ScaleDownLimit)),
    Row((1, 1000), (100, 2), down(2, 60, 1, 60), NONE, (98, ScaleDownLimit)),
    Row((1, 1000), (10, 0), down(100, 60, 0, 0), NONE, (1, TooFewReplicas)),
    Row((5, 1000), (10, 2), down(0, 0, 100, 60), NONE, (5, TooFewReplicas)),
    Row((1, 1000), (10, 2), down(5, 60, 0, 0), NONE, (5, ScaleDownLimit)),
    Row((1, 1000), (10, 5), down(0, 0, 50, 60), NONE, (5, DesiredWithinRange)),
    // Growing, after past events.
    Row((1, 200), (100, 500), up(300, 60, 0, 0), (&[1, 5, 9], &[]), (200, TooManyReplicas)),
    Row((1, 200), (100, 500), up(0, 0, 10_000, 60), (&[1, 5, 9], &[]), (200, TooManyReplicas)),
    Row((1, 1000), (100, 500), up(5, 120, 0, 0), (&[1, 5, 9], &[]), (100, ScaleUpLimit)),
    Row((1, 1000), (100, 500), up(150, 120, 0, 0), (&[1, 5, 9], &[]), (235, ScaleUpLimit)),
    Row((1, 1000), (100, 500), up(0, 0, 200, 120), (&[1, 5, 9], &[]), (255, ScaleUpLimit)),
    Row((1, 1000), (6, 24), up(0, 0, 300, 300), (&[4], &[2]), (16, ScaleUpLimit)),
    Row(
        (1, 1000),
        (100, 200),
        up(1000, 60, 0, 0),
        (&[8, 12, 9, 11], &[]),
        (200, DesiredWithinRange),
    ),
    Row(
        (1, 1000),
        (100, 200),
        up(1000, 120, 100, 60),
        (&[8, 12, 9, 11], &[]),
        (200, DesiredWithinRange),
    ),
    Row(
        (1, 1000),
        (100, 200),
        up(1000, 30, 100, 60),
        (&[8, 12, 9, 11], &[]),
        (200, DesiredWithinRange),
    ),
    // Shrinking, after past events.
    Row((1, 1000), (10, 5), DEFAULTS, (&[], &[1, 5, 9]), (5, DesiredWithinRange)),
    Row((1, 1000), (100, 0), down(115, 120, 0, 0), (&[], &[1, 5, 9]), (1, TooFewReplicas)),
    Row((5, 1000), (100, 0), down(130, 120, 0, 0), (&[], &[1, 5, 9]), (5, TooFewReplicas)),
    Row((5, 1000), (100, 2), down(0, 0, 100, 120), (&[], &[1, 5, 9]), (5, TooFewReplicas)),
    Row((1, 1000), (100, 2), down(5, 120, 0, 0), (&[], &[1, 5, 9]), (100, ScaleDownLimit)),
    Row((1, 1000), (100, 0), down(0, 0, 50, 120), (&[], &[2, 4, 6]), (56, ScaleDownLimit)),
    Row((1, 1000), (10, 1), down(0, 0, 50, 180), (&[2], &[4]), (6, ScaleDownLimit)),
    Row((1, 1000), (100, 0), down(0, 0, 10, 120), (&[], &[10, 10, 10]), (100, ScaleDownLimit)),
    Row((1, 1000), (10, 5), down(0, 0, 1000, 120), (&[], &[10, 10, 10]), (5, DesiredWithinRange)),
    Row((1, 1000), (100, 5), down(1000, 60, 0, 0), (&[], &[8, 12, 9, 11]), (5, DesiredWithinRange)),
    Row(
        (1, 1000),
        (100, 5),
        down(1000, 120, 100, 60),
        (&[], &[8, 12, 9, 11]),
        (5, DesiredWithinRange),
    ),
    Row(
        (1, 1000),
        (100, 5),
        down(1000, 30, 100, 60),
        (&[], &[8, 12, 9, 11]),
        (5, DesiredWithinRange),
    ),
];

#[test]
fn with_behaviour_policies_limit_the_speed() {
    for (position, row) in ROWS.iter().enumerate() {
        let Row((min, max), (current, desired), allowed, (ups, downs), (replicas, reason)) = *row;
        let spec = BehaviorSpec { scale_up: allowed.0.spec(), scale_down: allowed.1.spec() };
        let behaviour = Behaviour::new(&spec, &Controller::default());
        let history = History { ups: spread(ups), downs: spread(downs), ..History::default() };
        let bounds = Bounds { min, max };
        let limited = by_policies(current, desired, bounds, &behaviour, &history, NOW);
        assert_eq!(limited, Limited { replicas, reason }, "row {position}: {current} to {desired}");
    }
}

#[test]
fn the_smallest_change_is_chosen_where_asked_and_none_where_disabled() {
    let policies = Allowed(2, 60, 50, 60).spec().unwrap().policies.unwrap();
    let rules = |select| Rules { window: 0, select, policies: policies.clone() };
    let history = History::default();
    assert_eq!(highest(1, &rules(SelectPolicy::Min), &history, NOW), 2);
    assert_eq!(lowest(5, &rules(SelectPolicy::Min), &history, NOW), 3);
    assert_eq!(highest(1, &rules(SelectPolicy::Max), &history, NOW), 3);
    assert_eq!(lowest(5, &rules(SelectPolicy::Max), &history, NOW), 2);
    assert_eq!(highest(7, &rules(SelectPolicy::Disabled), &history, NOW), 7);
    assert_eq!(lowest(7, &rules(SelectPolicy::Disabled), &history, NOW), 7);
}

#[test]
fn a_share_of_no_replicas_adds_none() {
    let rules = Rules {
        window: 0,
        select: SelectPolicy::Max,
        policies: Allowed(0, 0, 100, 60).spec().unwrap().policies.unwrap(),
    };
    assert_eq!(highest(0, &rules, &History::default(), NOW), 0);
}
