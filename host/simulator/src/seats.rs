//! Seats: the places of one workload's load balancer.
//!
//! A request goes to the replica that holds the fewest, and of equals to the one that was chosen least
//! recently, and of those that never were to the one with the lowest seat. A new replica takes the lowest
//! seat that is free.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::request::NONE;
use crate::tournament::{NEVER, Tournament};

/// Bits of the number of a choice: a trillion choices, and eight million requests in a replica.
const CHOICE_BITS: u32 = 40;

/// Who can take a request, and who has the fewest.
#[derive(Debug)]
pub(crate) struct Seats {
    /// By what a replica holds, then by its last choice.
    held: Tournament,
    /// The last choice of each seat, counted from 1; 0 if there was none.
    chosen: Vec<u64>,
    choices: u64,
    occupants: Vec<u32>,
    vacant: BinaryHeap<Reverse<u32>>,
}

impl Default for Seats {
    fn default() -> Self {
        Self {
            held: Tournament::with_slots(2),
            chosen: Vec::new(),
            choices: 0,
            occupants: Vec::new(),
            vacant: BinaryHeap::new(),
        }
    }
}

impl Seats {
    /// Gives a replica a seat, closed at first.
    pub(crate) fn take(&mut self, replica: u32) -> u32 {
        let seat = self.vacant.pop().map_or(self.occupants.len() as u32, |Reverse(seat)| seat);
        if seat as usize == self.occupants.len() {
            self.occupants.push(NONE);
            self.chosen.push(0);
            self.held.grow(self.occupants.len());
        }
        self.occupants[seat as usize] = replica;
        self.chosen[seat as usize] = 0;
        seat
    }

    pub(crate) fn leave(&mut self, seat: u32) {
        self.close(seat);
        self.vacant.push(Reverse(seat));
    }

    /// The replica can take requests, and holds this many.
    #[inline]
    pub(crate) fn open(&mut self, seat: u32, held: u32) {
        let chosen = self.chosen[seat as usize];
        self.held.set(seat as usize, (u64::from(held) << CHOICE_BITS) | chosen);
    }

    /// The replica was chosen; to be opened or closed anew.
    #[inline]
    pub(crate) fn choose(&mut self, seat: u32) {
        self.choices += 1;
        self.chosen[seat as usize] = self.choices;
    }

    /// The replica takes no more requests.
    #[inline]
    pub(crate) fn close(&mut self, seat: u32) {
        self.held.set(seat as usize, NEVER);
    }

    /// The replica for the next request.
    #[inline]
    pub(crate) fn best(&self) -> Option<u32> {
        (self.held.least() != NEVER).then(|| self.occupants[self.held.winner()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_to_the_open_replica_that_holds_the_fewest() {
        let mut seats = Seats::default();
        assert_eq!(seats.best(), None);
        let taken: Vec<u32> = [70, 71, 72].map(|replica| seats.take(replica)).into();
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!(seats.best(), None);
        seats.open(1, 4);
        seats.open(2, 4);
        assert_eq!(seats.best(), Some(71));
        seats.open(0, 5);
        seats.open(1, 6);
        assert_eq!(seats.best(), Some(72));
        seats.close(2);
        assert_eq!(seats.best(), Some(70));
    }

    #[test]
    fn equals_take_turns() {
        let mut seats = Seats::default();
        for replica in 0..3 {
            let seat = seats.take(replica);
            seats.open(seat, 0);
        }
        let turns: Vec<u32> = (0..7)
            .map(|_| {
                let best = seats.best().unwrap();
                seats.choose(best);
                seats.open(best, 0);
                best
            })
            .collect();
        assert_eq!(turns, [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn the_lowest_free_seat_is_given_again() {
        let mut seats = Seats::default();
        for replica in 0..4 {
            seats.take(replica);
        }
        seats.leave(2);
        seats.leave(1);
        assert_eq!([seats.take(8), seats.take(9), seats.take(10)], [1, 2, 4]);
    }
}
