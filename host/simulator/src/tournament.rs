//! Tournament: the least of many keys that change all the time.
//!
//! A complete tree of four-way nodes that hold the least key below each of their four branches.
//! Setting a key is a short walk up that ends where the least key stays as it is; finding the winner
//! is a walk down. Nothing is ever stale, because a slot holds one key. Of equal keys the lowest slot
//! wins, which makes the order of simultaneous events part of the design.

/// The key of a slot that does not compete.
pub(crate) const NEVER: u64 = u64::MAX;

/// Slots with a key each, and the least of them.
#[derive(Debug, Clone)]
pub(crate) struct Tournament {
    /// Node 0 is the root; branch `b` of node `n` leads to node `4n + 1 + b`. The last level holds the
    /// keys of slots, four a node.
    nodes: Vec<[u64; 4]>,
    /// The first node of the last level.
    last_level: usize,
    least: u64,
}

impl Tournament {
    /// Room for this many slots, none of which competes.
    pub(crate) fn with_slots(slots: usize) -> Self {
        let (mut last_level, mut width) = (0, 1);
        while 4 * width < slots {
            last_level += width;
            width *= 4;
        }
        Self { nodes: vec![[NEVER; 4]; last_level + width], last_level, least: NEVER }
    }

    /// Makes room for this many slots.
    pub(crate) fn grow(&mut self, slots: usize) {
        let leaves = &self.nodes[self.last_level..];
        if slots <= 4 * leaves.len() {
            return;
        }
        let mut larger = Self::with_slots(slots);
        for (slot, &key) in leaves.iter().flatten().enumerate() {
            larger.set(slot, key);
        }
        *self = larger;
    }

    /// Gives a slot another key.
    #[inline]
    pub(crate) fn set(&mut self, slot: usize, key: u64) {
        let (mut at, mut branch, mut key) = (self.last_level + slot / 4, slot % 4, key);
        loop {
            let node = &mut self.nodes[at];
            if node[branch] == key {
                return;
            }
            node[branch] = key;
            key = least_of(node);
            if at == 0 {
                self.least = key;
                return;
            }
            (at, branch) = ((at - 1) / 4, (at - 1) % 4);
        }
    }

    /// The least key, [`NEVER`] if no slot competes.
    #[inline]
    pub(crate) fn least(&self) -> u64 {
        self.least
    }

    /// The slot that holds the least key; meaningless if none competes.
    #[inline]
    pub(crate) fn winner(&self) -> usize {
        let mut at = 0;
        loop {
            let [first, second, third, _] = self.nodes[at].map(|key| key == self.least);
            let branch = match (first, second, third) {
                (true, _, _) => 0,
                (_, true, _) => 1,
                (_, _, true) => 2,
                _ => 3,
            };
            if at >= self.last_level {
                return 4 * (at - self.last_level) + branch;
            }
            at = 4 * at + 1 + branch;
        }
    }
}

#[inline]
fn least_of(node: &[u64; 4]) -> u64 {
    node[0].min(node[1]).min(node[2].min(node[3]))
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
        tournament.grow(90);
        assert_eq!((tournament.least(), tournament.winner()), (5, 1));
        tournament.set(88, 3);
        assert_eq!((tournament.least(), tournament.winner()), (3, 88));
        tournament.set(88, NEVER);
        tournament.set(1, NEVER);
        assert_eq!((tournament.least(), tournament.winner()), (7, 0));
    }
}
