//! Load: an open-loop generator that sends real requests and measures real latencies. Behind the
//! feature `load`; Linux only.
//!
//! **Open loop.** Requests fall due by the plan of arrivals, whatever became of the ones before.
//! Latency counts from the instant at which a request *should* have been sent, so a target that stalls
//! cannot hide how many waited for it (no coordinated omission). Time-outs and unfinished requests
//! are in the percentiles with the time waited for them, other failures as the largest latency there
//! is. Nothing is retried, nothing is left out.
//!
//! **Honest about itself.** How late the generator sends is measured apart. If the asked rate was not
//! reached or the generator was late, the [`Report`] says so and is invalid.
//!
//! **Bounded.** Each [`Flow`] has a most of connections, which are opened when needed and reused, and a
//! queue before them; a wait in it is latency, and beyond it requests are counted as overflowed.
//!
//! One thread sends: it hands out requests ([`Plan`] → schedule → lane), and its slots carry them. A
//! second one reports once a second. [`run`] blocks until the end; [`Generator`] is for those who act
//! meanwhile, and [`Generator::window`] is what a control loop reads at each tick.

mod alarm;
mod clock;
mod endpoint;
mod engine;
mod error;
mod failure;
mod generator;
mod greeting;
mod http1;
mod http2;
mod lane;
mod latencies;
mod ledger;
mod plan;
mod report;
mod row;
mod schedule;
mod slot;
mod spec;
mod tally;
mod target;
#[cfg(test)]
mod tests;
mod track;
mod verdict;

pub use endpoint::Endpoint;
pub use error::LoadError;
pub use failure::{Failure, Failures};
pub use generator::{FlowWindow, Generator, Progress, Window};
pub use latencies::{LARGEST_MICROSECONDS, Latencies};
pub use plan::{Call, Flow, Plan};
pub use report::{Report, Summary};
pub use row::{Percentiles, Phase, Row};
pub use spec::{CallSpec, FlowSpec, LoadSpec};
pub use tally::Tally;
pub use verdict::{Doubt, LARGEST_LAG_MICROSECONDS};

/// Carries out a plan and returns when its last answer has come or its drain is over; `progress` is
/// called once a second on another thread.
///
/// # Errors
/// [`LoadError`] if the plan makes no sense, a host has no address, or the system refuses what the
/// generator needs.
pub fn run(
    plan: &Plan,
    progress: impl FnMut(&Progress) + Send + 'static,
) -> Result<Report, LoadError> {
    Generator::start(plan, progress)?.wait()
}
