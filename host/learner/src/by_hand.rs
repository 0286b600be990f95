//! By hand: a network's outputs and gradients computed without a graph, on the CPU.
//!
//! For networks of a hundred neurons libtorch spends more time on bookkeeping than on arithmetic. Here
//! nothing is allocated once the room is there, and the products are those of the crate `gemm`, whose
//! results do not depend on where its matrices lie in memory, so that a resumed run computes the same bits.

mod tanh;

use gemm::{Parallelism, gemm};
use tch::{Device, Tensor};

use crate::raw::{floats, floats_mut};
use crate::wide::wide;
use crate::{Activation, Mlp, MlpShape};

/// Room for the numbers of one network's forward and backward pass.
#[derive(Debug)]
pub(crate) struct ByHand {
    activation: Activation,
    /// Inputs and outputs of each layer.
    layers: Vec<(usize, usize)>,
    /// What each layer gave, `[rows, outputs]`.
    given: Vec<Vec<f32>>,
    /// The loss by what a layer gives, and by what the layer before it gives.
    blames: [Vec<f32>; 2],
    /// The loss by each parameter, as the network has them.
    gradients: Vec<Tensor>,
}

impl ByHand {
    /// Room for networks of this shape.
    pub(crate) fn new(shape: &MlpShape) -> Self {
        let layers = shape.layers();
        let zeros = |size: &[i64]| Tensor::zeros(size, (tch::Kind::Float, Device::Cpu));
        let pair = |&(inputs, outputs): &(usize, usize)| {
            [zeros(&[outputs as i64, inputs as i64]), zeros(&[outputs as i64])]
        };
        Self {
            activation: shape.activation,
            given: vec![Vec::new(); layers.len()],
            blames: [Vec::new(), Vec::new()],
            gradients: layers.iter().flat_map(pair).collect(),
            layers,
        }
    }

    /// The outputs `[rows, outputs]` of inputs `[rows, inputs]`.
    pub(crate) fn forward(&mut self, network: &Mlp, inputs: &[f32], rows: usize) -> &[f32] {
        let last = self.layers.len() - 1;
        for (layer, &(from, to)) in self.layers.iter().enumerate() {
            let [weight, bias] =
                [0, 1].map(|place| floats(&network.parameters()[2 * layer + place]));
            let (before, after) = self.given.split_at_mut(layer);
            let carried = before.last().map_or(inputs, Vec::as_slice);
            let given = room(&mut after[0], rows * to);
            // x Wᵀ
            product(
                given,
                [rows, from, to],
                Matrix::new(carried, from),
                Matrix::turned(weight, from),
            );
            let activation = (layer < last).then_some(self.activation);
            activate(given, bias, activation);
        }
        &self.given[last][..rows * self.layers[last].1]
    }

    /// Computes the gradients of a loss from its derivatives `[rows, outputs]` by the outputs of the last
    /// forward pass, which was of the same inputs and weights.
    pub(crate) fn backward(&mut self, network: &Mlp, inputs: &[f32], rows: usize, blame: &[f32]) {
        let [blames, earlier] = &mut self.blames;
        blames.clear();
        blames.extend_from_slice(blame);
        for (layer, &(from, to)) in self.layers.iter().enumerate().rev() {
            let carried = if layer == 0 { inputs } else { &self.given[layer - 1] };
            let (weights, biases) = self.gradients.split_at_mut(2 * layer + 1);
            // ∂W = δᵀ x, ∂b = Σ δ
            let weights = floats_mut(&mut weights[2 * layer]);
            let (turned, straight) = (Matrix::turned(blames, to), Matrix::new(carried, from));
            product(weights, [to, rows, from], turned, straight);
            sum_rows(floats_mut(&mut biases[0]), blames);
            if layer > 0 {
                // δ ← (δ W) ⊙ f′
                let weight = floats(&network.parameters()[2 * layer]);
                let before = room(earlier, rows * from);
                let straight = Matrix::new(blames, to);
                product(before, [rows, to, from], straight, Matrix::new(weight, from));
                let activation = self.activation;
                slope(before, carried, activation);
                std::mem::swap(blames, earlier);
            }
        }
    }

