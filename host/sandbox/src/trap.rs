//! Trap: how a call into a guest ended badly.

use std::fmt;

use wasmtime::Trap;

/// Why a call did not come back with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrapKind {
    /// It used up its fuel.
    OutOfFuel,
    /// It ran past its wall-clock deadline.
    Deadline,
    /// It wanted more memory than it may have.
    OutOfMemory,
    /// Its stack overflowed.
    StackOverflow,
    /// It gave up (a panic, an abort).
    Aborted,
    /// It touched memory or tables out of bounds.
    OutOfBounds,
    /// What it returned breaks the component model's rules.
    InvalidAnswer,
    /// Any other trap.
    Other,
}

impl TrapKind {
    /// Its name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            TrapKind::OutOfFuel => "out-of-fuel",
            TrapKind::Deadline => "deadline",
            TrapKind::OutOfMemory => "out-of-memory",
            TrapKind::StackOverflow => "stack-overflow",
            TrapKind::Aborted => "aborted",
            TrapKind::OutOfBounds => "out-of-bounds",
            TrapKind::InvalidAnswer => "invalid-answer",
            TrapKind::Other => "other",
        }
    }

    /// What happened, from wasmtime's error and from whether memory had been refused.
    pub(crate) fn of(error: &wasmtime::Error, memory_refused: bool) -> Self {
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => TrapKind::OutOfFuel,
            Some(Trap::Interrupt) => TrapKind::Deadline,
            Some(Trap::StackOverflow) => TrapKind::StackOverflow,
            // A guest whose allocation fails aborts.
            Some(_) if memory_refused => TrapKind::OutOfMemory,
            Some(Trap::UnreachableCodeReached) => TrapKind::Aborted,
            Some(Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::HeapMisaligned) => {
                TrapKind::OutOfBounds
            }
            Some(_) => TrapKind::Other,
            None if memory_refused => TrapKind::OutOfMemory,
            None => TrapKind::InvalidAnswer,
        }
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
