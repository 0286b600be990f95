//! A network: dense layers, one after the other, evaluated without any library.
//!
//! Duelling streams are such a network too: their hidden layers stand beside each other in one layer,
//! and V + A − mean A is linear in them.

mod packed;

use thiserror::Error;

use packed::{Input, Packed, list};

/// A dense layer: outputs = activation(weights × inputs + bias).
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// `[outputs, inputs]`, row by row, as torch has it.
    pub weights: Vec<f32>,
    /// `[outputs]`
    pub bias: Vec<f32>,
    /// What is applied to each output.
    pub activation: Activation,
}

/// What is applied to each output of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(0, x)
    Relu,
    /// tanh(x)
    Tanh,
}

/// Dense layers that fit each other, laid out for evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    layers: Vec<Packed>,
}

/// Room for evaluations of one network after another.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    inputs: Vec<Input>,
    outputs: Vec<f32>,
}

/// Layers that make no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// Nothing to evaluate.
    #[error("the network has no layers")]
    Empty,
    /// Weights, bias and the layer before do not fit each other.
    #[error(
        "layer {layer} has {weights} weights, where {inputs} inputs and {outputs} outputs need {}",
        .inputs.saturating_mul(*.outputs)
    )]
    Shape {
        /// Which layer, from 0.
        layer: usize,
        /// Weights that it has.
        weights: usize,
        /// Outputs of the layer before, or inputs of the network.
        inputs: usize,
        /// Entries of its bias.
        outputs: usize,
    },
    /// A weight or bias that is NaN or infinite.
    #[error("layer {layer} has a weight that is no finite number; its training went wrong")]
    NotFinite {
        /// Which layer, from 0.
        layer: usize,
    },
}

impl Network {
    /// The network of these layers, from `inputs` inputs on.
    pub fn new(inputs: usize, layers: &[Dense]) -> Result<Self, NetworkError> {
        let mut made = NetworkParts::new(inputs);
        for dense in layers {
            let (weights, bias) = (dense.weights.iter().copied(), dense.bias.iter().copied());
            made.push(weights, bias, dense.activation)?;
        }
        made.finish()
    }

    /// How many inputs it takes.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// How many outputs it gives.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }

    /// Its layers, as they were given.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = Dense> {
        self.layers.iter().map(Packed::dense)
    }

    /// The outputs for these inputs, of which there must be as many as it takes. The same inputs give
    /// the same bits on every platform.
    pub fn evaluate<'a>(&self, inputs: &[f32], scratch: &'a mut Scratch) -> &'a [f32] {
        assert_eq!(inputs.len(), self.inputs(), "a network takes as many inputs as it has");
        list(inputs, &mut scratch.inputs);
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                list(&scratch.outputs[..layer.inputs()], &mut scratch.inputs);
            }
            scratch.outputs.resize(layer.width(), 0.0);
            layer.evaluate(&scratch.inputs, &mut scratch.outputs);
        }
        &scratch.outputs[..self.outputs()]
    }
}

/// A network while its layers come in.
pub(crate) struct NetworkParts {
    layers: Vec<Packed>,
    inputs: usize,
}

impl NetworkParts {
    pub(crate) fn new(inputs: usize) -> Self {
        Self { layers: Vec::new(), inputs }
    }

    /// Adds a layer, whose weights come row by row.
    pub(crate) fn push(
        &mut self,
        weights: impl ExactSizeIterator<Item = f32>,
        bias: impl ExactSizeIterator<Item = f32>,
        activation: Activation,
    ) -> Result<(), NetworkError> {
        let (layer, inputs, outputs) = (self.layers.len(), self.inputs, bias.len());
        if inputs == 0 || outputs == 0 || inputs.checked_mul(outputs) != Some(weights.len()) {
            let weights = weights.len();
            return Err(NetworkError::Shape { layer, weights, inputs, outputs });
        }
        let packed = Packed::new(inputs, outputs, weights, bias, activation);
        self.layers.push(packed.ok_or(NetworkError::NotFinite { layer })?);
        self.inputs = outputs;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Network, NetworkError> {
        if self.layers.is_empty() {
            return Err(NetworkError::Empty);
        }
        Ok(Network { layers: self.layers })
    }
}

#[cfg(test)]
mod tests;
