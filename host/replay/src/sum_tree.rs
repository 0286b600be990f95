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

    /// The slots at which the running sum of priorities passes each of `places`, which are used up. Never
    /// one of priority zero, also when rounding takes a place past the end: the last with any is taken
    /// then. The sum must not be zero.
    ///
    /// All go down a level before any goes further, so that their loads do not wait for each other.
    pub(crate) fn find(&self, places: &mut [f64], slots: &mut Vec<u32>) {
        slots.clear();
        slots.resize(places.len(), 0);
        for level in self.levels.iter().rev() {
            let (nodes, _) = level.as_chunks::<FAN>();
            for (place, at) in places.iter_mut().zip(slots.iter_mut()) {
                let children = &nodes[*at as usize];
                let (child, below) = passed(children, *place);
                *at = *at * FAN as u32 + child;
                *place -= below;
            }
        }
    }
}

/// The child at which the running sum passes a place, and the sum before it.
#[inline]
fn passed(children: &[f64; FAN], place: f64) -> (u32, f64) {
    let mut sums = [0.0; FAN + 1];
    for (child, priority) in children.iter().enumerate() {
        sums[child + 1] = sums[child] + priority;
    }
    // Counted and not searched for, because which child it is cannot be predicted. The first sum above
    // the place is above the sum before it, so its child is not zero.
    let child = sums[1..].iter().map(|&upto| u32::from(upto <= place)).sum::<u32>();
    if child < FAN as u32 {
        return (child, sums[child as usize]);
    }
    let last = children.iter().rposition(|&priority| priority > 0.0).unwrap_or(0);
    // Past the end of that child too, so that the last is taken all the way down.
    (last as u32, f64::NEG_INFINITY)
}

/// Pairwise, always in the same order.
fn sum(children: &[f64]) -> f64 {
    children.chunks(2).map(|pair| pair.iter().sum::<f64>()).sum()
}

#[cfg(test)]
mod tests;