    /// The gradients of the last backward pass, as the network has its parameters.
    pub(crate) fn gradients(&self) -> &[Tensor] {
        &self.gradients
    }

    /// The same, to be clipped.
    pub(crate) fn gradients_mut(&mut self) -> &mut [Tensor] {
        &mut self.gradients
    }
}

/// The first `length` places of a vector that grows where it must.
fn room(vector: &mut Vec<f32>, length: usize) -> &mut [f32] {
    vector.resize(length, 0.0);
    vector
}

/// Numbers seen as a matrix: a step by row and a step by column.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    numbers: &'a [f32],
    row: usize,
    column: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `width` numbers.
    pub(crate) fn new(numbers: &'a [f32], width: usize) -> Self {
        Self { numbers, row: width, column: 1 }
    }

    /// The transpose of rows of `width` numbers.
    pub(crate) fn turned(numbers: &'a [f32], width: usize) -> Self {
        Self { numbers, row: 1, column: width }
    }

    fn reaches(&self, rows: usize, columns: usize) -> bool {
        rows > 0
            && columns > 0
            && (rows - 1) * self.row + (columns - 1) * self.column < self.numbers.len()
    }
}

/// `[rows, columns]` ← `[rows, depth]` × `[depth, columns]`.
pub(crate) fn product(
    result: &mut [f32],
    [rows, depth, columns]: [usize; 3],
    left: Matrix<'_>,
    right: Matrix<'_>,
) {
    assert!(
        result.len() == rows * columns
            && left.reaches(rows, depth)
            && right.reaches(depth, columns),
        "matrices of other sizes"
    );
    let into = result.as_mut_ptr();
    let (left_steps, right_steps) = ([left.column, left.row], [right.column, right.row]);
    let [left_column, left_row] = left_steps.map(|step| step as isize);
    let [right_column, right_row] = right_steps.map(|step| step as isize);
    // SAFETY: the assertion above shows that every place that the steps lead to lies within its slice;
    // the result is borrowed alone.
    #[expect(unsafe_code, reason = "gemm takes pointers and steps")]
    unsafe {
        gemm(
            rows,
            columns,
            depth,
            into,
            1,
            columns as isize,
            false,
            left.numbers.as_ptr(),
            left_column,
            left_row,
            right.numbers.as_ptr(),
            right_column,
            right_row,
            0.0_f32,
            1.0_f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

wide! {
    /// x ← f(x + b) for each row.
    fn activate(given: &mut [f32], bias: &[f32], activation: Option<Activation>) {
        for row in given.chunks_exact_mut(bias.len()) {
            match activation {
                None => row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias),
                // Not `max`, which would hide what is not a number.
                Some(Activation::Relu) => row.iter_mut().zip(bias).for_each(|(value, bias)| {
                    let sum = *value + bias;
                    *value = if sum < 0.0 { 0.0 } else { sum };
                }),
                Some(Activation::Tanh) => {
                    for (value, bias) in row.iter_mut().zip(bias) {
                        *value = tanh::tanh(*value + bias);
                    }
                }
            }
        }
    }
}

wide! {
    /// δ ← δ f′, told from what the layer gave.
    fn slope(blames: &mut [f32], given: &[f32], activation: Activation) {
        match activation {
            Activation::Relu => blames.iter_mut().zip(given).for_each(|(blame, &given)| {
                *blame = if given > 0.0 { *blame } else { 0.0 };
            }),
            Activation::Tanh => blames.iter_mut().zip(given).for_each(|(blame, &given)| {
                *blame *= 1.0 - given * given;
            }),
        }
    }
}

wide! {
    fn sum_rows(sums: &mut [f32], rows: &[f32]) {
        sums.fill(0.0);
        for row in rows.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }
}

#[cfg(test)]
mod tests;
