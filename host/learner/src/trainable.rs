//! Trainable: a network with what it learns by: its optimiser and its gradients, which are reckoned by hand
//! on the CPU and by libtorch elsewhere.

use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, no_grad_guard};

use crate::by_hand::ByHand;
use crate::raw::{floats, floats_mut};
use crate::{Adam, AdamState, LearnError, Mlp};

/// A network with its optimiser and its gradients.
#[derive(Debug)]
pub(crate) struct Trainable {
    network: Mlp,
    adam: Adam,
    way: Way,
}

/// How outputs and gradients are reckoned.
#[derive(Debug)]
enum Way {
    Hand(ByHand),
    Graph(Graph),
}

/// libtorch's autograd.
#[derive(Debug, Default)]
struct Graph {
    outputs: Vec<f32>,
    /// The same as the end of a graph, until gradients are taken.
    end: Option<Tensor>,
    gradients: Vec<Tensor>,
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
        let way = if network.device() == Device::Cpu && !graph {
            Way::Hand(ByHand::new(network.shape()))
        } else {
            Way::Graph(Graph::default())
        };
        Self { network, adam, way }
    }

    /// The network.
    pub(crate) fn network(&self) -> &Mlp {
        &self.network
    }

    /// The outputs `[rows, outputs]` of inputs `[rows, inputs]`; a [`Trainable::backward`] may follow.
    pub(crate) fn forward(&mut self, inputs: &[f32], rows: usize) -> &[f32] {
        if rows == 0 {
            return &[];
        }
        let Self { network, way, .. } = self;
        match way {
            Way::Hand(hand) => hand.forward(network, inputs, rows),
            Way::Graph(graph) => {
                let outputs = network.forward(&tensor(inputs, rows, network.device()));
                let near = outputs.detach().to_device(Device::Cpu).contiguous();
                graph.outputs.clear();
                graph.outputs.extend_from_slice(floats(&near));
                graph.end = Some(outputs);
                &graph.outputs
            }
        }
    }

    /// The outputs `[rows, outputs]`, without keeping anything.
    pub(crate) fn answer(&self, inputs: &[f32], rows: usize) -> Vec<f32> {
        if rows == 0 {
            return Vec::new();
        }
        if let Way::Hand(_) = self.way {
            let mut hand = ByHand::new(self.network.shape());
            return hand.forward(&self.network, inputs, rows).to_vec();
        }
        let _guard = no_grad_guard();
        let outputs = self.network.forward(&tensor(inputs, rows, self.network.device()));
        floats(&outputs.to_device(Device::Cpu).contiguous()).to_vec()
    }

    /// Reckons all gradients from the gradient of the loss by the outputs of the last
    /// [`Trainable::forward`], which had these inputs.
    pub(crate) fn backward(&mut self, inputs: &[f32], rows: usize, output_gradient: &[f32]) {
        let Self { network, way, .. } = self;
        match way {
            Way::Hand(hand) => hand.backward(network, inputs, rows, output_gradient),
            Way::Graph(graph) => {
                let outputs = graph.end.take().expect("a forward came before");
                // Its gradient by the outputs is `output_gradient`.
                let product = &outputs * tensor(output_gradient, rows, network.device());
                let loss = product.sum(Kind::Float);
                let gradients = Tensor::run_backward(&[loss], network.parameters(), false, false);
                graph.gradients = gradients.iter().map(Tensor::contiguous).collect();
            }
        }
    }

    /// The gradients of the last [`Trainable::backward`], one for each parameter.
    pub(crate) fn gradients(&self) -> &[Tensor] {
        match &self.way {
            Way::Hand(hand) => hand.gradients(),
            Way::Graph(graph) => &graph.gradients,
        }
    }

    /// The sum of the squares of all gradients.
    pub(crate) fn squared_norm(&self) -> f64 {
        let squares = |gradient: &Tensor| -> f64 {
            if gradient.device() == Device::Cpu {
                return sum_squares(floats(gradient));
            }
            gradient.square().sum(Kind::Double).double_value(&[])
        };
        self.gradients().iter().map(squares).sum()
    }

    /// Multiplies all gradients.
    pub(crate) fn scale(&mut self, factor: f64) {
        let _guard = no_grad_guard();
        let gradients = match &mut self.way {
            Way::Hand(hand) => hand.gradients_mut(),
            Way::Graph(graph) => &mut graph.gradients,
        };
        for gradient in gradients {
            if gradient.device() == Device::Cpu {
                floats_mut(gradient).iter_mut().for_each(|value| *value *= factor as f32);
            } else {
                let _ = gradient.g_mul_scalar_(factor);
            }
        }
    }

    /// One step of Adam along the gradients.
    pub(crate) fn step(&mut self, learning_rate: f64) {
        self.adam.anneal(learning_rate);
        let gradients = match &self.way {
            Way::Hand(hand) => hand.gradients(),
            Way::Graph(graph) => &graph.gradients,
        };
        self.adam.step(self.network.parameters_mut(), gradients);
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

/// Eight sums side by side, so that one addition need not wait for the other.
fn sum_squares(numbers: &[f32]) -> f64 {
    let mut sums = [0.0_f32; 8];
    let chunks = numbers.chunks_exact(8);
    let rest: f32 = chunks.remainder().iter().map(|number| number * number).sum();
    for chunk in chunks {
        for (sum, number) in sums.iter_mut().zip(chunk) {
            *sum += number * number;
        }
    }
    sums.iter().chain([&rest]).map(|&sum| f64::from(sum)).sum()
}

fn tensor(numbers: &[f32], rows: usize, device: Device) -> Tensor {
    let columns = numbers.len() / rows.max(1);
    Tensor::from_slice(numbers).view([rows as i64, columns as i64]).to_device(device)
}
