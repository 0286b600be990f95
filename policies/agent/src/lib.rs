//! What a trained agent is, as plain values: a [`Card`] (what it looks at and what it can do), a
//! [`Normaliser`] and a [`Network`], together an [`Agent`], which is written to bytes and read back.
//!
//! The same code runs in the guest and in the host, so that features, masks, choices and values are the
//! same wherever an agent acts and wherever it is trained. Nothing here depends on the platform: its
//! elementary functions are portable, and no sum is reordered.
//!
//! [`View`] turns a row of columns into inputs, masks and targets, [`Chooser`] a whole batch into changes.

mod agent;
mod card;
mod change;
mod checksum;
mod choice;
mod chooser;
mod feature;
mod file;
mod joint;
mod network;
mod normaliser;
mod view;

pub use agent::{Agent, AgentError};
pub use card::{Arrangement, Card, Complaint, MOST_OPTIONS, Steps};
pub use change::{Change, Targets};
pub use choice::best;
pub use chooser::Chooser;
pub use feature::{Curve, Feature};
pub use file::{ReadError, is_agent};
pub use joint::{joint_allowed, joint_index, parts};
pub use network::{Activation, Dense, Network, NetworkError, Scratch};
pub use normaliser::Normaliser;
pub use view::View;
