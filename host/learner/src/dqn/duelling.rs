//! Duelling: a value and advantages instead of the values of options (Wang et al. 2016, equation 9).
//!
//! Both are linear in the last hidden layer and so is what is made of them, so they are one linear layer
//! whose outputs a constant matrix turns into values of options, and the two fold into one for export.

use crate::by_hand::{Matrix, product};
use crate::{Mlp, MlpShape};

/// Q(s, a) = V(s) + A(s, a) − Σ A(s, a′) / |A|, for each head.
#[derive(Debug)]
pub(super) struct Duelling {
    /// `[options, outputs]`; the outputs are the values of all heads, then the advantages of all options.
    numbers: Vec<f32>,
    options: usize,
    outputs: usize,
}

impl Duelling {
    pub(super) fn new(heads: &[usize]) -> Self {
        let options: usize = heads.iter().sum();
        let outputs = heads.len() + options;
        let mut numbers = vec![0.0; options * outputs];
        let mut first = 0;
        for (head, &count) in heads.iter().enumerate() {
            for option in first..first + count {
                let row = &mut numbers[option * outputs..][..outputs];
                row[head] = 1.0;
                row[heads.len() + first..][..count].fill(-1.0 / count as f32);
                row[heads.len() + option] += 1.0;
            }
            first += count;
        }
        Self { numbers, options, outputs }
    }

    /// Values of options `[rows, options]` of outputs `[rows, outputs]`.
    pub(super) fn values(&self, outputs: &[f32], rows: usize, values: &mut Vec<f32>) {
        values.resize(rows * self.options, 0.0);
        let turned = Matrix::turned(&self.numbers, self.outputs);
        let sizes = [rows, self.outputs, self.options];
        product(values, sizes, Matrix::new(outputs, self.outputs), turned);
    }

    /// The loss by the outputs from the loss by the values.
    pub(super) fn blame(&self, by_values: &[f32], rows: usize, by_outputs: &mut Vec<f32>) {
        by_outputs.resize(rows * self.outputs, 0.0);
        let straight = Matrix::new(&self.numbers, self.outputs);
        let sizes = [rows, self.options, self.outputs];
        product(by_outputs, sizes, Matrix::new(by_values, self.options), straight);
    }

    /// A network that gives the values of options itself.
    pub(super) fn fold(&self, network: &Mlp) -> Mlp {
        let shape = MlpShape { outputs: self.options, ..network.shape().clone() };
        let mut weights = network.weights();
        let width = network.shape().layers().last().map_or(0, |layer| layer.0);
        let last = weights.split_off(weights.len() - (width + 1) * self.outputs);
        let (weight, bias) = last.split_at(width * self.outputs);
        let fold = |row: &[f32], numbers: &[f32], step: usize, column: usize| -> f32 {
            let terms = row.iter().enumerate();
            terms
                .map(|(at, &factor)| f64::from(factor) * f64::from(numbers[at * step + column]))
                .sum::<f64>() as f32
        };
        for row in self.numbers.chunks_exact(self.outputs) {
            weights.extend((0..width).map(|column| fold(row, weight, width, column)));
        }
        weights.extend(self.numbers.chunks_exact(self.outputs).map(|row| fold(row, bias, 1, 0)));
        Mlp::from_weights(shape, &weights, network.device())
    }
}
