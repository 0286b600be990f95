//! Agent: what was trained elsewhere, as a file and as a policy component.

use std::path::PathBuf;

use agent::{Activation, Dense, Network, Normaliser, Scratch};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use scaling::causes;

use crate::card;
use crate::failure::{Failure, guarded};

/// Card, normaliser and network, which fit each other.
#[pyclass(module = "regatta._regatta", frozen)]
pub(crate) struct Agent(agent::Agent);

/// Weights (f32, `[outputs, inputs]`), bias (f32, `[outputs]`) and activation of a layer, as bytes in
/// the machine's own order.
type Layer = (Vec<u8>, Vec<u8>, String);

#[pymethods]
impl Agent {
    /// The agent of these parts; the normaliser is means, variances and clip.
    #[new]
    fn new(
        py: Python<'_>,
        card: String,
        normaliser: Option<(Vec<f64>, Vec<f64>, f64)>,
        layers: Vec<Layer>,
    ) -> Result<Self, Failure> {
        guarded(py, || {
            let card = card::read(&card, "card")?;
            let layers = layers.into_iter().map(dense).collect::<Result<Vec<Dense>, Failure>>()?;
            let network = Network::new(card.inputs(), &layers).map_err(refused)?;
            let normaliser =
                normaliser.map(|(mean, variance, clip)| Normaliser { mean, variance, clip });
            Ok(Self(agent::Agent::new(card, normaliser, network).map_err(refused)?))
        })
    }

    /// The agent in bytes.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        guarded(py, || agent::Agent::from_bytes(bytes).map(Self).map_err(refused))
    }

    /// The agent as bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    /// The card as JSON.
    #[getter]
    fn card(&self) -> String {
        serde_json::to_string(self.0.card()).expect("a card is plain data")
    }

    /// Inputs and outputs of the network.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.0.network().inputs(), self.0.network().outputs())
    }

    /// What the network says of observations (f32, `[rows, inputs]`) as they come from an environment:
    /// f32, `[rows, outputs]`.
    fn values<'py>(
        &self,
        py: Python<'py>,
        observations: &[u8],
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let inputs = self.0.network().inputs();
        if !observations.len().is_multiple_of(inputs * size_of::<f32>()) {
            let problem = format!("the agent takes observations of {inputs} numbers");
            return Err(Failure::Argument(problem).into());
        }
        let values = guarded(py, || {
            let mut rows = floats(observations);
            let mut scratch = Scratch::default();
            let mut values = Vec::new();
            for row in rows.chunks_exact_mut(inputs) {
                if let Some(normaliser) = self.0.normaliser() {
                    normaliser.apply(row);
                }
                let outputs = self.0.network().evaluate(row, &mut scratch);
                values.extend(outputs.iter().flat_map(|value| value.to_ne_bytes()));
            }
            Ok(values)
        })?;
        Ok(PyByteArray::new(py, &values))
    }

    /// Writes a policy component that decides as the agent does.
    fn export(&self, py: Python<'_>, path: PathBuf) -> Result<(), Failure> {
        guarded(py, || {
            let component = assembly::export(&self.0).map_err(refused)?;
            std::fs::write(&path, component).map_err(|error| {
                Failure::Agent(format!("cannot write the component {}: {error}", path.display()))
            })
        })
    }
}

fn refused(error: impl std::error::Error) -> Failure {
    Failure::Agent(causes(&error))
}

fn dense((weights, bias, activation): Layer) -> Result<Dense, Failure> {
    let activation = match activation.as_str() {
        "linear" => Activation::Linear,
        "relu" => Activation::Relu,
        "tanh" => Activation::Tanh,
        _ => {
            return Err(Failure::Agent(format!(
                "there is no activation `{activation}`; there are `linear`, `relu` and `tanh`"
            )));
        }
    };
    Ok(Dense { weights: floats(&weights), bias: floats(&bias), activation })
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect()
}
