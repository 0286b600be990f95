//! Exploration: how often something is tried at random, by turn.

use serde::{Deserialize, Serialize};

use crate::rule::{Rule, positive, rule, share};

/// ε by turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exploration {
    /// end + (start − end) exp(−turn / decay), as SCARLET has it.
    Exponential {
        /// ε of the first turn, in `[0, 1]`.
        start: f64,
        /// What it falls to, in `[0, 1]`.
        end: f64,
        /// Turns in which the difference falls to 1/e, > 0.
        decay_turns: f64,
    },
    /// Straight from start to end, and then the end.
    Linear {
        /// ε of the first turn, in `[0, 1]`.
        start: f64,
        /// What it comes to, in `[0, 1]`.
        end: f64,
        /// Turns that it takes, ≥ 1.
        turns: u64,
    },
}

impl Exploration {
    /// ε of a turn, the first one being 0.
    pub fn at(&self, turn: u64) -> f64 {
        match *self {
            Self::Exponential { start, end, decay_turns } => {
                end + (start - end) * libm::exp(-(turn as f64) / decay_turns)
            }
            Self::Linear { start, end, turns } => {
                start + (end - start) * (turn as f64 / turns as f64).min(1.0)
            }
        }
    }

    /// The rule that it must keep: name, whether it does, what it is, what it may be.
    pub(super) fn rule(&self) -> Rule {
        let (start, end, length) = match *self {
            Self::Exponential { start, end, decay_turns } => (start, end, decay_turns),
            Self::Linear { start, end, turns } => (start, end, turns as f64),
        };
        let holds = share(start) && share(end) && positive(length);
        rule("exploration", holds, self, "start and end in [0, 1] and a length above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_falls_as_it_is_told() {
        let linear = Exploration::Linear { start: 1.0, end: 0.05, turns: 1_000 };
        for (turn, epsilon) in [(0, 1.0), (500, 0.525), (1_000, 0.05), (5_000, 0.05)] {
            assert!((linear.at(turn) - epsilon).abs() < 1e-12, "{turn}");
        }
        let exponential = Exploration::Exponential { start: 0.9, end: 0.05, decay_turns: 150.0 };
        assert!((exponential.at(1_000_000) - 0.05).abs() < 1e-12);
    }
}
