//! The native part of the Python package `regatta`: environments over clusters, stepped without the
//! interpreter's lock, and trained agents as files and components.
//!
//! [`worlds::Worlds`] steps any number of [`stage::Stage`]s in one call; a single environment is a
//! vector of one. What Gymnasium wants (spaces, seeding, `info`) is made in Python, in
//! `python/regatta`, from the arrays that come out here.

mod agent;
mod card;
mod cluster;
mod experiment;
mod failure;
mod layout;
mod mp3;
mod naming;
mod stage;
mod state;
mod totals;
mod worlds;

/// Environments and agents.
#[pyo3::pymodule]
mod _regatta {
    #[pymodule_export]
    use crate::agent::Agent;
    #[pymodule_export]
    use crate::failure::{
        AgentError, CardError, ExperimentError, InternalError, RegattaError, WorldError,
    };
    #[pymodule_export]
    use crate::worlds::Worlds;
}
