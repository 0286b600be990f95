//! The host's log, the only import that a guest has.

pub use crate::bindings::regatta::policy::log::Level;

/// Writes one line to the host's log; natively (in tests) to standard error.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::regatta::policy::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}

/// From now on a panic's message and place are a line of the log before the panic traps. Natively the
/// standard library tells of it.
pub(crate) fn report_panics() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
}
