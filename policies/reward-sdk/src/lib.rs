//! Write a reward function in Rust by implementing one trait, [`Reward`], and exporting it with
//! [`export!`]. Everything here also compiles natively, for plain `cargo test`.

#[doc(hidden)]
pub mod bindings;
mod export;
mod log;
mod transitions;

pub use bindings::regatta::policy::types::Action;
pub use bindings::{Terms, Transitions as RawTransitions};
#[doc(hidden)]
pub use export::{Adapter, Host};
pub use log::{Level, log};
pub use settings::SettingError;
pub use transitions::Transitions;
pub use {schemars, serde};

/// Guests are called often and briefly, and single threaded.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A reward function. One call is one group at one tick, in the order of ticks.
pub trait Reward: Sized {
    /// Its settings. Derive `Deserialize` (with `deny_unknown_fields`) and `JsonSchema`; the doc
    /// comments of the fields become the schema's descriptions.
    type Settings: serde::de::DeserializeOwned + schemars::JsonSchema;

    /// Lower case letters, digits and hyphens.
    const NAME: &'static str;
    /// Semantic version, usually `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// It keeps state.
    const STATEFUL: bool = false;

    /// Complaints that parsing alone does not find.
    fn check(_settings: &Self::Settings) -> Vec<SettingError> {
        Vec::new()
    }

    /// Makes the reward function from settings that passed [`Reward::check`].
    fn new(settings: Self::Settings) -> Self;

    /// The columns that it reads and the range that it promises; asked once, after [`Reward::new`].
    fn terms(&self) -> Terms;

    /// One reward for each row, in order, or one line why there is none.
    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String>;

    /// Drops the state of workloads that have left.
    fn forget(&mut self, _workloads: &[u64]) {}

    /// The state of these workloads.
    fn snapshot(&self, _workloads: &[u64]) -> Vec<u8> {
        Vec::new()
    }

    /// Takes over a snapshot, or says why not.
    fn restore(&mut self, _snapshot: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

/// Exports a [`Reward`] as the component's world.
#[macro_export]
macro_rules! export {
    ($reward:ty) => {
        #[cfg(target_arch = "wasm32")]
        mod __regatta_export {
            use super::*;

            struct Place;

            impl $crate::Host for Place {
                type Reward = $reward;

                fn with<R>(run: impl FnOnce(&mut Option<$reward>) -> R) -> R {
                    thread_local! {
                        static REWARD: ::core::cell::RefCell<Option<$reward>> =
                            const { ::core::cell::RefCell::new(None) };
                    }
                    REWARD.with_borrow_mut(run)
                }
            }

            type Exported = $crate::Adapter<Place>;
            $crate::bindings::export!(Exported with_types_in $crate::bindings);
        }
    };
}
