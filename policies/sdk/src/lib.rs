//! Write a policy in Rust by implementing one trait, [`Policy`], and exporting it:
//!
//! ```
//! use sdk::schemars::{self, JsonSchema};
//! use sdk::serde::{self, Deserialize};
//! use sdk::{Advice, Batch, Needs, Policy, recommendation};
//!
//! /// Settings: one replica serves so many requests per second.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(crate = "sdk::serde", deny_unknown_fields)]
//! #[schemars(crate = "sdk::schemars")]
//! struct Settings { rate_per_replica: f64 }
//!
//! struct ByRate(Settings);
//!
//! impl Policy for ByRate {
//!     type Settings = Settings;
//!     const NAME: &'static str = "by-rate";
//!     const VERSION: &'static str = "1.0.0";
//!     const REASONS: &'static [&'static str] = &["rate", "no-rate"];
//!
//!     fn new(settings: Settings, _seed: u64) -> Self { Self(settings) }
//!
//!     fn needs(&self) -> Needs {
//!         let columns = vec!["arrival_rate_per_second".to_owned()];
//!         Needs { period_milliseconds: 15_000, columns, details: vec![] }
//!     }
//!
//!     fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
//!         let decide = |row| match batch.value(0, row) {
//!             Some(rate) => recommendation(Some((rate / self.0.rate_per_replica).ceil()), 0),
//!             None => recommendation(None, 1),
//!         };
//!         let recommendations = (0..batch.rows()).map(decide).collect();
//!         Ok(Advice { recommendations, explanations: vec![] })
//!     }
//! }
//!
//! sdk::export!(ByRate);
//! ```
//!
//! Everything here also compiles natively, so that a policy is tested with plain `cargo test`.

mod advice;
mod batch;
#[doc(hidden)]
pub mod bindings;
#[doc(hidden)]
pub mod entry;
mod export;
mod log;
#[cfg(any(target_arch = "wasm32", test))]
mod shelf;

pub use advice::{Advice, Recommendation, recommendation};
pub use batch::{Batch, RawBatch};
pub use bindings::regatta::policy::details::{
    Bucket, ConditionStatus, Container, Detail, Edge, Fault, Metric, MetricSource, Pod, PodPhase,
    Quantity, Readiness, Sampling,
};
pub use bindings::regatta::policy::types::Action;
pub use bindings::{Experiences, Explanation, Needs, Scope};
pub use log::{Level, log};
pub use settings::SettingError;
pub use {schemars, serde};

#[doc(hidden)]
pub use export::{Adapter, Host};

/// Guests are called often and briefly, and single threaded.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: shelf::Shelf<talc::wasm::WasmDynamicTalc> =
    shelf::Shelf::new(talc::wasm::new_wasm_dynamic_allocator());

/// A scaling policy.
///
/// The host makes one instance for each (tenant, policy, variant) and calls it from one thread. Time,
/// chance and observations are arguments: the same calls give the same answers, everywhere.
pub trait Policy: Sized {
    /// Its settings. Derive `Deserialize` (with `deny_unknown_fields`) and `JsonSchema`; the doc
    /// comments of the fields become the schema's descriptions.
    type Settings: serde::de::DeserializeOwned + schemars::JsonSchema;

    /// Lower case letters, digits and hyphens.
    const NAME: &'static str;
    /// Semantic version, usually `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// Whether each row stands for itself or the batch is one group.
    const SCOPE: Scope = Scope::Workload;
    /// It keeps state by workload.
    const STATEFUL: bool = false;
    /// The reasons that recommendations name by index.
    const REASONS: &'static [&'static str];

    /// Its name; only a component that carries its name as data has another one than
    /// [`Policy::NAME`].
    fn name() -> String {
        Self::NAME.to_owned()
    }

    /// Its version; as with the name.
    fn version() -> String {
        Self::VERSION.to_owned()
    }

    /// How it looks at a batch; as with the name.
    fn scope() -> Scope {
        Self::SCOPE
    }

    /// Complaints that parsing alone does not find.
    fn check(_settings: &Self::Settings) -> Vec<SettingError> {
        Vec::new()
    }

    /// Makes the policy from settings that passed [`Policy::check`]. The seed is its only chance.
    fn new(settings: Self::Settings, seed: u64) -> Self;

    /// The columns, details and period that it needs; asked once, after [`Policy::new`].
    fn needs(&self) -> Needs;

    /// One recommendation for each row of the batch, in order.
    fn decide(&mut self, batch: &Batch) -> Result<Advice, String>;

    /// Learns from consequences.
    fn learn(&mut self, _experiences: &Experiences) -> Result<(), String> {
        Ok(())
    }

    /// Drops the state of workloads that have left.
    fn forget(&mut self, _workloads: &[u64]) {}

    /// The state of these workloads, with whatever was learned in common.
    fn snapshot(&self, _workloads: &[u64]) -> Vec<u8> {
        Vec::new()
    }

    /// Takes over a snapshot, or says why not.
    fn restore(&mut self, _snapshot: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

/// Exports a [`Policy`] as the component's world.
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        #[cfg(target_arch = "wasm32")]
        mod __regatta_export {
            use super::*;

            struct Place;

            impl $crate::Host for Place {
                type Policy = $policy;

                fn with<R>(run: impl FnOnce(&mut Option<$policy>) -> R) -> R {
                    thread_local! {
                        static POLICY: ::core::cell::RefCell<Option<$policy>> =
                            const { ::core::cell::RefCell::new(None) };
                    }
                    POLICY.with_borrow_mut(run)
                }
            }

            type Exported = $crate::Adapter<Place>;
            $crate::bindings::export!(Exported with_types_in $crate::entry);
        }
    };
}
