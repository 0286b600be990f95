//! Turn: a made-up tick for whoever measures modules.

use std::time::Duration;

use scaling::{DetailSet, Ending, Observations, Transition};

use super::plausible::action;
use super::scenario::plain;

/// A plausible tick about workloads numbered from 0, with the tick before it. The same arguments give
/// the same turn.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeUpTurn {
    /// The tick before.
    pub before: Observations,
    /// The tick, with the details that were asked for.
    pub now: Observations,
    /// All of its rows.
    pub rows: Vec<usize>,
    /// What happened in between.
    pub transitions: Vec<Transition>,
}

impl MadeUpTurn {
    /// The turn of that number, in which time goes on by this period (a quarter of a minute if it is
    /// zero).
    pub fn new(rows: usize, number: u64, period: Duration, details: DetailSet) -> Self {
        let frame = plain(rows as u64, number, period);
        let before = frame.before.observations(DetailSet::NONE);
        let transition = |row: usize| Transition {
            workload: before.workloads()[row],
            before_row: row,
            after_row: row,
            action: action(&before, row),
            ending: Ending::Running,
            learnable: true,
        };
        let rows: Vec<usize> = (0..rows).collect();
        let transitions = rows.iter().map(|&row| transition(row)).collect();
        Self { now: frame.now.observations(details), before, rows, transitions }
    }
}
