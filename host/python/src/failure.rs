//! Failure: what goes wrong, as exceptions of Python. Each has one message with the whole cause.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;

create_exception!(regatta, RegattaError, PyException, "Something of Regatta failed.");
create_exception!(
    regatta,
    ExperimentError,
    RegattaError,
    "An experiment's file is missing, malformed or makes no sense."
);
create_exception!(
    regatta,
    CardError,
    RegattaError,
    "A card makes no sense, or does not fit the experiment."
);
create_exception!(
    regatta,
    WorldError,
    RegattaError,
    "A world failed on its way: its cluster, or a reward function. Reset the environment to go on."
);
create_exception!(
    regatta,
    AgentError,
    RegattaError,
    "The parts of an agent do not fit each other, or its bytes are no agent."
);
create_exception!(
    regatta,
    InternalError,
    RegattaError,
    "A defect of Regatta itself: please report it. The interpreter goes on."
);

/// What went wrong, with the whole cause.
#[derive(Debug)]
pub(crate) enum Failure {
    Experiment(String),
    Card(String),
    World(String),
    Agent(String),
    Argument(String),
    Internal(String),
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Experiment(message) => ExperimentError::new_err(message),
            Failure::Card(message) => CardError::new_err(message),
            Failure::World(message) => WorldError::new_err(message),
            Failure::Agent(message) => AgentError::new_err(message),
            Failure::Argument(message) => PyValueError::new_err(message),
            Failure::Internal(message) => InternalError::new_err(message),
        }
    }
}

impl From<worlds::WorldError> for Failure {
    fn from(error: worlds::WorldError) -> Self {
        Self::World(error.to_string())
    }
}

/// Does something without the interpreter's lock. A panic is a failure like any other: what PyO3
/// makes of one is no `Exception`, and ends programs that catch all of these.
pub(crate) fn guarded<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .unwrap_or_else(|payload| Err(Failure::Internal(said(payload.as_ref()))))
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("no reason given"))
}
