//! Export: from a checkpoint to what acts without libtorch.

use ::agent::{
    Activation as Followed, Agent, AgentError, Dense, Network, NetworkError, Normaliser,
};
use tch::Device;
use thiserror::Error;
use worlds::World;

use super::Checkpoint;
use crate::{Activation, LearnError, Mlp};

/// A checkpoint that makes no agent.
#[derive(Debug, Error)]
pub enum ExportError {
    /// It was trained on no cluster.
    #[error("the checkpoint is of no agent of a cluster: it has no card")]
    NoCard,
    /// Its state does not fit its algorithm.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// Its weights make no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Its parts do not fit each other.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

impl Checkpoint {
    /// The learner as it was, without its memory: it can decide and be looked into.
    pub fn learner(&self, device: Device) -> Result<Box<dyn crate::Agent>, LearnError> {
        let memory = |settings: &crate::DqnSettings| {
            // The smallest that the settings allow: nothing will be put into it.
            let settings = crate::DqnSettings { buffer: settings.batch, ..settings.clone() };
            Ok(Box::new(settings.memory(&self.shape)?) as Box<dyn crate::Memory>)
        };
        let mut learner = self.algorithm.agent(&self.shape, self.seed, device, memory)?;
        learner.restore(&self.agent)?;
        Ok(learner)
    }

    /// Refuses a world whose rows are others than those that it was trained on.
    pub fn fits(&self, world: &dyn World) -> Result<(), LearnError> {
        let (own, found) = (&self.shape, world.shape());
        let sizes = [
            ("the inputs of the world", found.inputs, own.inputs),
            ("the options of the world", found.options(), own.options()),
        ];
        match sizes.into_iter().find(|(_, found, wanted)| found != wanted) {
            Some((list, found, wanted)) => Err(LearnError::Length { list, found, wanted }),
            None => Ok(()),
        }
    }

    /// What it has learned, as plain values that act without libtorch.
    pub fn export(&self) -> Result<Agent, ExportError> {
        let mut card = self.card.clone().ok_or(ExportError::NoCard)?;
        card.facts.extend(self.facts.clone());
        card.facts.insert("steps".to_owned(), self.training.step.to_string());
        let learner = self.learner(Device::Cpu)?;
        let (network, normaliser) = learner.policy();
        let normaliser = normaliser.map(|seen| Normaliser {
            mean: seen.mean().to_vec(),
            variance: seen.variance(),
            clip: seen.clip().into(),
        });
        let network = Network::new(network.shape().inputs, &layers(&network))?;
        Ok(Agent::new(card, normaliser, network)?)
    }
}

fn layers(network: &Mlp) -> Vec<Dense> {
    let (shape, weights) = (network.shape(), network.weights());
    let sizes = shape.layers();
    let last = sizes.len() - 1;
    let mut rest = &weights[..];
    let layer = |(layer, (inputs, outputs)): (usize, (usize, usize))| {
        let (own, after) = rest.split_at(inputs * outputs);
        let (bias, after) = after.split_at(outputs);
        rest = after;
        let activation = match shape.activation {
            _ if layer == last => Followed::Linear,
            Activation::Relu => Followed::Relu,
            Activation::Tanh => Followed::Tanh,
        };
        Dense { weights: own.to_vec(), bias: bias.to_vec(), activation }
    };
    sizes.into_iter().enumerate().map(layer).collect()
}

#[cfg(test)]
mod tests;
