//! The writing half of the format.

use crate::{Activation, Agent, Normaliser};

#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn agent(&mut self, agent: &Agent) {
        let card = serde_json::to_vec(agent.card()).expect("a card is plain JSON");
        self.count(card.len());
        self.0.extend_from_slice(&card);
        self.normaliser(agent.normaliser());
        let (mut inputs, layers) = (agent.network().inputs(), agent.network().layers());
        self.count(layers.len());
        for layer in layers {
            let outputs = layer.bias.len();
            self.count(inputs);
            self.count(outputs);
            self.0.push(match layer.activation {
                Activation::Linear => 0,
                Activation::Relu => 1,
                Activation::Tanh => 2,
            });
            for value in layer.weights.iter().chain(&layer.bias) {
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            inputs = outputs;
        }
    }

    fn normaliser(&mut self, normaliser: Option<&Normaliser>) {
        let Some(Normaliser { mean, variance, clip }) = normaliser else {
            return self.count(0);
        };
        self.count(mean.len());
        for value in mean.iter().chain(variance).chain([clip]) {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn count(&mut self, count: usize) {
        let count = u32::try_from(count).expect("cards and layers are far smaller than 4 GiB");
        self.0.extend_from_slice(&count.to_le_bytes());
    }
}
