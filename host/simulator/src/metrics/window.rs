//! The window: what scrapes see of the recent past.

use std::collections::VecDeque;

use scaling::TailPercentile;

use super::{Counters, Marks};
use crate::histogram::Histogram;

/// The percentiles that are told, as quantiles.
pub(crate) const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// The recent past of one workload, in slices of one scrape interval.
#[derive(Debug)]
pub(crate) struct Window {
    /// Latencies since the last scrape.
    pub(crate) latency: Histogram,
    /// Slices in a window.
    scrapes: usize,
    /// Latencies of the slices before, newest last, at most one fewer than a window has.
    older: VecDeque<Histogram>,
    /// Marks at the scrapes before, newest last, at most two windows of them.
    marks: VecDeque<Marks>,
}

/// One window and the marks that it lies between.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) latency_seconds: Option<[f64; 5]>,
    pub(crate) from: Marks,
    pub(crate) to: Marks,
    /// Requests that arrived per second in the window before, once there was one.
    pub(crate) rate_before: Option<f64>,
}

impl Window {
    pub(crate) fn new(scrapes: usize) -> Self {
        Self {
            latency: Histogram::default(),
            scrapes,
            older: VecDeque::new(),
            marks: VecDeque::from([Marks::default()]),
        }
    }

    /// Closes a slice and looks at the window that ends with it.
    pub(crate) fn close(&mut self, to: Marks) -> Seen {
        let latency_seconds = self.quantiles();
        let back = |scrapes: usize| self.marks.len().checked_sub(scrapes).map(|at| self.marks[at]);
        let from = back(self.scrapes).unwrap_or(self.marks[0]);
        let rate_before = back(2 * self.scrapes).map(|earliest| {
            let arrived = from.counters.arrived - earliest.counters.arrived;
            arrived as f64 * 1e9 / (from.at - earliest.at) as f64
        });
        if self.marks.len() == 2 * self.scrapes {
            self.marks.pop_front();
        }
        self.marks.push_back(to);
        Seen { latency_seconds, from, to, rate_before }
    }

    fn quantiles(&mut self) -> Option<[f64; 5]> {
        if self.scrapes == 1 {
            let quantiles = self.latency.quantiles_seconds(QUANTILES);
            self.latency.clear();
            return quantiles;
        }
        let mut all = self.latency.clone();
        self.older.iter().for_each(|slice| all.add(slice));
        // The oldest slice leaves the window, and its memory becomes the next one's.
        let mut next = match self.older.len() {
            len if len + 1 >= self.scrapes => self.older.pop_front().unwrap_or_default(),
            _ => Histogram::default(),
        };
        next.clear();
        self.older.push_back(std::mem::replace(&mut self.latency, next));
        all.quantiles_seconds(QUANTILES)
    }
}

impl Seen {
    pub(crate) fn seconds(&self) -> f64 {
        (self.to.at - self.from.at) as f64 / 1e9
    }

    /// How much a counter rose in the window.
    pub(crate) fn rise(&self, counter: impl Fn(&Counters) -> u64) -> f64 {
        (counter(&self.to.counters) - counter(&self.from.counters)) as f64
    }

    /// The tail of latency in seconds.
    pub(crate) fn tail_seconds(&self, percentile: TailPercentile) -> Option<f64> {
        self.latency_seconds.map(|latency| latency[percentile as usize])
    }
}
