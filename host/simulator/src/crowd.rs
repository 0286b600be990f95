//! A crowd: the replicas of a node that may want more cores than there are.
//!
//! Replicas with the same demand and weight make a class, and a class has a clock that shows the
//! millicores that each unit of weight has been given, in millicore-nanoseconds. It runs at the level
//! of the water, or at demand / weight where that is less. By this clock a replica's speed depends on
//! its own requests only. So when somebody comes or goes, the clocks of classes change their pace, and
//! no other replica is touched: an event costs as much as there are classes, however many replicas
//! compete.

use std::collections::BTreeSet;

use crate::sharing::{self, Claim};

/// Replicas that share one node's cores.
#[derive(Debug)]
pub(crate) struct Crowd {
    millicores: f64,
    classes: Vec<Class>,
    /// Millicores that each unit of weight gets, unless it wants less.
    level: f64,
    /// The instant that the clocks show.
    at: u64,
}

/// Replicas that are alike.
#[derive(Debug)]
struct Class {
    demand: u64,
    weight: u32,
    clock: f64,
    /// The clock's readings (as bits, which sort alike) at which the members are done with a request.
    due: BTreeSet<(u64, u32)>,
}

/// Where a replica stands in a crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    class: u32,
    due: u64,
}

impl Class {
    fn pace(&self, level: f64) -> f64 {
        level.min(self.demand as f64 / f64::from(self.weight))
    }

    fn claim(&self) -> Claim {
        let members = self.due.len() as f64;
        Claim { demand: self.demand as f64 * members, weight: f64::from(self.weight) * members }
    }
}

impl Crowd {
    pub(crate) fn new(millicores: u64, now: u64) -> Self {
        Self { millicores: millicores as f64, classes: Vec::new(), level: f64::INFINITY, at: now }
    }

    /// So much there is to share from now on. Whoever changes it divides the cores anew.
    pub(crate) fn has(&mut self, millicores: u64) {
        self.millicores = millicores as f64;
    }

    /// What the clock of a replica's class shows at `now`.
    pub(crate) fn clock(&self, standing: Standing, now: u64) -> f64 {
        let class = &self.classes[standing.class as usize];
        class.clock + (now - self.at) as f64 * class.pace(self.level)
    }

    /// Sets all clocks to `now`. Whoever comes or goes does so after this.
    pub(crate) fn advance(&mut self, now: u64) {
        let passed = (now - self.at) as f64;
        self.at = now;
        for class in &mut self.classes {
            class.clock += passed * class.pace(self.level);
        }
    }

    /// The class for a demand and a weight, and what its clock shows.
    pub(crate) fn class(&mut self, demand: u64, weight: u32) -> (u32, f64) {
        let alike = |class: &Class| class.demand == demand && class.weight == weight;
        let known = self.classes.iter().position(alike);
        let at = known.unwrap_or_else(|| {
            let fresh = Class { demand, weight, clock: 0.0, due: BTreeSet::new() };
            // A class that nobody is in is not needed any more.
            match self.classes.iter().position(|class| class.due.is_empty()) {
                Some(empty) => {
                    self.classes[empty] = fresh;
                    empty
                }
                None => {
                    self.classes.push(fresh);
                    self.classes.len() - 1
                }
            }
        });
        (at as u32, self.classes[at].clock)
    }

    /// A replica joins a class; its next request is done when the clock has moved on by `left`.
    pub(crate) fn join(&mut self, replica: u32, class: u32, left: f64) -> Standing {
        let place = &mut self.classes[class as usize];
        let due = (place.clock + left).to_bits();
        place.due.insert((due, replica));
        Standing { class, due }
    }

    /// A replica leaves.
    pub(crate) fn leave(&mut self, replica: u32, standing: Standing) {
        self.classes[standing.class as usize].due.remove(&(standing.due, replica));
    }

    /// Divides the cores anew after somebody came or went.
    pub(crate) fn divide(&mut self) {
        self.level = sharing::level(self.millicores, self.classes.iter().map(Class::claim));
    }

    /// The next replica that is done with a request, and when.
    pub(crate) fn next(&self) -> Option<(u64, u32)> {
        let firsts = self.classes.iter().filter_map(|class| {
            let &(due, replica) = class.due.first()?;
            let left = (f64::from_bits(due) - class.clock).max(0.0) / class.pace(self.level);
            Some((self.at + left.ceil() as u64, replica))
        });
        firsts.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_their_pace_and_members_keep_their_place() {
        let mut crowd = Crowd::new(1000, 0);
        // Two replicas of weight 1 that want a core each, one alone at first.
        let (class, _) = crowd.class(1000, 1);
        let first = crowd.join(1, class, 4000.0);
        crowd.divide();
        assert_eq!(crowd.next(), Some((4, 1)));
        crowd.advance(2);
        let second = crowd.join(2, class, 1000.0);
        crowd.divide();
        // Half a core each: 1000 millicore-nanoseconds take 2 ns, the other 2000 take 4.
        assert_eq!(crowd.next(), Some((4, 2)));
        crowd.advance(4);
        crowd.leave(2, second);
        crowd.divide();
        assert_eq!(crowd.clock(first, 5), 4000.0);
        assert_eq!(crowd.next(), Some((5, 1)));
    }

    #[test]
    fn a_class_that_is_satisfied_leaves_the_rest_to_the_others() {
        let mut crowd = Crowd::new(2000, 0);
        let (small, _) = crowd.class(200, 4);
        let a = crowd.join(1, small, 1e9);
        let (large, _) = crowd.class(4000, 1);
        let b = crowd.join(2, large, 1e9);
        crowd.divide();
        // 200 of 2000 millicores for the first, by weight 50 each; 1800 for the second.
        assert_eq!((crowd.clock(a, 10), crowd.clock(b, 10)), (500.0, 18_000.0));
    }

    #[test]
    fn classes_are_used_again() {
        let mut crowd = Crowd::new(1000, 0);
        for demand in 1..50 {
            let (class, clock) = crowd.class(demand, 1);
            assert_eq!((class, clock), (0, 0.0));
            let standing = crowd.join(1, class, 1.0);
            crowd.divide();
            crowd.advance(demand * 10);
            crowd.leave(1, standing);
        }
    }
}
