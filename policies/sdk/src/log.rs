//! The host's log, the only import that a guest has.

pub use crate::bindings::regatta::policy::log::Level;

/// Writes one line to the host's log; natively (in tests) to standard error.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::regatta::policy::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}
