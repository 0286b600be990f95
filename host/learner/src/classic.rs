//! Classic: worlds with known returns, on which agents are proved. Only tests and proofs have them.

mod cartpole;
mod drive;

pub use cartpole::CartPole;
pub use drive::{Drive, evaluate};
