//! Machine: what a race took, and where. It differs from run to run, so it has a file of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CellName;

/// What a race took, and where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Facts that the caller knows: host, cores, operating system, when it began, …
    pub facts: BTreeMap<String, String>,
    /// Threads that raced.
    pub threads: u32,
    /// Wall time of the whole race in seconds, without what was resumed.
    pub wall_seconds: f64,
    /// Finished cells, in the order of the results.
    pub cells: Vec<Timing>,
    /// Wall seconds from the start of an entrant's training to the end of each episode, by entrant.
    pub training_wall_seconds: BTreeMap<String, Vec<f64>>,
}

/// What one cell took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Which one.
    pub name: CellName,
    /// Wall seconds, of the run that raced it.
    pub wall_seconds: f64,
    /// It was found in the store and not raced again.
    pub resumed: bool,
}
