//! Initialisation: weights at the start, drawn from our own generator so that they can be repeated.

use serde::{Deserialize, Serialize};

use crate::Chance;

/// How weights are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Initialisation {
    /// Weights and biases uniform within ± 1 / √inputs: what PyTorch's linear layers begin with.
    Uniform,
    /// Orthogonal weights and zero biases (Saxe et al. 2014): W Wᵀ or Wᵀ W is the gain's square times
    /// the identity.
    Orthogonal {
        /// Gain of hidden layers, √2 in PPO's common form.
        hidden: f64,
        /// Gain of the last layer: 0.01 of an actor, 1 of a critic.
        output: f64,
    },
}

impl Initialisation {
    /// Weight `[outputs, inputs]`, row by row, and bias `[outputs]` of one layer.
    pub(super) fn layer(
        self,
        inputs: usize,
        outputs: usize,
        is_last: bool,
        chance: &mut Chance,
    ) -> Vec<f32> {
        match self {
            Self::Uniform => {
                let bound = 1.0 / (inputs as f64).sqrt();
                let draw = |_| ((2.0 * chance.uniform() - 1.0) * bound) as f32;
                (0..(inputs + 1) * outputs).map(draw).collect()
            }
            Self::Orthogonal { hidden, output } => {
                let gain = if is_last { output } else { hidden };
                let weight = orthogonal(outputs, inputs, gain, chance);
                weight.into_iter().chain(vec![0.0; outputs]).collect()
            }
        }
    }
}

/// A matrix `[rows, columns]` whose shorter side is orthogonal: the longer side's normal vectors are made
/// orthogonal one after the other (modified Gram and Schmidt, twice, which is as exact as QR).
fn orthogonal(rows: usize, columns: usize, gain: f64, chance: &mut Chance) -> Vec<f32> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    while vectors.len() < count {
        let mut vector: Vec<f64> = (0..length).map(|_| chance.normal()).collect();
        for _ in 0..2 {
            for other in &vectors {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
        }
        let norm = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        // A draw that lies in the span of the others is all but impossible, and drawn again.
        if norm > 1e-6 {
            vector.iter_mut().for_each(|value| *value /= norm);
            vectors.push(vector);
        }
    }
    let at = |row: usize, column: usize| {
        if rows <= columns { vectors[row][column] } else { vectors[column][row] }
    };
    (0..rows * columns).map(|place| (gain * at(place / columns, place % columns)) as f32).collect()
}
