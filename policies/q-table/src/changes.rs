//! Changes: the actions, as differences to what a workload has.

use sdk::Action;

use crate::knob::Knob;
use crate::row::{Layout, Row};
use crate::settings::{Bounds, Change};

/// Most actions that a table can have, so that a set of them is one word.
pub const MOST: usize = 64;

/// The configured changes with the knobs that they turn. A set of actions is a word with bit i set
/// for action i.
#[derive(Debug)]
pub struct Changes {
    changes: Vec<Change>,
    replicas: Option<Knob>,
    cpu: Option<Knob>,
    memory: Option<Knob>,
}

/// Absolute targets; what is not changed is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Targets {
    /// Desired replicas.
    pub replicas: Option<f64>,
    /// CPU limit of one replica in millicores.
    pub cpu_millicores: Option<f64>,
    /// Memory limit of one replica in bytes.
    pub memory_bytes: Option<f64>,
}

impl Changes {
    /// At most [`MOST`] different changes; declares the columns that they need.
    pub fn new(changes: Vec<Change>, bounds: Bounds, layout: &mut Layout) -> Self {
        let turned = |delta: fn(&Change) -> i64| changes.iter().any(|change| delta(change) != 0);
        let replicas =
            turned(|change| change.replicas).then(|| Knob::replicas(bounds.replicas, layout));
        let cpu = turned(|change| change.cpu_millicores)
            .then(|| Knob::limit("cpu_limit_millicores", bounds.cpu_millicores, layout));
        let memory = turned(|change| change.memory_bytes)
            .then(|| Knob::limit("memory_limit_bytes", bounds.memory_bytes, layout));
        Self { changes, replicas, cpu, memory }
    }

    /// How many actions there are.
    pub fn count(&self) -> usize {
        self.changes.len()
    }

    /// Every action.
    pub fn all(&self) -> u64 {
        u64::MAX >> (MOST - self.changes.len())
    }

    /// Where an action leads from this row; none if it cannot be asked for.
    pub fn targets(&self, action: usize, row: Row) -> Option<Targets> {
        let change = &self.changes[action];
        Some(Targets {
            replicas: target(&self.replicas, change.replicas, row)?,
            cpu_millicores: target(&self.cpu, change.cpu_millicores, row)?,
            memory_bytes: target(&self.memory, change.memory_bytes, row)?,
        })
    }

    /// The actions that can be asked for in this row, less those out of bounds when `mask` says so.
    pub fn legal(&self, row: Row, mask: bool) -> u64 {
        self.chosen(|action| {
            self.targets(action, row).is_some_and(|targets| !mask || self.allows(targets, row))
        })
    }

    /// The actions that can be asked for in this row and are out of bounds there.
    pub fn forbidden(&self, row: Row) -> u64 {
        self.legal(row, false) & !self.legal(row, true)
    }

    /// The action that makes exactly the change that was applied.
    pub fn applied(&self, action: &Action) -> Option<usize> {
        let change = Change {
            replicas: i64::from(action.replicas_after) - i64::from(action.replicas_before),
            cpu_millicores: difference(
                action.cpu_millicores_before.into(),
                action.cpu_millicores_after.into(),
            )?,
            memory_bytes: difference(action.memory_bytes_before, action.memory_bytes_after)?,
        };
        self.changes.iter().position(|known| *known == change)
    }

    fn allows(&self, targets: Targets, row: Row) -> bool {
        [
            (&self.replicas, targets.replicas),
            (&self.cpu, targets.cpu_millicores),
            (&self.memory, targets.memory_bytes),
        ]
        .into_iter()
        .all(|pair| match pair {
            (Some(knob), Some(target)) => knob.allows(target, row),
            _ => true,
        })
    }

    fn chosen(&self, keep: impl Fn(usize) -> bool) -> u64 {
        (0..self.changes.len())
            .filter(|&action| keep(action))
            .fold(0, |set, action| set | 1 << action)
    }
}

/// The knob's target, or `Some(None)` when it stays where it is.
#[expect(clippy::option_option, reason = "outer: it can be asked for; inner: it is turned")]
fn target(knob: &Option<Knob>, delta: i64, row: Row) -> Option<Option<f64>> {
    match knob {
        Some(knob) if delta != 0 => knob.target(delta, row).map(Some),
        _ => Some(None),
    }
}

/// The change of a limit; none when a limit came or went, which is no difference of numbers.
fn difference(before: u64, after: u64) -> Option<i64> {
    if (before == 0) != (after == 0) {
        return None;
    }
    i64::try_from(i128::from(after) - i128::from(before)).ok()
}
