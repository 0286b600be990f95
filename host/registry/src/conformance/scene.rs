//! Scene: a plausible tick, made row by row, so that rows can change places.

use scaling::{Column, DetailSet, Observations, Timestamp, WorkloadId};

use super::plausible::{self, tell_details};

/// What is unusual about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Plain,
    /// Some values are missing.
    Gaps,
    /// All are.
    Unknown,
    /// It is scaled to zero.
    Zero,
    /// All replicas and no requests.
    Idle,
    /// Every value is as large as it can be in any cluster.
    Huge,
    /// Every value is as large as a number can be.
    Unbelievable,
}

impl Kind {
    /// A group of such rows, for whoever reads a finding.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "a group of the size that it answers",
            Self::Gaps => "the same, values missing here and there",
            Self::Unknown => "the same, everything missing",
            Self::Zero => "the same at zero replicas",
            Self::Idle => "the same with no load at all",
            Self::Huge => "the same with the largest values of any cluster",
            Self::Unbelievable => "the same with the largest numbers there are",
        }
    }
}

/// One row: a workload at one tick.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Card {
    pub(super) id: WorkloadId,
    /// `[Column::COUNT]`
    pub(super) values: Vec<f64>,
}

/// The rows of one tick.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) now: Timestamp,
    pub(super) tick: u64,
    pub(super) cards: Vec<Card>,
}

impl Card {
    pub(super) fn new(id: WorkloadId, tick: u64, kind: Kind) -> Self {
        let values = Column::ALL.iter().map(|&column| plausible::value(column, id, tick, kind));
        Self { id, values: values.collect() }
    }

    pub(super) fn value(&self, column: Column) -> f64 {
        self.values[column as usize]
    }
}

impl Scene {
    /// The rows at these places, in this order.
    pub(super) fn picked(&self, places: &[usize]) -> Self {
        let cards = places.iter().map(|&place| self.cards[place].clone()).collect();
        Self { cards, ..*self }
    }

    /// Only these workloads.
    pub(super) fn only(&self, keep: impl Fn(WorkloadId) -> bool) -> Self {
        let cards = self.cards.iter().filter(|card| keep(card.id)).cloned().collect();
        Self { cards, ..*self }
    }

    pub(super) fn ids(&self) -> Vec<WorkloadId> {
        self.cards.iter().map(|card| card.id).collect()
    }

    /// The tick as a driver would tell it, with these details.
    pub(super) fn observations(&self, details: DetailSet) -> Observations {
        let mut seen = Observations::missing(self.now, self.tick, self.ids());
        for &column in Column::ALL {
            let values = seen.column_mut(column);
            for (value, card) in values.iter_mut().zip(&self.cards) {
                *value = card.value(column);
            }
        }
        tell_details(self, details, &mut seen.details);
        seen
    }
}
