//! Trainable: a network with what it learns by: its optimiser and its gradients.

use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use crate::passes::Passes;
use crate::{Adam, AdamState, LearnError, Mlp};

/// A network with its optimiser and its gradients.
#[derive(Debug)]
pub(crate) struct Trainable {
    network: Mlp,
    adam: Adam,
    passes: Passes,
    is_by_hand: bool,
}

/// A network and its optimiser at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainableState {
    /// Weights and biases, as [`Mlp::weights`] gives them.
    pub weights: Vec<f32>,
    /// The optimiser.
    pub adam: AdamState,
}

impl Trainable {
    /// A network with Adam; `graph` uses libtorch's autograd on the CPU too.
    pub(crate) fn new(network: Mlp, epsilon: f64, graph: bool) -> Self {
        let adam = Adam::new(network.parameters(), 0.0, epsilon);
        let is_by_hand = network.device() == Device::Cpu && !graph;
        let passes = Passes::new(network.shape(), is_by_hand);
        Self { network, adam, passes, is_by_hand }
    }

    /// The network.
    pub(crate) fn network(&self) -> &Mlp {
        &self.network
    }

    /// The outputs `[rows, outputs]` of inputs `[rows, inputs]`; a [`Trainable::backward`] may follow.
    pub(crate) fn forward(&mut self, inputs: &[f32], rows: usize) -> &[f32] {
        match rows {
            0 => &[],
            rows => self.passes.learn(&self.network, inputs, rows),
        }
    }

    /// The outputs `[rows, outputs]`, without keeping anything.
    pub(crate) fn answer(&self, inputs: &[f32], rows: usize) -> Vec<f32> {
        if rows == 0 {
            return Vec::new();
        }
        let mut passes = Passes::new(self.network.shape(), self.is_by_hand);
        passes.outputs(&self.network, inputs, rows).to_vec()
    }

    /// Reckons all gradients from the gradient of the loss by the outputs of the last
    /// [`Trainable::forward`], which had these inputs.
    pub(crate) fn backward(&mut self, inputs: &[f32], rows: usize, output_gradient: &[f32]) {
        self.passes.gradients(&self.network, inputs, rows, output_gradient);
    }

    /// The gradients of the last [`Trainable::backward`], one for each parameter.
    pub(crate) fn gradients(&self) -> &[Tensor] {
        self.passes.last_gradients()
    }

    /// The same, to be shortened.
    pub(crate) fn gradients_mut(&mut self) -> &mut [Tensor] {
        self.passes.last_gradients_mut()
    }

    /// One step of Adam along the gradients.
    pub(crate) fn step(&mut self, learning_rate: f64) {
        self.adam.anneal(learning_rate);
        self.adam.step(self.network.parameters_mut(), self.passes.last_gradients());
    }

    /// Network and optimiser at rest.
    pub(crate) fn state(&self) -> TrainableState {
        TrainableState { weights: self.network.weights(), adam: self.adam.state() }
    }

    /// Whether a state is one of such a network.
    pub(crate) fn check(&self, state: &TrainableState) -> Result<(), LearnError> {
        let wanted = self.network.shape().parameters();
        let TrainableState { weights, adam } = state;
        for (list, found) in [
            ("the weights of a state", weights.len()),
            ("the first moments of a state", adam.first.len()),
            ("the second moments of a state", adam.second.len()),
        ] {
            if found != wanted {
                return Err(LearnError::Length { list, found, wanted });
            }
        }
        Ok(())
    }

    /// Takes over a state that was checked.
    pub(crate) fn restore(&mut self, state: &TrainableState) {
        let (shape, device) = (self.network.shape().clone(), self.network.device());
        self.network = Mlp::from_weights(shape, &state.weights, device);
        assert!(self.adam.restore(&state.adam), "the state was checked");
    }
}
