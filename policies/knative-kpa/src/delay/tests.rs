//! The cases of Knative's `pkg/autoscaler/aggregation/max`.

use super::*;
use crate::clock::{SECOND, nanoseconds};

const START: i64 = 1_700_000_000 * SECOND;

/// Records `counts` at `slot(i)` and compares the maximum after each.
fn check(counts: &[i32], slot: impl Fn(i64) -> i64, maxima: &[i32]) {
    let mut window = DelayWindow::new(5, 1);
    let seen: Vec<_> = counts
        .iter()
        .enumerate()
        .map(|(position, &count)| {
            window.record(slot(position as i64), count);
            window.current().unwrap()
        })
        .collect();
    assert_eq!(seen, maxima, "{counts:?}");
}

#[test]
fn slides_the_maximum() {
    let rows: [(&[i32], &[i32]); 12] = [
        (&[1], &[1]),
        (&[1, 2], &[1, 2]),
        (&[2, 1], &[2, 2]),
        (&[1, 2, 1], &[1, 2, 2]),
        (&[5, 6, 5, 5, 5, 5, 5], &[5, 6, 6, 6, 6, 6, 5]),
        (&[5, 6, 5, 7, 5, 5, 1], &[5, 6, 6, 7, 7, 7, 7]),
        (&[5, 8, 5, 7, 5, 5], &[5, 8, 8, 8, 8, 8]),
        (&[5, 8, 5, 7, 5, 5, 1], &[5, 8, 8, 8, 8, 8, 7]),
        (&[5, 8, 5, 7, 5, 5, 1, 4, 4, 4], &[5, 8, 8, 8, 8, 8, 7, 7, 5, 5]),
        (&[5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4], &[5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4]),
        (&[5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4, 9], &[5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4, 9]),
        (
            &[5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4, 9, 3, 4, 2, 1, 0],
            &[5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4, 9, 9, 9, 9, 9, 4],
        ),
    ];
    for (counts, maxima) in rows {
        check(counts, |position| position, maxima);
    }
}

#[test]
fn slides_over_gaps() {
    let gap = |position| if position >= 3 { position + 3 } else { position };
    check(&[6, 5, 2, 1], gap, &[6, 6, 6, 2]);
}

#[test]
fn keeps_the_largest_of_one_slot() {
    check(&[1, 2, 3, 4, 5, 6, 7], |_| 1, &[1, 2, 3, 4, 5, 6, 7]);
    check(&[7, 6, 5, 4, 3, 2, 1], |_| 1, &[7, 7, 7, 7, 7, 7, 7]);
}

#[test]
fn slots_are_whole_ticks() {
    let rows: [(&[(f64, i32)], i32); 4] = [
        (&[(0.0, 5)], 5),
        (&[(0.0, 6), (0.5, 5)], 6),
        (&[(0.0, 5), (1.0, 8)], 8),
        (&[(0.0, 5), (6.0, 4)], 4),
    ];
    for (records, maximum) in rows {
        let mut window = DelayWindow::new(5 * SECOND, SECOND);
        for &(seconds, count) in records {
            window.record(START + nanoseconds(seconds), count);
        }
        assert_eq!(window.current(), Some(maximum), "{records:?}");
    }
}
