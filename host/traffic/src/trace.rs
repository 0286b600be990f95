//! Traces: recorded load that arrival specs may name.

mod error;
#[cfg(test)]
pub(crate) mod real;
pub(crate) mod table;

use std::sync::Arc;

pub use error::TraceError;

use crate::azure2019::Trace2019;
use crate::azure2021::Trace2021;

/// The traces at hand; [`Traces::default`] holds none.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    /// Counts by function and minute.
    pub azure2019: Option<Arc<Trace2019>>,
    /// Single invocations.
    pub azure2021: Option<Arc<Trace2021>>,
}
