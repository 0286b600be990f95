//! The gate: whatever bytes come, they are refused by a named error, or run within their limits.

use sandbox::{Component, EpochClock, Intake, Limits, Sandbox, examine};

/// The longest message that the host may make of what a stranger wrote, in bytes.
const MESSAGE_BYTES: usize = 8192;
/// What is larger is examined only: compiling belongs to the child process, which is killed when it
/// takes too long.
const COMPILED_BYTES: usize = 64 << 10;

/// A host that looks at bytes.
pub(crate) struct Gate {
    sandbox: Sandbox,
    limits: Limits,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let limits = Limits {
            setup_fuel: 2_000_000,
            call_fuel: 1_000_000,
            row_fuel: 100_000,
            memory_bytes: 8 << 20,
            copied_bytes: 1 << 20,
            snapshot_bytes: 64 << 10,
            ..Limits::default()
        };
        let sandbox =
            Sandbox::with_instances(EpochClock::ByHand, 8).expect("there is room for eight");
        Self { sandbox, limits }
    }

    /// Takes the bytes through the gate; says whether they came through.
    pub(crate) fn take(&self, bytes: &[u8]) -> bool {
        match self.pass(bytes) {
            Ok(()) => true,
            Err(message) => {
                assert!(message.len() <= MESSAGE_BYTES, "{} bytes of message", message.len());
                assert!(!message.contains(char::is_control), "{message:?}");
                false
            }
        }
    }

    fn pass(&self, bytes: &[u8]) -> Result<(), String> {
        let examined = examine(bytes, &Intake::default()).map_err(|error| error.to_string())?;
        if examined.component().len() > COMPILED_BYTES {
            return Ok(());
        }
        let native = self.sandbox.compile(&examined).map_err(|error| error.to_string())?;
        let linked = self.sandbox.link(&examined, &native, self.sandbox.own(), &self.limits);
        let component = linked.map_err(|error| error.to_string())?;
        component.try_out(None).map_err(|error| error.to_string())?;
        let held = match &component {
            Component::Policy(policy) => {
                policy.instantiate("{}", 0).map_or(0, |made| made.usage().memory_bytes_peak)
            }
            Component::Reward(_) => 0,
        };
        assert!(held <= self.limits.memory_bytes, "{held} bytes are held");
        Ok(())
    }
}
