//! A file: an agent as bytes.
//!
//! All numbers are little-endian. Magic `REGATTA-AGENT\0` (14 bytes); version (u16); length of what
//! follows without the checksum (u64); length of the card (u32) and the card as JSON; inputs that are
//! normalised (u32, 0 for none), their means and variances (f64) and the clip (f64); number of layers
//! (u32); each layer's inputs and outputs (u32), activation (u8: 0 linear, 1 ReLU, 2 tanh), weights
//! (f32, row by row) and bias (f32); CRC-32 of all before (u32).

mod reader;
mod writer;

use thiserror::Error;

use crate::checksum::checksum;
use crate::{Agent, AgentError, NetworkError};

use reader::Reader;
use writer::Writer;

const MAGIC: &[u8; 14] = b"REGATTA-AGENT\0";

/// The only version so far. A change of meaning takes the next number.
const VERSION: u16 = 1;

/// Bytes before what the length counts.
const HEAD_BYTES: usize = MAGIC.len() + 2 + 8;

/// Bytes that are no agent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Something else.
    #[error("this is no agent: it does not begin with REGATTA-AGENT")]
    Foreign,
    /// From another program.
    #[error("the agent is of version {found}, and this program reads version 1")]
    Version {
        /// Its version.
        found: u16,
    },
    /// Its end is missing.
    #[error("the agent is cut off: {have} of its bytes are there, of at least {need}")]
    Truncated {
        /// Bytes that there are.
        have: usize,
        /// Bytes that its head speaks of.
        need: u64,
    },
    /// Some of it was changed.
    #[error("the agent is damaged: its checksum is {found:08x} and should be {stated:08x}")]
    Damaged {
        /// Of what is there.
        found: u32,
        /// Of what was written.
        stated: u32,
    },
    /// What was written makes no sense.
    #[error("the agent is malformed: {what}")]
    Malformed {
        /// What was met.
        what: String,
    },
    /// Its layers make no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Its parts do not fit.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

/// Whether bytes begin as an agent's do.
pub fn is_agent(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl Agent {
    /// The agent as bytes; the same agent gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Writer::default();
        body.agent(self);
        let body = body.into_bytes();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + body.len() + 4);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(&checksum(&bytes).to_le_bytes());
        bytes
    }

    /// The agent in bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let body = body(bytes)?;
        let mut reader = Reader::new(body);
        let agent = reader.agent()?;
        reader.end()?;
        Ok(agent)
    }
}

/// What stands between head and checksum, once both are seen to be right.
fn body(bytes: &[u8]) -> Result<&[u8], ReadError> {
    // What is cut off within the magic is still told from something else.
    let begun = bytes.len().min(MAGIC.len());
    if bytes[..begun] != MAGIC[..begun] || bytes.is_empty() {
        return Err(ReadError::Foreign);
    }
    let have = bytes.len();
    let truncated = |need: u64| ReadError::Truncated { have, need };
    let head = bytes.get(MAGIC.len()..HEAD_BYTES).ok_or(truncated(HEAD_BYTES as u64))?;
    let (version, length) = head.split_at(2);
    let version = u16::from_le_bytes([version[0], version[1]]);
    if version != VERSION {
        return Err(ReadError::Version { found: version });
    }
    let length = length.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let need = length.saturating_add(HEAD_BYTES as u64 + 4);
    if (have as u64) < need {
        return Err(truncated(need));
    }
    if have as u64 > need {
        let what = format!("{} bytes follow its end", have as u64 - need);
        return Err(ReadError::Malformed { what });
    }
    let (whole, stated) = bytes.split_at(have - 4);
    let stated = stated.first_chunk().map_or(0, |stated| u32::from_le_bytes(*stated));
    let found = checksum(whole);
    if found != stated {
        return Err(ReadError::Damaged { found, stated });
    }
    Ok(&whole[HEAD_BYTES..])
}

#[cfg(test)]
mod tests;
