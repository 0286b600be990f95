//! The roster: one thing for each workload, found fast when workloads keep their rows.

use std::collections::BTreeMap;

/// Things by workload id, each at a place that holds until something is removed.
#[derive(Debug)]
pub struct Roster<T> {
    entries: Vec<(u64, T)>,
    places: BTreeMap<u64, usize>,
}

impl<T> Default for Roster<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T> Roster<T> {
    /// The place of `id`. Looks at the place `hint` first: a batch usually has the rows of the last.
    pub fn place(&self, id: u64, hint: usize) -> Option<usize> {
        match self.entries.get(hint) {
            Some(&(at_hint, _)) if at_hint == id => Some(hint),
            _ => self.places.get(&id).copied(),
        }
    }

    /// What is at `place`, which [`Roster::place`] or [`Roster::insert`] gave.
    pub fn at(&mut self, place: usize) -> &mut T {
        &mut self.entries[place].1
    }

    /// What belongs to `id`.
    pub fn get(&self, id: u64) -> Option<&T> {
        self.places.get(&id).map(|&place| &self.entries[place].1)
    }

    /// Puts `thing` in for `id`, instead of what was there, and says where.
    pub fn insert(&mut self, id: u64, thing: T) -> usize {
        let place = *self.places.entry(id).or_insert(self.entries.len());
        if place == self.entries.len() {
            self.entries.push((id, thing));
        } else {
            self.entries[place].1 = thing;
        }
        place
    }

    /// Removes what belongs to `id`; the last entry moves to its place.
    pub fn remove(&mut self, id: u64) {
        if let Some(place) = self.places.remove(&id) {
            self.entries.swap_remove(place);
            if let Some(&(moved, _)) = self.entries.get(place) {
                self.places.insert(moved, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_things_after_others_were_removed() {
        let mut roster = Roster::default();
        for id in [10, 20, 30] {
            roster.insert(id, id * 2);
        }
        roster.remove(10);
        roster.insert(20, 7);
        assert_eq!(roster.get(10), None);
        for (id, hint, thing) in [(20, 0, 7), (20, 1, 7), (30, 0, 60), (30, 9, 60)] {
            let place = roster.place(id, hint).unwrap();
            assert_eq!(*roster.at(place), thing, "id {id}, hint {hint}");
        }
    }
}
