//! Allowance: what a tenant is allowed at the gate, in the sandbox and in the registry.

use std::time::Duration;

use sandbox::{Intake, Limits};

use crate::{CompileLimits, Quota};

/// What a tenant is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowance {
    /// What is let in, and what becomes of WASI.
    pub intake: Intake,
    /// What compiling a module may take.
    pub compile: CompileLimits,
    /// What each instance may use.
    pub limits: Limits,
    /// What all its instances may hold together.
    pub room: sandbox::Quota,
    /// What it may keep in the registry.
    pub at_rest: Quota,
    /// Compiled forms that are kept for it, in bytes. Beyond that its oldest are compiled again when
    /// they are wanted.
    pub compiled_bytes: u64,
}

/// No call of a tenant's module takes longer, whatever its fuel. Fuel is what ends calls, and this
/// what ends the few that take long without burning it, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(10);
/// Room for the compiled forms of some fifty modules as the largest toolchains make them.
const COMPILED_BYTES: u64 = 4 << 30;

impl Default for Allowance {
    fn default() -> Self {
        Self {
            intake: Intake::default(),
            compile: CompileLimits::default(),
            limits: Limits { deadline: Some(DEADLINE), ..Limits::default() },
            room: sandbox::Quota::default(),
            at_rest: Quota::default(),
            compiled_bytes: COMPILED_BYTES,
        }
    }
}

impl Allowance {
    /// The documented maximum of [`Allowance::compiled_bytes`].
    pub const COMPILED_BYTES_MOST: u64 = 1 << 40;
}
