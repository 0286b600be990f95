//! Export: a trained agent becomes a policy component that needs nothing else.
//!
//! The program carries the module that agents are exported into, `policies/network`, compiled. The
//! agent's bytes are added to it as data, so that no toolchain is needed.

mod embed;

use agent::Agent;
use sandbox::{Intake, LoadError, examine};
use scaling::Column;
use thiserror::Error;

use embed::embed;

/// `policies/network` as a core module, without an agent.
const TEMPLATE: &[u8] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// The largest agent: with what it becomes in memory, an instance of it still fits into the most that
/// can be granted to one.
const MOST_BYTES: usize = 256 << 20;

/// An agent that cannot be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// It looks at what no driver observes.
    #[error("the agent `{agent}` reads the column `{column}`, which there is not")]
    UnknownColumn {
        /// The agent's name.
        agent: String,
        /// The column.
        column: String,
    },
    /// It is far too large.
    #[error(
        "the agent `{agent}` has {bytes} bytes, more than {MOST_BYTES}; use a smaller network, or a \
         factored one"
    )]
    TooLarge {
        /// The agent's name.
        agent: String,
        /// Its size.
        bytes: usize,
    },
    /// The program was built with something else in the template's place.
    #[error("this program's template for agents is damaged: {cause}; build the program anew")]
    Template {
        /// What is not as it should be.
        cause: String,
    },
    /// The sandbox would not take the component.
    #[error("the component made of the agent `{agent}` is refused: {source}")]
    Refused {
        /// The agent's name.
        agent: String,
        /// Why.
        source: LoadError,
    },
}

/// The component that decides as this agent does, greedily. The same agent gives the same bytes.
pub fn export(agent: &Agent) -> Result<Vec<u8>, ExportError> {
    let name = || agent.card().name.clone();
    let view = agent::View::new(agent.card());
    let unknown = view.columns().iter().find(|column| Column::from_name(column).is_none());
    if let Some(column) = unknown {
        return Err(ExportError::UnknownColumn { agent: name(), column: column.clone() });
    }
    let bytes = agent.to_bytes();
    if bytes.len() > MOST_BYTES {
        return Err(ExportError::TooLarge { agent: name(), bytes: bytes.len() });
    }
    let module = embed(TEMPLATE, &bytes).map_err(|cause| ExportError::Template { cause })?;
    let examined = examine(&module, &Intake::MAXIMA);
    let examined = examined.map_err(|source| ExportError::Refused { agent: name(), source })?;
    Ok(examined.component().to_vec())
}

#[cfg(test)]
mod tests;
