//! Layout: what the observations, actions and rewards of an environment are called, and their bounds.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::stage::FACTS;

/// What an environment is like. It never changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// What is learned in.
    pub(crate) name: String,
    /// Rows of an observation.
    pub(crate) rows: usize,
    /// Names of the inputs, `[rows, inputs]`.
    pub(crate) names: Vec<String>,
    /// Their units, `[rows, inputs]`.
    pub(crate) units: Vec<String>,
    /// The smallest and the largest value of each, `[rows, inputs]`.
    pub(crate) bounds: Vec<(f32, f32)>,
    /// Options of each head of a row.
    pub(crate) heads: Vec<usize>,
    /// Names of the options of each head of each row.
    pub(crate) actions: Vec<Vec<String>>,
    /// Components of the reward.
    pub(crate) rewards: Vec<String>,
    /// Time between two decisions.
    pub(crate) seconds: f64,
    /// The card as JSON, if the environment has one.
    pub(crate) card: Option<String>,
}

impl Layout {
    /// Inputs of a world: of all rows.
    pub(crate) fn inputs(&self) -> usize {
        self.names.len()
    }

    /// Choices of a world: of all heads of all rows.
    pub(crate) fn choices(&self) -> usize {
        self.rows * self.heads.len()
    }

    /// Options of a world: of all heads of all rows.
    pub(crate) fn options(&self) -> usize {
        self.rows * self.heads.iter().sum::<usize>()
    }

    /// The layout as Python has it.
    pub(crate) fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let layout = PyDict::new(py);
        layout.set_item("name", &self.name)?;
        layout.set_item("rows", self.rows)?;
        layout.set_item("names", &self.names)?;
        layout.set_item("units", &self.units)?;
        layout.set_item("bounds", &self.bounds)?;
        layout.set_item("heads", &self.heads)?;
        layout.set_item("actions", &self.actions)?;
        layout.set_item("rewards", &self.rewards)?;
        layout.set_item("facts", FACTS.to_vec())?;
        layout.set_item("seconds", self.seconds)?;
        layout.set_item("card", &self.card)?;
        Ok(layout)
    }
}
