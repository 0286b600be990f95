//! Clusters as learners see them: numbers in, choices out, many in lock-step.
//!
//! A [`World`] has rows with inputs, masks and heads, and gives lessons. [`ClusterWorld`] is a cluster
//! under guard rails seen through an agent's card; [`Worlds`] steps many; [`Journal`] brings one back;
//! [`default_card`] is the card where nobody gives one.

mod cluster;
mod default_card;
#[cfg(test)]
mod fixture;
mod journal;
mod scene;
mod together;
mod world;

pub use cluster::ClusterWorld;
pub use default_card::default_card;
pub use journal::{Journal, Record};
pub use scene::{Scene, SceneError};
pub use together::{Finished, Worlds, WorldsState};
pub use world::{Lessons, RowId, Shape, Turn, World, WorldError};
