//! A packed layer: weights in the order in which evaluation reads them.
//!
//! Outputs are computed [`LANES`] at a time: each input is multiplied with the weights that lead to them,
//! which stand beside each other. So vectors of any length compute the same sums in the same order, and
//! no bit depends on how wide the machine is.

use super::{Activation, Dense};

/// Outputs that are computed at once.
pub(super) const LANES: usize = 32;

type Block = [f32; LANES];

/// A layer whose weights are laid out for evaluation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packed {
    inputs: usize,
    outputs: usize,
    /// `[blocks, inputs, LANES]`; outputs that only fill a block have zeros.
    weights: Vec<Block>,
    /// `[blocks, LANES]`
    bias: Vec<Block>,
    activation: Activation,
}

impl Packed {
    /// Lays out `outputs` × `inputs` weights that come row by row. None if one is no finite number.
    pub(super) fn new(
        inputs: usize,
        outputs: usize,
        weights: impl Iterator<Item = f32>,
        bias: impl Iterator<Item = f32>,
        activation: Activation,
    ) -> Option<Self> {
        let blocks = outputs.div_ceil(LANES);
        let mut packed = Self {
            inputs,
            outputs,
            weights: vec![[0.0; LANES]; blocks * inputs],
            bias: vec![[0.0; LANES]; blocks],
            activation,
        };
        let mut finite = true;
        for (place, weight) in weights.enumerate() {
            finite &= weight.is_finite();
            let (output, input) = (place / inputs, place % inputs);
            packed.weights[output / LANES * inputs + input][output % LANES] = weight;
        }
        for (output, bias) in bias.enumerate() {
            finite &= bias.is_finite();
            packed.bias[output / LANES][output % LANES] = bias;
        }
        finite.then_some(packed)
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// The layer as it was given.
    pub(super) fn dense(&self) -> Dense {
        let weight = |place: usize| {
            let (output, input) = (place / self.inputs, place % self.inputs);
            self.weights[output / LANES * self.inputs + input][output % LANES]
        };
        Dense {
            weights: (0..self.outputs * self.inputs).map(weight).collect(),
            bias: self.bias.as_flattened()[..self.outputs].to_vec(),
            activation: self.activation,
        }
    }

    /// Writes the outputs, and zeros for what only fills the last block.
    pub(super) fn evaluate(&self, inputs: &[f32], outputs: &mut [f32]) {
        let blocks = outputs.as_chunks_mut::<LANES>().0;
        let weights = self.weights.chunks_exact(self.inputs);
        for ((block, weights), bias) in blocks.iter_mut().zip(weights).zip(&self.bias) {
            *block = sums(weights, inputs, bias);
        }
        match self.activation {
            Activation::Linear => {}
            Activation::Relu => outputs.iter_mut().for_each(|output| *output = output.max(0.0)),
            Activation::Tanh => {
                for output in &mut outputs[..self.outputs] {
                    *output = libm::tanhf(*output);
                }
            }
        }
    }
}

/// The bias plus the weighted sum of the inputs, for one block of outputs.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn sums(weights: &[Block], inputs: &[f32], bias: &Block) -> Block {
    let mut sums = *bias;
    for (weights, &input) in weights.iter().zip(inputs) {
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum += weight * input;
        }
    }
    sums
}
