//! Network: fully connected layers on libtorch.

mod initialisation;

pub use initialisation::Initialisation;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, no_grad_guard};

use crate::Chance;
use crate::raw::{floats, floats_mut};
use crate::wide::wide;

/// What follows each hidden layer; the last layer is linear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(0, x).
    #[default]
    Relu,
    /// Hyperbolic tangent.
    Tanh,
}

/// Sizes of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpShape {
    /// Numbers that come in.
    pub inputs: usize,
    /// Neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// Numbers that come out.
    pub outputs: usize,
    /// What follows each hidden layer.
    pub activation: Activation,
}

impl MlpShape {
    /// Inputs and outputs of each layer.
    pub fn layers(&self) -> Vec<(usize, usize)> {
        let ends: Vec<usize> = self.hidden.iter().copied().chain([self.outputs]).collect();
        let starts = [self.inputs].into_iter().chain(self.hidden.iter().copied());
        starts.zip(ends).collect()
    }

    /// Weights and biases of all layers.
    pub fn parameters(&self) -> usize {
        self.layers().iter().map(|(inputs, outputs)| (inputs + 1) * outputs).sum()
    }
}

/// A multi-layer perceptron.
#[derive(Debug)]
pub struct Mlp {
    shape: MlpShape,
    /// Weight `[outputs, inputs]` and bias `[outputs]` of each layer in turn.
    parameters: Vec<Tensor>,
}

impl Mlp {
    /// A network with weights drawn from `chance`.
    pub fn new(
        shape: MlpShape,
        initialisation: Initialisation,
        chance: &mut Chance,
        device: Device,
    ) -> Self {
        let layers = shape.layers();
        let last = layers.len() - 1;
        let drawn = layers.iter().enumerate().flat_map(|(layer, &(inputs, outputs))| {
            initialisation.layer(inputs, outputs, layer == last, chance)
        });
        let weights: Vec<f32> = drawn.collect();
        Self::from_weights(shape, &weights, device)
    }

    /// A network with these weights, as [`Mlp::weights`] gives them.
    ///
    /// # Panics
    /// If there are more or fewer of them than the shape has.
    pub fn from_weights(shape: MlpShape, weights: &[f32], device: Device) -> Self {
        assert_eq!(weights.len(), shape.parameters(), "weights of another network");
        let mut parameters = Vec::new();
        let mut rest = weights;
        for (inputs, outputs) in shape.layers() {
            let (weight, bias, after) = split(rest, inputs, outputs);
            rest = after;
            let weight = Tensor::from_slice(weight).view([outputs as i64, inputs as i64]);
            for tensor in [weight, Tensor::from_slice(bias)] {
                parameters.push(tensor.to_device(device).detach().set_requires_grad(true));
            }
        }
        Self { shape, parameters }
    }

    /// Its sizes.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// Where it is.
    pub fn device(&self) -> Device {
        self.parameters[0].device()
    }

    /// Weight `[outputs, inputs]` and bias `[outputs]` of each layer in turn.
    pub fn parameters(&self) -> &[Tensor] {
        &self.parameters
    }

    /// The same, to be changed in place.
    pub fn parameters_mut(&mut self) -> &mut [Tensor] {
        &mut self.parameters
    }

    /// The outputs `[batch, outputs]` of inputs `[batch, inputs]`.
    pub fn forward(&self, inputs: &Tensor) -> Tensor {
        let mut carried = inputs.shallow_clone();
        let layers = self.parameters.chunks_exact(2);
        let last = layers.len() - 1;
        for (layer, pair) in layers.enumerate() {
            carried = carried.linear(&pair[0], Some(&pair[1]));
            if layer < last {
                carried = match self.shape.activation {
                    Activation::Relu => carried.relu(),
                    Activation::Tanh => carried.tanh(),
                };
            }
        }
        carried
    }

    /// All weights: of each layer the weight, row by row, then the bias.
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = Vec::with_capacity(self.shape.parameters());
        for parameter in &self.parameters {
            let near = parameter.to_device(Device::Cpu).to_kind(Kind::Float).contiguous();
            weights.extend_from_slice(floats(&near));
        }
        weights
    }

    /// A network with the same weights that learns on its own.
    pub fn copy(&self) -> Self {
        Self::from_weights(self.shape.clone(), &self.weights(), self.device())
    }

    /// Moves its weights towards another's: θ′ ← τ θ + (1 − τ) θ′ (Lillicrap et al. 2016); τ = 1 copies.
    pub fn blend(&mut self, other: &Mlp, tau: f64) {
        let _guard = no_grad_guard();
        for (own, others) in self.parameters.iter_mut().zip(&other.parameters) {
            if own.device() == Device::Cpu {
                let (keep, take) = ((1.0 - tau) as f32, tau as f32);
                mix(floats_mut(own), floats(others), keep, take);
            } else {
                let _ = own.lerp_(others, tau);
            }
        }
    }
}

wide! {
    fn mix(own: &mut [f32], others: &[f32], keep: f32, take: f32) {
        for (own, other) in own.iter_mut().zip(others) {
            *own = keep * *own + take * other;
        }
    }
}

fn split(weights: &[f32], inputs: usize, outputs: usize) -> (&[f32], &[f32], &[f32]) {
    let (weight, rest) = weights.split_at(inputs * outputs);
    let (bias, rest) = rest.split_at(outputs);
    (weight, bias, rest)
}

#[cfg(test)]
mod tests;
