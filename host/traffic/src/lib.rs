//! Arrivals: traces, generators and service times.
//!
//! An [`ArrivalSpec`] (a file's words) is validated into an [`ArrivalPlan`], which a [`Stream`]
//! starts as [`Arrivals`], an iterator of instants in nanoseconds:
//!
//! ```
//! use traffic::{ArrivalSpec, ProcessSpec, Purpose, Stream, Traces};
//!
//! let spec = ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second: 30.0 });
//! let plan = spec.plan(&Traces::default())?;
//! let mut arrivals = plan.start(Stream::new(7, 0, Purpose::Arrivals));
//! let first = arrivals.next();
//! # assert!(first.is_some());
//! # Ok::<(), traffic::SpecError>(())
//! ```
//!
//! With the feature `load`, the module `load` sends what arrives to real servers.
//!
//! A [`ServiceSpec`] likewise becomes a [`Service`], which is sampled in seconds.

mod arrivals;
pub mod azure2019;
pub mod azure2021;
pub mod fitted;
#[cfg(feature = "load")]
pub mod load;
pub mod seed;
pub mod service;
mod setting;
pub mod spec;
pub mod trace;
mod ziggurat;

pub use arrivals::{ArrivalPlan, Arrivals};
pub use seed::{Purpose, Stream};
pub use service::{Service, ServiceSpec};
pub use setting::SpecError;
pub use spec::{ArrivalSpec, Placement, ProcessSpec};
pub use trace::Traces;
