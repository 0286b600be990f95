//! Metrics: what is counted of one workload, over a window and over the whole run.

mod counters;
mod ledger;
mod sample;
mod tally;
mod window;

pub(crate) use counters::{Counters, Marks};
pub(crate) use ledger::{Ledger, Sizes};
pub(crate) use sample::{Present, Sample};
pub(crate) use tally::{Outcome, Resources, Tally};
pub(crate) use window::Window;
