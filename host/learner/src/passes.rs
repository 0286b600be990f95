//! Passes: forward and backward through a network, by hand on the CPU, else by libtorch's graph.

use tch::{Device, Kind, Tensor, no_grad_guard};

use crate::by_hand::ByHand;
use crate::raw::floats;
use crate::{Mlp, MlpShape};

/// Who computes a network's outputs and gradients.
#[derive(Debug)]
pub(crate) enum Passes {
    /// Without a graph, on the CPU.
    ByHand(ByHand),
    /// libtorch.
    Graph(Graph),
}

/// What libtorch computed last.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    given: Vec<f32>,
    outputs: Option<Tensor>,
    gradients: Vec<Tensor>,
}

impl Passes {
    /// Room for networks of this shape.
    pub(crate) fn new(shape: &MlpShape, is_by_hand: bool) -> Self {
        if is_by_hand { Self::ByHand(ByHand::new(shape)) } else { Self::Graph(Graph::default()) }
    }

    /// The outputs `[rows, outputs]` of inputs `[rows, inputs]`.
    pub(crate) fn outputs(&mut self, network: &Mlp, inputs: &[f32], rows: usize) -> &[f32] {
        match self {
            Self::ByHand(hand) => hand.forward(network, inputs, rows),
            Self::Graph(graph) => {
                let _guard = no_grad_guard();
                graph.take(&network.forward(&tensor(inputs, rows, network)))
            }
        }
    }

    /// The same, to be followed by [`Passes::gradients`].
    pub(crate) fn learn(&mut self, network: &Mlp, inputs: &[f32], rows: usize) -> &[f32] {
        match self {
            Self::ByHand(hand) => hand.forward(network, inputs, rows),
            Self::Graph(graph) => {
                let outputs = network.forward(&tensor(inputs, rows, network));
                graph.outputs = Some(outputs.shallow_clone());
                graph.take(&outputs.detach())
            }
        }
    }

    /// The gradients of a loss by all parameters, from its derivatives `[rows, outputs]` by the outputs of
    /// the last [`Passes::learn`], which was of the same network and inputs.
    pub(crate) fn gradients(
        &mut self,
        network: &Mlp,
        inputs: &[f32],
        rows: usize,
        blame: &[f32],
    ) -> &mut [Tensor] {
        match self {
            Self::ByHand(hand) => hand.backward(network, inputs, rows, blame),
            Self::Graph(graph) => {
                if let Some(outputs) = graph.outputs.take() {
                    // A number with the same derivatives by the outputs as the loss.
                    let stand_in = (outputs * tensor(blame, rows, network)).sum(Kind::Float);
                    graph.gradients =
                        Tensor::run_backward(&[stand_in], network.parameters(), false, false);
                }
            }
        }
        self.last_gradients_mut()
    }

    /// What the last [`Passes::gradients`] gave.
    pub(crate) fn last_gradients(&self) -> &[Tensor] {
        match self {
            Self::ByHand(hand) => hand.gradients(),
            Self::Graph(graph) => &graph.gradients,
        }
    }

    /// The same, to be changed.
    pub(crate) fn last_gradients_mut(&mut self) -> &mut [Tensor] {
        match self {
            Self::ByHand(hand) => hand.gradients_mut(),
            Self::Graph(graph) => &mut graph.gradients,
        }
    }
}

impl Graph {
    fn take(&mut self, outputs: &Tensor) -> &[f32] {
        self.given.clear();
        self.given.extend_from_slice(floats(&outputs.to_device(Device::Cpu).contiguous()));
        &self.given
    }
}

fn tensor(numbers: &[f32], rows: usize, network: &Mlp) -> Tensor {
    Tensor::from_slice(numbers).view([rows as i64, -1]).to_device(network.device())
}
