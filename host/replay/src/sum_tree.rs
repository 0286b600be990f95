//! Sum tree: priorities by slot, and the slot at a share of their sum.
//!
//! Eight children a node, so that the children of a node are one cache line and a million slots are
//! seven lines deep. A parent is summed anew from its children whenever one changes, so rounding does
//! not pile up as it does where differences are added.

/// Children of a node: 64 bytes of `f64`.
const FAN: usize = 8;

/// Sums of priorities over slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SumTree {
    /// Leaves first, then the levels up to the root, each padded to whole nodes.
    levels: Vec<Vec<f64>>,
}

impl SumTree {
    /// One of zeros.
    pub(crate) fn new(slots: usize) -> Self {
        let mut levels = Vec::new();
        let mut length = slots.max(1);
        loop {
            let padded = length.next_multiple_of(FAN);
            levels.push(vec![0.0; padded]);
            if padded == FAN {
                return Self { levels };
            }
            length = padded / FAN;
        }
    }

    pub(crate) fn slots(&self) -> usize {
        self.levels[0].len()
    }

    pub(crate) fn get(&self, slot: u32) -> f64 {
        self.levels[0][slot as usize]
    }

    pub(crate) fn total(&self) -> f64 {
        self.levels.last().map_or(0.0, |root| sum(root))
    }

    /// Sets the priority of a slot, ≥ 0 and finite.
    pub(crate) fn set(&mut self, slot: u32, priority: f64) {
        let mut at = slot as usize;
        let mut value = priority;
        for level in &mut self.levels {
            level[at] = value;
            at /= FAN;
            value = sum(&level[at * FAN..(at + 1) * FAN]);
        }
    }

    /// The slot at which the running sum of priorities passes `mark`. Never one of priority zero, also
    /// when rounding takes the mark past the end: the last with any is taken then. None if all are zero.
    pub(crate) fn find(&self, mut mark: f64) -> Option<u32> {
        let mut at = 0;
        for level in self.levels.iter().rev() {
            let children = &level[at * FAN..(at + 1) * FAN];
            let mut chosen = None;
            for (child, &value) in children.iter().enumerate() {
                if value > 0.0 {
                    chosen = Some((child, mark));
                    if mark < value {
                        break;
                    }
                    mark -= value;
                }
            }
            let (child, rest) = chosen?;
            at = at * FAN + child;
            mark = rest;
        }
        Some(at as u32)
    }
}

/// Pairwise, always in the same order.
fn sum(children: &[f64]) -> f64 {
    children.chunks(2).map(|pair| pair.iter().sum::<f64>()).sum()
}

#[cfg(test)]
mod tests;
