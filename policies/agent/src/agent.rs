//! An agent: card, normaliser and network, of which it is sure that they fit each other.

use thiserror::Error;

use crate::{Card, Complaint, Network, Normaliser};

/// What was trained: all that it takes to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    card: Card,
    normaliser: Option<Normaliser>,
    network: Network,
}

/// Parts that make no agent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AgentError {
    /// The card makes no sense.
    #[error("the agent's card is refused: {}", list(.0))]
    Card(Vec<Complaint>),
    /// The network was trained on other observations.
    #[error(
        "the network takes {network} inputs and its card describes {card} ({features} features of \
         {workloads} workloads)"
    )]
    Inputs {
        /// What the network takes.
        network: usize,
        /// What the card describes.
        card: usize,
        /// Features of each workload.
        features: usize,
        /// Workloads that are decided together.
        workloads: usize,
    },
    /// The network was trained for other changes.
    #[error("the network gives {network} outputs and its card describes {card} options")]
    Outputs {
        /// What the network gives.
        network: usize,
        /// What the card describes.
        card: usize,
    },
    /// The normaliser is of other inputs, or of numbers that make no sense.
    #[error(
        "the normaliser does not fit: it takes a finite mean and a finite variance ≥ 0 for each of \
         {inputs} inputs and a clip > 0"
    )]
    Normaliser {
        /// Inputs of the network.
        inputs: usize,
    },
}

fn list(complaints: &[Complaint]) -> String {
    complaints.iter().map(Complaint::to_string).collect::<Vec<_>>().join("; ")
}

impl Agent {
    /// The agent of these parts.
    pub fn new(
        card: Card,
        normaliser: Option<Normaliser>,
        network: Network,
    ) -> Result<Self, AgentError> {
        let complaints = card.check();
        if !complaints.is_empty() {
            return Err(AgentError::Card(complaints));
        }
        let inputs = card.inputs();
        if network.inputs() != inputs {
            return Err(AgentError::Inputs {
                network: network.inputs(),
                card: inputs,
                features: card.features.len(),
                workloads: card.workloads(),
            });
        }
        if network.outputs() != card.outputs() {
            return Err(AgentError::Outputs { network: network.outputs(), card: card.outputs() });
        }
        if normaliser.as_ref().is_some_and(|normaliser| !normaliser.fits(inputs)) {
            return Err(AgentError::Normaliser { inputs });
        }
        Ok(Self { card, normaliser, network })
    }

    /// What it looks at and what it can do.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// How its inputs are normalised, if they are.
    pub fn normaliser(&self) -> Option<&Normaliser> {
        self.normaliser.as_ref()
    }

    /// What it has learned.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Its parts.
    pub fn into_parts(self) -> (Card, Option<Normaliser>, Network) {
        (self.card, self.normaliser, self.network)
    }
}
