//! The cases of the original's tables, ages in seconds.

use super::*;
use crate::behaviour::{Rules, SECOND};
use crate::spec::SelectPolicy;

const NOW: i64 = 1_000_000 * SECOND;

fn log_of(ages: &[(i32, i64)]) -> Vec<Proposed> {
    ages.iter().map(|&(replicas, age)| Proposed { replicas, at: NOW - age * SECOND }).collect()
}

fn replicas_of(proposals: &[Proposed]) -> Vec<i32> {
    proposals.iter().map(|one| one.replicas).collect()
}

#[test]
fn without_behaviour_the_highest_of_the_window_stands() {
    struct Row(&'static str, &'static [(i32, i64)], i32, i32, usize);
    let rows = [
        Row("empty log", &[], 5, 5, 1),
        Row("stabilise", &[(4, 120), (5, 60)], 3, 5, 3),
        Row("nothing higher", &[(1, 120), (2, 60)], 3, 3, 3),
        Row("old ones do not count", &[(10, 600), (9, 540)], 3, 3, 2),
        Row("old and recent ones", &[(10, 600), (4, 60), (5, 120), (9, 540)], 3, 5, 4),
        Row("the edge of the window counts", &[(7, 300)], 3, 7, 2),
    ];
    for Row(name, log, wanted, replicas, length) in rows {
        let mut log = log_of(log);
        let stabilised = by_highest(&mut log, wanted, 300 * SECOND, NOW);
        assert_eq!((stabilised.replicas, log.len()), (replicas, length), "{name}");
    }
}

/// A log, the current and the wanted replicas, the windows up and down in seconds, what comes out,
/// and the log afterwards unless it does not matter.
struct Row {
    name: &'static str,
    log: &'static [(i32, i64)],
    current: i32,
    wanted: i32,
    windows: (i64, i64),
    replicas: i32,
    after: &'static [i32],
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "empty log", log: &[], current: 100, wanted: 5, windows: (0, 0), replicas: 5, after: &[5] },
    Row { name: "hold up", log: &[(4, 120), (5, 60)], current: 100, wanted: 3, windows: (0, 180), replicas: 5, after: &[4, 5, 3] },
    Row { name: "hold down", log: &[(4, 120), (5, 60)], current: 1, wanted: 7, windows: (300, 0), replicas: 4, after: &[4, 5, 7] },
    Row { name: "nothing holds up", log: &[(1, 120), (2, 60)], current: 100, wanted: 3, windows: (300, 0), replicas: 3, after: &[1, 2, 3] },
    Row { name: "nothing holds down", log: &[(4, 120), (5, 60)], current: 1, wanted: 3, windows: (0, 300), replicas: 3, after: &[4, 5, 3] },
    Row { name: "shrink over an old entry", log: &[(10, 600), (9, 540)], current: 100, wanted: 3, windows: (0, 0), replicas: 3, after: &[10, 3] },
    Row { name: "grow over an old entry", log: &[(10, 600), (9, 540)], current: 1, wanted: 100, windows: (0, 0), replicas: 100, after: &[10, 100] },
    Row { name: "hold up, over an old entry", log: &[(10, 600), (4, 60), (5, 120), (9, 540)], current: 100, wanted: 3, windows: (0, 180), replicas: 5, after: &[10, 4, 5, 3] },
    Row { name: "hold down, over an old entry", log: &[(10, 6000), (6, 60), (5, 120), (9, 180)], current: 1, wanted: 100, windows: (300, 0), replicas: 5, after: &[100, 6, 5, 9] },
    Row { name: "never grow when wanting less", log: &[(2, 6000), (3, 180)], current: 2, wanted: 1, windows: (300, 300), replicas: 2, after: &[1, 3] },
    Row { name: "never shrink when wanting more", log: &[(2, 6000), (1, 180)], current: 2, wanted: 3, windows: (300, 300), replicas: 2, after: &[3, 1] },
    Row { name: "the edge of a window is outside and not yet old", log: &[(9, 300)], current: 9, wanted: 3, windows: (0, 300), replicas: 3, after: &[9, 3] },
];

#[test]
fn with_behaviour_each_direction_has_its_window() {
    for row in ROWS {
        let rules = |seconds: i64| Rules {
            window: seconds * SECOND,
            select: SelectPolicy::Max,
            policies: Vec::new(),
        };
        let behaviour = Behaviour { up: rules(row.windows.0), down: rules(row.windows.1) };
        let mut log = log_of(row.log);
        let stabilised = by_windows(&mut log, row.current, row.wanted, &behaviour, NOW);
        assert_eq!(stabilised.replicas, row.replicas, "{}", row.name);
        assert_eq!(replicas_of(&log), row.after, "{}", row.name);
    }
}
