//! A packed layer: weights in the order in which evaluation reads them.
//!
//! Outputs are computed in blocks: each input is multiplied with the weights that lead to a block's
//! outputs, which stand beside each other. So the sums are the same in the same order on every machine,
//! however many numbers it computes at once. Inputs of 0, which ReLU leaves many of, are left out.

use super::{Activation, Dense};

/// Outputs of a wide block: as many sums as registers hold.
const WIDE: usize = 32;

/// Outputs of a narrow block, for what does not fill half a wide one.
const NARROW: usize = 4;

/// Sums of a narrow block that go on beside each other, because one addition waits for the last.
const CHAINS: usize = 4;

/// A layer whose weights are laid out for evaluation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packed {
    inputs: usize,
    outputs: usize,
    /// `[wide blocks, inputs, WIDE]`; outputs that only fill a block have zeros.
    wide: Vec<[f32; WIDE]>,
    /// `[narrow blocks, inputs, NARROW]`; they follow the wide ones.
    narrow: Vec<[f32; NARROW]>,
    /// `[outputs with those that only fill]`
    bias: Vec<f32>,
    activation: Activation,
}

/// An input that is not 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Input {
    place: usize,
    value: f32,
}

/// Lists the inputs that are not 0.
pub(super) fn list(values: &[f32], inputs: &mut Vec<Input>) {
    inputs.resize(values.len(), Input::default());
    let mut count = 0;
    for (place, &value) in values.iter().enumerate() {
        // Without a branch, which nobody could predict.
        inputs[count] = Input { place, value };
        count += usize::from(value != 0.0);
    }
    inputs.truncate(count);
}

impl Packed {
    /// Lays out weights for each of `outputs` outputs, which come row by row. None if one is no finite
    /// number.
    pub(super) fn new(
        inputs: usize,
        outputs: usize,
        mut weights: impl Iterator<Item = f32>,
        bias: impl Iterator<Item = f32>,
        activation: Activation,
    ) -> Option<Self> {
        let (whole, rest) = (outputs / WIDE, outputs % WIDE);
        let (wide, narrow) =
            if rest > WIDE / 2 { (whole + 1, 0) } else { (whole, rest.div_ceil(NARROW)) };
        let mut packed = Self {
            inputs,
            outputs,
            wide: vec![[0.0; WIDE]; wide * inputs],
            narrow: vec![[0.0; NARROW]; narrow * inputs],
            bias: bias.collect(),
            activation,
        };
        let mut finite = packed.bias.iter().all(|bias| bias.is_finite());
        packed.bias.resize(wide * WIDE + narrow * NARROW, 0.0);
        for output in 0..outputs {
            for (place, weight) in packed.row_mut(output).zip(&mut weights) {
                finite &= weight.is_finite();
                *place = weight;
            }
        }
        finite.then_some(packed)
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Outputs with those that only fill a block.
    pub(super) fn width(&self) -> usize {
        self.bias.len()
    }

    /// The layer as it was given.
    pub(super) fn dense(&self) -> Dense {
        Dense {
            weights: (0..self.outputs).flat_map(|output| self.row(output)).collect(),
            bias: self.bias[..self.outputs].to_vec(),
            activation: self.activation,
        }
    }

    /// The weights that lead to an output.
    fn row(&self, output: usize) -> impl Iterator<Item = f32> {
        let after = output.checked_sub(self.wide.len() / self.inputs * WIDE);
        let inputs = self.inputs;
        (0..inputs).map(move |input| match after {
            None => self.wide[output / WIDE * inputs + input][output % WIDE],
            Some(after) => self.narrow[after / NARROW * inputs + input][after % NARROW],
        })
    }

    fn row_mut(&mut self, output: usize) -> impl Iterator<Item = &mut f32> {
        let after = output.checked_sub(self.wide.len() / self.inputs * WIDE);
        let (wide, narrow) = match after {
            None => (&mut self.wide[output / WIDE * self.inputs..][..self.inputs], &mut [][..]),
            Some(after) => {
                (&mut [][..], &mut self.narrow[after / NARROW * self.inputs..][..self.inputs])
            }
        };
        let after = after.unwrap_or_default();
        let wide = wide.iter_mut().map(move |block| &mut block[output % WIDE]);
        wide.chain(narrow.iter_mut().map(move |block| &mut block[after % NARROW]))
    }

    /// Writes the outputs, and something for what only fills a block.
    pub(super) fn evaluate(&self, inputs: &[Input], outputs: &mut [f32]) {
        let begun = self.wide.len() / self.inputs * WIDE;
        let (wide, narrow) = outputs.split_at_mut(begun);
        let (wide_bias, narrow_bias) = self.bias.split_at(begun);
        let blocks = wide.as_chunks_mut().0.iter_mut().zip(wide_bias.as_chunks().0);
        for ((block, bias), weights) in blocks.zip(self.wide.chunks_exact(self.inputs)) {
            *block = wide_sums(weights, inputs, bias);
        }
        let blocks = narrow.as_chunks_mut().0.iter_mut().zip(narrow_bias.as_chunks().0);
        for ((block, bias), weights) in blocks.zip(self.narrow.chunks_exact(self.inputs)) {
            *block = narrow_sums(weights, inputs, bias);
        }
        match self.activation {
            Activation::Linear => {}
            Activation::Relu => rectify(outputs),
            Activation::Tanh => {
                for output in &mut outputs[..self.outputs] {
                    *output = libm::tanhf(*output);
                }
            }
        }
    }
}

/// The bias plus the weighted sum of the inputs, for one wide block of outputs.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn wide_sums(weights: &[[f32; WIDE]], inputs: &[Input], bias: &[f32; WIDE]) -> [f32; WIDE] {
    let mut sums = *bias;
    for input in inputs {
        add(&mut sums, weights, input);
    }
    sums
}

/// The same for a narrow block, in which each chain takes every fourth input.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn narrow_sums(weights: &[[f32; NARROW]], inputs: &[Input], bias: &[f32; NARROW]) -> [f32; NARROW] {
    let mut sums = [[0.0; NARROW]; CHAINS];
    sums[0] = *bias;
    let (turns, rest) = inputs.as_chunks::<CHAINS>();
    for turn in turns {
        for (sums, input) in sums.iter_mut().zip(turn) {
            add(sums, weights, input);
        }
    }
    for (sums, input) in sums.iter_mut().zip(rest) {
        add(sums, weights, input);
    }
    let [first, second, third, fourth] = sums;
    std::array::from_fn(|at| (first[at] + second[at]) + (third[at] + fourth[at]))
}

#[inline(always)]
fn add<const LANES: usize>(sums: &mut [f32; LANES], weights: &[[f32; LANES]], input: &Input) {
    // Inputs were listed for this layer, so there is always such a row.
    if let Some(weights) = weights.get(input.place) {
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum += weight * input.value;
        }
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn rectify(outputs: &mut [f32]) {
    for output in outputs {
        // A comparison keeps NaN, so that a broken network shows, and costs less than a maximum.
        *output = if *output < 0.0 { 0.0 } else { *output };
    }
}
