//! The ledger: the history of every workload, found fast when rows keep their order.

use std::collections::HashMap;

use crate::history::History;

/// The history of every workload.
#[derive(Debug, Default)]
pub struct Ledger {
    /// In the order in which workloads came, which is usually that of the rows.
    entries: Vec<(u64, History)>,
    /// Where each workload stands among the entries.
    places: HashMap<u64, usize>,
}

impl Ledger {
    /// The history of a workload that comes at `row`; a new one if there is none.
    pub fn open(&mut self, workload: u64, row: usize) -> &mut History {
        let place = match self.entries.get(row) {
            Some((known, _)) if *known == workload => row,
            _ => self.place(workload),
        };
        &mut self.entries[place].1
    }

    fn place(&mut self, workload: u64) -> usize {
        let entries = &mut self.entries;
        *self.places.entry(workload).or_insert_with(|| {
            entries.push((workload, History::default()));
            entries.len() - 1
        })
    }

    /// The history of a workload, if there is one.
    pub fn get(&self, workload: u64) -> Option<&History> {
        self.places.get(&workload).map(|&place| &self.entries[place].1)
    }

    /// Takes over a history, in place of the one there was.
    pub fn put(&mut self, workload: u64, history: History) {
        let place = self.place(workload);
        self.entries[place].1 = history;
    }

    /// Drops the history of a workload.
    pub fn remove(&mut self, workload: u64) {
        let Some(place) = self.places.remove(&workload) else { return };
        self.entries.swap_remove(place);
        if let Some((moved, _)) = self.entries.get(place) {
            self.places.insert(*moved, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_same_history_at_any_row_and_after_others_have_left() {
        let mut ledger = Ledger::default();
        for workload in 0..5 {
            ledger.open(workload, workload as usize).seen = Some(workload as i64);
        }
        ledger.remove(1);
        ledger.remove(1);
        ledger.remove(4);
        ledger.put(2, History { seen: Some(20), ..History::default() });
        for (workload, seen) in [(0, Some(0)), (1, None), (2, Some(20)), (3, Some(3)), (4, None)] {
            assert_eq!(ledger.get(workload).and_then(|history| history.seen), seen, "{workload}");
            for row in 0..6 {
                if seen.is_some() {
                    assert_eq!(ledger.open(workload, row).seen, seen, "{workload} at {row}");
                }
            }
        }
    }
}
