//! Networks on libtorch, one file for each algorithm, training, checkpoints.
//!
//! A [`World`] is what an agent lives in; an agent sees numbers and gives choices, and knows nothing of
//! workloads. After a network is initialised no randomness of libtorch is used: every draw comes from a
//! [`Chance`] that a checkpoint can hold.

mod adam;
mod chance;
mod curves;
mod device;
mod network;
mod raw;

pub use adam::{Adam, AdamState};
pub use chance::{Chance, Purpose};
pub use curves::{
    Better, CurveError, CurveFiles, Curves, Glyphs, Line, Panel, Plot, PlotError, Point, Series,
    SeriesPoint, Source, Sparkline, plot_lines, plot_training,
};
pub use device::{DeviceChoice, DeviceError};
pub use network::{Activation, Initialisation, Mlp, MlpShape};
pub use worlds::{Lessons, RowId, Shape, Turn, World, WorldError};
