//! Call: one run of the function, from the words that ask for it.

use std::sync::Arc;

use thiserror::Error;

use super::Service;
use super::workers::{Busy, Outcome};
use crate::function::InputError;

/// Why a call has no answer.
#[derive(Debug, Error)]
pub(super) enum CallError {
    /// It came too early.
    #[error("the function is still being initialised")]
    NotReady,
    /// There are too many.
    #[error("all {places} places, of those that run and those that wait, are taken")]
    Busy {
        /// How many calls there may be.
        places: usize,
    },
    /// It asks for nonsense.
    #[error("{0}")]
    Input(InputError),
    /// The function panicked.
    #[error("the function broke on this input")]
    Broken,
}

/// Runs the function, on the default input when there is none.
pub(super) async fn call(service: &Service, input: &str) -> Result<String, CallError> {
    let Some(loaded) = service.function.get() else { return Err(CallError::NotReady) };
    service.fault.count();
    let input = if input.is_empty() { loaded.input.clone() } else { input.to_owned() };
    let function = Arc::clone(&loaded.function);
    match service.workers.run(move || function.call(&input)).await {
        Err(Busy { places }) => Err(CallError::Busy { places }),
        Ok(Outcome::Broken) => Err(CallError::Broken),
        Ok(Outcome::Done(Err(error), _)) => Err(CallError::Input(error)),
        Ok(Outcome::Done(Ok(answer), slot)) => {
            if !answer.wait.is_zero() {
                tokio::time::sleep(answer.wait).await;
            }
            drop(slot);
            Ok(answer.body)
        }
    }
}
