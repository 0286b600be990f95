//! Heads: the categorical distributions of a policy, one for each head, over the options that are allowed.
//!
//! A forbidden option has probability 0 and no gradient. Heads are independent: the log-probability of a
//! choice is the sum over its heads, and so is the entropy.

use crate::Chance;
use crate::mask::best;

/// Options of each head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heads {
    sizes: Vec<usize>,
    options: usize,
}

impl Heads {
    /// Heads of these sizes.
    pub(crate) fn new(sizes: &[usize]) -> Self {
        Self { sizes: sizes.to_vec(), options: sizes.iter().sum() }
    }

    /// Number of heads.
    pub(crate) fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Options of all heads together.
    pub(crate) fn options(&self) -> usize {
        self.options
    }

    /// First option and number of options of each head.
    fn spans(&self) -> impl Iterator<Item = (usize, usize)> {
        self.sizes.iter().scan(0, |next, &size| {
            let first = *next;
            *next += size;
            Some((first, size))
        })
    }

    /// Turns the logits `[options]` of one row into log-probabilities: ln p = z − ln Σ eᶻ over what is
    /// allowed, −∞ elsewhere. A head without any allowed option becomes NaN.
    pub(crate) fn normalise(&self, allowed: &[bool], logits: &mut [f32]) {
        for (first, size) in self.spans() {
            let span = &mut logits[first..first + size];
            let mut largest = f32::NEG_INFINITY;
            for (logit, allowed) in span.iter_mut().zip(&allowed[first..first + size]) {
                *logit = if *allowed { *logit } else { f32::NEG_INFINITY };
                // A NaN among them must stay visible, and `max` would hide it.
                largest = if *logit > largest || logit.is_nan() { *logit } else { largest };
            }
            let sum: f32 = span.iter().map(|logit| (logit - largest).exp()).sum();
            let shift = largest + sum.ln();
            span.iter_mut().for_each(|logit| *logit -= shift);
        }
    }

    /// Draws an option of each head with its probability.
    pub(crate) fn draw(&self, log_probabilities: &[f32], chance: &mut Chance, to: &mut Vec<u16>) {
        for (first, size) in self.spans() {
            let mut left = chance.uniform() as f32;
            let mut drawn = 0;
            for (option, log_probability) in
                log_probabilities[first..first + size].iter().enumerate()
            {
                let probability = log_probability.exp();
                if probability > 0.0 {
                    // The last possible one also takes what rounding left over.
                    drawn = option;
                    if left < probability {
                        break;
                    }
                    left -= probability;
                }
            }
            to.push(drawn as u16);
        }
    }

    /// The allowed option of each head with the largest logit, the first of equals.
    pub(crate) fn best(&self, logits: &[f32], allowed: &[bool], to: &mut Vec<u16>) {
        for (first, size) in self.spans() {
            let span = first..first + size;
            to.push(best(&logits[span.clone()], &allowed[span]) as u16);
        }
    }

    /// ln π(a) of a choice: the sum over heads.
    pub(crate) fn log_probability(&self, log_probabilities: &[f32], choice: &[u16]) -> f32 {
        let spans = self.spans().zip(choice);
        spans.map(|((first, _), &option)| log_probabilities[first + usize::from(option)]).sum()
    }

    /// H = −Σ p ln p, summed over heads.
    pub(crate) fn entropy(&self, log_probabilities: &[f32]) -> f32 {
        log_probabilities.iter().map(|&log| -weigh(log)).sum()
    }

    /// The gradient by the logits of `score · ln π(a) + spread · H`:
    /// ∂ ln π(a) / ∂zⱼ = 1[j = a] − pⱼ and ∂H / ∂zⱼ = −pⱼ (ln pⱼ + H), of each head on its own.
    pub(crate) fn gradient(
        &self,
        log_probabilities: &[f32],
        choice: &[u16],
        (score, spread): (f32, f32),
        gradient: &mut [f32],
    ) {
        for ((first, size), &chosen) in self.spans().zip(choice) {
            let logs = &log_probabilities[first..first + size];
            let entropy: f32 = logs.iter().map(|&log| -weigh(log)).sum();
            let gradient = &mut gradient[first..first + size];
            for (gradient, &log) in gradient.iter_mut().zip(logs) {
                let probability = log.exp();
                *gradient = -score * probability - spread * (weigh(log) + probability * entropy);
            }
            gradient[usize::from(chosen)] += score;
        }
    }
}

/// p ln p, which is 0 where p is.
fn weigh(log_probability: f32) -> f32 {
    if log_probability == f32::NEG_INFINITY { 0.0 } else { log_probability.exp() * log_probability }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    #[test]
    fn forbidden_options_have_no_probability_are_never_drawn_and_get_no_gradient() {
        let heads = Heads::new(&[3, 2]);
        let allowed = [true, false, true, false, true];
        let mut logs = [0.5, 90.0, -0.5, 3.0, 2.0];
        heads.normalise(&allowed, &mut logs);
        assert_eq!((logs[1], logs[3], logs[4]), (f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0));
        assert!((logs[0].exp() + logs[2].exp() - 1.0).abs() < 1e-6);
        let mut chance = Chance::new(1, Purpose::Exploration);
        let mut drawn = Vec::new();
        for _ in 0..10_000 {
            heads.draw(&logs, &mut chance, &mut drawn);
        }
        let first = drawn.chunks(2).filter(|pair| pair[0] == 0).count();
        assert!(drawn.chunks(2).all(|pair| pair[0] != 1 && pair[1] == 1));
        // p = 1 / (1 + 1 / e) = 0.731.
        assert!(first.abs_diff(7_311) < 200, "{first}");
        let mut gradient = [f32::NAN; 5];
        heads.gradient(&logs, &[0, 1], (1.0, 0.3), &mut gradient);
        assert_eq!((gradient[1], gradient[3], gradient[4]), (0.0, 0.0, 0.0));
        assert!(gradient[0] > 0.0);
        let mut best = Vec::new();
        heads.best(&[0.5, 90.0, 0.5, 3.0, 2.0], &allowed, &mut best);
        assert_eq!(best, [0, 1]);
    }

    #[test]
    fn large_logits_do_not_overflow_and_a_lost_one_shows() {
        let heads = Heads::new(&[2]);
        let mut logs = [3e38, 1e38];
        heads.normalise(&[true; 2], &mut logs);
        assert_eq!(logs[0], 0.0);
        let mut lost = [f32::NAN, 1.0];
        heads.normalise(&[true; 2], &mut lost);
        assert!(lost.iter().all(|log| log.is_nan()));
    }
}
