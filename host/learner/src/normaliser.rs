//! Normaliser: inputs brought to mean 0 and variance 1 by what has been seen so far.

use serde::{Deserialize, Serialize};

/// Added to a variance, so that an input that never changes is not divided by zero.
const FLOOR: f64 = 1e-8;

/// Running mean and variance of each input (Chan, Golub and LeVeque 1983, in double precision).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normaliser {
    rows: u64,
    mean: Vec<f64>,
    /// Sums of squared distances from the mean.
    squares: Vec<f64>,
    clip: f32,
}

impl Normaliser {
    /// One that has seen nothing and changes nothing but what lies beyond ± `clip`.
    pub fn new(inputs: usize, clip: f32) -> Self {
        Self { rows: 0, mean: vec![0.0; inputs], squares: vec![0.0; inputs], clip }
    }

    /// Numbers of a row.
    pub fn inputs(&self) -> usize {
        self.mean.len()
    }

    /// Rows seen so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Mean of each input.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Variance of each input (of the population); 1 before anything was seen.
    pub fn variance(&self) -> Vec<f64> {
        let rows = self.rows as f64;
        self.squares.iter().map(|sum| if self.rows == 0 { 1.0 } else { sum / rows }).collect()
    }

    /// The largest distance from 0 of what it gives.
    pub fn clip(&self) -> f32 {
        self.clip
    }

    /// Takes rows `[rows, inputs]` into account.
    ///
    /// δ = x − μ, μ ← μ + δ / n, S ← S + δ (x − μ) for each row in turn (Welford 1962).
    pub fn update(&mut self, rows: &[f32]) {
        for row in rows.chunks_exact(self.inputs()) {
            self.rows += 1;
            let share = 1.0 / self.rows as f64;
            for ((&value, mean), sum) in row.iter().zip(&mut self.mean).zip(&mut self.squares) {
                let distance = f64::from(value) - *mean;
                *mean += distance * share;
                *sum += distance * (f64::from(value) - *mean);
            }
        }
    }

    /// Normalises rows `[rows, inputs]` in place: clip((x − μ) / √(σ² + 10⁻⁸)).
    pub fn apply(&self, rows: &mut [f32]) {
        if self.rows == 0 {
            rows.iter_mut().for_each(|value| *value = value.clamp(-self.clip, self.clip));
            return;
        }
        let count = self.rows as f64;
        for (input, (mean, sum)) in self.mean.iter().zip(&self.squares).enumerate() {
            let (mean, scale) = (*mean as f32, (1.0 / (sum / count + FLOOR).sqrt()) as f32);
            for value in rows.iter_mut().skip(input).step_by(self.mean.len()) {
                *value = ((*value - mean) * scale).clamp(-self.clip, self.clip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Purpose};

    #[test]
    fn it_knows_mean_and_variance_of_all_that_it_saw() {
        let mut chance = Chance::new(5, Purpose::Shuffling);
        let rows: Vec<f32> = (0..2_000).map(|_| (1e4 + 3.0 * chance.normal()) as f32).collect();
        let mut normaliser = Normaliser::new(2, 10.0);
        for part in rows.chunks(14) {
            normaliser.update(part);
        }
        for input in 0..2 {
            let column: Vec<f64> = rows.iter().skip(input).step_by(2).map(|&x| x.into()).collect();
            let mean = column.iter().sum::<f64>() / 1e3;
            let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e3;
            assert!((normaliser.mean()[input] - mean).abs() < 1e-8);
            assert!((normaliser.variance()[input] - variance).abs() < 1e-8);
        }
        let mut applied = rows;
        normaliser.apply(&mut applied);
        let mean = applied.iter().sum::<f32>() / 2e3;
        let square = applied.iter().map(|x| x * x).sum::<f32>() / 2e3;
        assert!(mean.abs() < 1e-3 && (square - 1.0).abs() < 1e-3, "{mean} {square}");
    }

    #[test]
    fn it_clips_and_bears_inputs_that_never_change() {
        let mut normaliser = Normaliser::new(2, 5.0);
        let mut unseen = [7.0, -0.5];
        normaliser.apply(&mut unseen);
        assert_eq!(unseen, [5.0, -0.5]);
        normaliser.update(&[1.0, 0.0, 1.0, 2.0]);
        let mut rows = [1.0, 1.0, 1.0, 1e6];
        normaliser.apply(&mut rows);
        assert_eq!(rows, [0.0, 0.0, 0.0, 5.0]);
    }
}
