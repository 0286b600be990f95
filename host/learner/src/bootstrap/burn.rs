//! Burn: how many objectives were missed lately.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The last turns, each with the workloads that had an objective and those that missed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Burn {
    window: usize,
    turns: VecDeque<(u32, u32)>,
}

impl Burn {
    /// Of so many turns.
    pub(super) fn new(window: usize) -> Self {
        Self { window, turns: VecDeque::with_capacity(window) }
    }

    /// One turn more: workloads with an objective, and how many missed it.
    pub(super) fn push(&mut self, turn: (u32, u32)) {
        if self.turns.len() == self.window {
            self.turns.pop_front();
        }
        self.turns.push_back(turn);
    }

    /// Forgets all turns.
    pub(super) fn clear(&mut self) {
        self.turns.clear();
    }

    /// Share that was missed. Turns that are yet to come count as kept, with as many objectives as those
    /// that were seen, so that a bad beginning is no verdict and a disaster needs no full window.
    pub(super) fn missed(&self) -> f64 {
        let sum =
            |of: fn(&(u32, u32)) -> u32| self.turns.iter().map(of).map(f64::from).sum::<f64>();
        let (with, missed) = (sum(|turn| turn.0), sum(|turn| turn.1));
        let seen = self.turns.len() as f64 / self.window as f64;
        if with > 0.0 { missed / with * seen } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_the_whole_window_and_old_turns_leave_it() {
        let mut burn = Burn::new(4);
        assert_eq!(burn.missed(), 0.0);
        burn.push((2, 2));
        assert_eq!(burn.missed(), 0.25);
        burn.push((2, 0));
        assert_eq!(burn.missed(), 0.25);
        (0..2).for_each(|_| burn.push((2, 1)));
        assert_eq!(burn.missed(), 0.5);
        (0..4).for_each(|_| burn.push((0, 0)));
        assert_eq!(burn.missed(), 0.0, "nobody was promised anything");
    }
}
