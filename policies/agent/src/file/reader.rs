//! The reading half of the format.

use super::ReadError;
use crate::network::NetworkParts;
use crate::{Activation, Agent, Card, Network, Normaliser};

pub(super) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn agent(&mut self) -> Result<Agent, ReadError> {
        let length = self.count("length of the card")?;
        let card: Card = serde_json::from_slice(self.take(length, "the card")?)
            .map_err(|error| malformed(format!("its card does not parse: {error}")))?;
        let normaliser = self.normaliser()?;
        let network = self.network()?;
        Ok(Agent::new(card, normaliser, network)?)
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), ReadError> {
        match self.left.len() {
            0 => Ok(()),
            more => Err(malformed(format!("{more} bytes follow its last layer"))),
        }
    }

    fn normaliser(&mut self) -> Result<Option<Normaliser>, ReadError> {
        let count = self.count("number of normalised inputs")?;
        if count == 0 {
            return Ok(None);
        }
        let mean = self.doubles(count)?;
        let variance = self.doubles(count)?;
        let clip = self.doubles(1)?[0];
        Ok(Some(Normaliser { mean, variance, clip }))
    }

    fn network(&mut self) -> Result<Network, ReadError> {
        let layers = self.count("number of layers")?;
        let mut network: Option<NetworkParts> = None;
        for layer in 0..layers {
            let (inputs, outputs) =
                (self.count("inputs of a layer")?, self.count("outputs of a layer")?);
            let activation = match self.take(1, "an activation")?[0] {
                0 => Activation::Linear,
                1 => Activation::Relu,
                2 => Activation::Tanh,
                other => {
                    return Err(malformed(format!("layer {layer} has the activation {other}")));
                }
            };
            let weights = self.floats(inputs.saturating_mul(outputs))?;
            let bias = self.floats(outputs)?;
            network
                .get_or_insert_with(|| NetworkParts::new(inputs))
                .push(weights, bias, activation)?;
        }
        Ok(network.unwrap_or_else(|| NetworkParts::new(0)).finish()?)
    }

    fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], ReadError> {
        let Some((taken, left)) = self.left.split_at_checked(length) else {
            return Err(malformed(format!("it ends within {what}")));
        };
        self.left = left;
        Ok(taken)
    }

    fn count(&mut self, what: &str) -> Result<usize, ReadError> {
        let bytes = self.take(4, what)?.first_chunk().copied().unwrap_or_default();
        Ok(u32::from_le_bytes(bytes) as usize)
    }

    fn doubles(&mut self, count: usize) -> Result<Vec<f64>, ReadError> {
        let bytes = self.take(count.saturating_mul(8), "the normaliser")?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    fn floats(
        &mut self,
        count: usize,
    ) -> Result<impl ExactSizeIterator<Item = f32> + use<'a>, ReadError> {
        let bytes = self.take(count.saturating_mul(4), "the weights of a layer")?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)))
    }
}

fn malformed(what: String) -> ReadError {
    ReadError::Malformed { what }
}
