//! Scenario: some forty varied turns that every module is put through.

use std::time::Duration;

use scaling::{Timestamp, WorkloadId};

use super::plausible::mixed;
use super::scene::{Card, Kind, Scene};

/// One turn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    /// What it is, for whoever reads a finding.
    pub(super) name: &'static str,
    /// The tick before.
    pub(super) before: Scene,
    /// The tick that is asked about.
    pub(super) now: Scene,
    /// Somebody wants to know why.
    pub(super) explain: bool,
}

/// Workloads by how they are most likely numbered: in a row, by chance, and the largest.
const WORKLOADS: [u64; 6] = [1, 2, 3, 1_000_003, 1 << 53, u64::MAX];
/// Rows of the largest batch.
const MANY: u64 = 300;

/// Turns of a module whose own period is this; without one a quarter of a minute lies between them. A module
/// that answers groups of one size only is asked about such groups.
pub(super) fn scenario(period: Duration, size: Option<u64>) -> Vec<Frame> {
    use Kind::{Gaps, Huge, Idle, Plain, Unknown, Zero};

    let few = || WORKLOADS[..5].to_vec();
    let many = || (1..=MANY).chain(WORKLOADS[3..].iter().copied()).collect::<Vec<_>>();
    let turns: Vec<(&'static str, Kind, Vec<u64>, usize)> = vec![
        ("five workloads", Plain, few(), 5),
        ("values missing here and there", Gaps, few(), 2),
        ("a workload alone", Plain, vec![2], 2),
        ("everything missing", Unknown, few(), 1),
        ("five workloads", Plain, few(), 3),
        ("workloads at zero replicas", Zero, few(), 3),
        ("the largest values of any cluster", Huge, few(), 1),
        ("three hundred workloads", Plain, many(), 1),
        ("a new workload", Plain, WORKLOADS.to_vec(), 3),
        ("two workloads gone", Plain, WORKLOADS[1..5].to_vec(), 2),
        ("no load at all", Idle, few(), 3),
        ("five workloads", Plain, few(), 4),
        ("values missing here and there", Gaps, WORKLOADS.to_vec(), 2),
        ("three hundred workloads, values missing", Gaps, many(), 1),
        ("workloads at zero replicas", Zero, vec![1, 2], 1),
        ("everything missing", Unknown, vec![u64::MAX], 1),
        ("five workloads", Plain, few(), 4),
    ];
    let mut frames: Vec<Frame> = Vec::new();
    for (name, kind, ids, count) in turns {
        let (name, ids) = match size {
            None => (name, ids),
            Some(size) => (kind.name(), (1..=size).collect()),
        };
        for _ in 0..count {
            let number = frames.len() as u64;
            frames.push(frame(name, number, &ids, kind, period));
        }
    }
    frames
}

/// Two turns with values that no cluster has: whatever is said to them, nothing may break.
pub(super) fn unbelievable(period: Duration) -> Vec<Frame> {
    let frame = |number| {
        frame("the largest numbers there are", number, &WORKLOADS, Kind::Unbelievable, period)
    };
    vec![frame(100), frame(101)]
}

/// A turn about so many plain workloads.
pub(super) fn plain(rows: u64, number: u64, period: Duration) -> Frame {
    let ids: Vec<u64> = (0..rows).collect();
    frame("plain workloads", number, &ids, Kind::Plain, period)
}

fn frame(name: &'static str, number: u64, ids: &[u64], kind: Kind, period: Duration) -> Frame {
    let step = if period.is_zero() { Duration::from_secs(15) } else { period };
    let step = i64::try_from(step.as_nanos()).unwrap_or(i64::MAX);
    let scene = |tick: u64| Scene {
        now: Timestamp::from_nanoseconds(step.saturating_mul(tick as i64)),
        tick,
        cards: ids.iter().map(|&id| Card::new(WorkloadId(id), tick, kind)).collect(),
    };
    // The first tick has one before it.
    Frame {
        name,
        before: scene(number + 1),
        now: scene(number + 2),
        explain: number.is_multiple_of(3),
    }
}

impl Frame {
    /// How findings call it.
    pub(super) fn place(&self) -> String {
        format!("turn {} ({})", self.now.tick, self.name)
    }

    /// The rows at these places, in this order.
    pub(super) fn picked(&self, places: &[usize]) -> Self {
        Self { before: self.before.picked(places), now: self.now.picked(places), ..*self }
    }

    /// Only these workloads.
    pub(super) fn only(&self, keep: impl Fn(WorkloadId) -> bool) -> Self {
        Self { before: self.before.only(&keep), now: self.now.only(&keep), ..*self }
    }

    pub(super) fn rows(&self) -> usize {
        self.now.cards.len()
    }

    /// An order of its rows that is not theirs, the same every time.
    pub(super) fn shuffled(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.rows()).collect();
        places.sort_by_key(|&place| mixed(place as u64 ^ mixed(self.now.tick)));
        if places.is_sorted() {
            places.reverse();
        }
        places
    }
}
