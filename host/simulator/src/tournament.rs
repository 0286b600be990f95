//! Tournament: the least of many keys that change all the time.
//!
//! A complete binary tree whose inner nodes hold the least key below them. Setting a key is a short
//! walk up in which every comparison is independent of the one before, so there is little for a
//! processor to mispredict; nothing is ever stale, because a slot holds one key. Of equal keys the
//! lowest slot wins, which makes the order of simultaneous events part of the design.

/// The key of a slot that does not compete.
pub(crate) const NEVER: u64 = u64::MAX;

/// Slots with a key each, and the least of them.
#[derive(Debug, Clone)]
pub(crate) struct Tournament {
    /// `[2 × leaves]`; 1 is the root and slot `s` is at `leaves + s`. Position 0 is not used.
    keys: Vec<u64>,
    leaves: usize,
}

impl Tournament {
    /// Room for this many slots, none of which competes.
    pub(crate) fn with_slots(slots: usize) -> Self {
        let leaves = slots.next_power_of_two().max(2);
        Self { keys: vec![NEVER; 2 * leaves], leaves }
    }

    /// Makes room for this many slots.
    pub(crate) fn grow(&mut self, slots: usize) {
        if slots <= self.leaves {
            return;
        }
        let mut larger = Self::with_slots(slots);
        let start = larger.leaves;
        larger.keys[start..start + self.leaves].copy_from_slice(&self.keys[self.leaves..]);
        for at in (1..start).rev() {
            larger.keys[at] = larger.keys[2 * at].min(larger.keys[2 * at + 1]);
        }
        *self = larger;
    }

    /// The key of one slot.
    pub(crate) fn key(&self, slot: usize) -> u64 {
        self.keys[self.leaves + slot]
    }

    /// Gives a slot another key.
    #[inline]
    pub(crate) fn set(&mut self, slot: usize, key: u64) {
        let mut at = self.leaves + slot;
        self.keys[at] = key;
        let mut least = key;
        while at > 1 {
            least = least.min(self.keys[at ^ 1]);
            at >>= 1;
            if self.keys[at] == least {
                return;
            }
            self.keys[at] = least;
        }
    }

    /// The least key, [`NEVER`] if no slot competes.
    #[inline]
    pub(crate) fn least(&self) -> u64 {
        self.keys[1]
    }

    /// The slot that holds the least key; meaningless if none competes.
    #[inline]
    pub(crate) fn winner(&self) -> usize {
        let least = self.keys[1];
        let mut at = 1;
        while at < self.leaves {
            at = 2 * at + usize::from(self.keys[2 * at] != least);
        }
        at - self.leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_key_wins_and_of_equal_ones_the_lowest_slot() {
        let mut tournament = Tournament::with_slots(5);
        assert_eq!(tournament.least(), NEVER);
        let steps: &[(usize, u64, u64, usize)] = &[
            (3, 40, 40, 3),
            (1, 50, 40, 3),
            (4, 40, 40, 3),
            (0, 40, 40, 0),
            (0, NEVER, 40, 3),
            (3, 60, 40, 4),
            (4, 61, 50, 1),
            (1, NEVER, 60, 3),
        ];
        for &(slot, key, least, winner) in steps {
            tournament.set(slot, key);
            assert_eq!((tournament.least(), tournament.winner()), (least, winner));
        }
    }

    #[test]
    fn growing_changes_nothing() {
        let mut tournament = Tournament::with_slots(2);
        tournament.set(0, 7);
        tournament.set(1, 5);
        tournament.grow(9);
        assert_eq!((tournament.least(), tournament.winner(), tournament.key(0)), (5, 1, 7));
        tournament.set(8, 3);
        assert_eq!((tournament.least(), tournament.winner()), (3, 8));
    }
}
