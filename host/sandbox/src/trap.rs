//! Trap: how a call into a guest ended badly.

use std::fmt;

use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::wasi::WasiError;

/// Why a call did not come back with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrapKind {
    /// It used up its fuel.
    OutOfFuel,
    /// It ran past its wall-clock deadline.
    Deadline,
    /// It wanted more memory than it may have.
    OutOfMemory,
    /// It wanted more bytes copied between itself and the host than one call may.
    TooMuchData,
    /// It wanted more handles than it may have.
    OutOfHandles,
    /// Its stack overflowed.
    StackOverflow,
    /// It gave up (a panic, an abort).
    Aborted,
    /// It touched memory or tables out of bounds.
    OutOfBounds,
    /// It divided by zero, or computed an integer that does not fit.
    Arithmetic,
    /// It called a function that is not there or has another type.
    BadCall,
    /// It called out of itself at a time when it must not, as from its allocator.
    OutOfTurn,
    /// What it handed over breaks the component model's rules.
    InvalidAnswer,
    /// The host had no place for it, which is not its fault.
    NoPlace,
    /// Any other trap.
    Other,
}

/// What wasmtime says of data beyond the hostcall fuel. It has no type of its own for that.
const TOO_MUCH_DATA: &str = "too much data is being copied";
/// What it says of handles beyond the limit.
const OUT_OF_HANDLES: &str = "handle limit exceeded";

impl TrapKind {
    /// All of them.
    pub const ALL: &[Self] = &[
        TrapKind::OutOfFuel,
        TrapKind::Deadline,
        TrapKind::OutOfMemory,
        TrapKind::TooMuchData,
        TrapKind::OutOfHandles,
        TrapKind::StackOverflow,
        TrapKind::Aborted,
        TrapKind::OutOfBounds,
        TrapKind::Arithmetic,
        TrapKind::BadCall,
        TrapKind::OutOfTurn,
        TrapKind::InvalidAnswer,
        TrapKind::NoPlace,
        TrapKind::Other,
    ];

    /// Its name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            TrapKind::OutOfFuel => "out-of-fuel",
            TrapKind::Deadline => "deadline",
            TrapKind::OutOfMemory => "out-of-memory",
            TrapKind::TooMuchData => "too-much-data",
            TrapKind::OutOfHandles => "out-of-handles",
            TrapKind::StackOverflow => "stack-overflow",
            TrapKind::Aborted => "aborted",
            TrapKind::OutOfBounds => "out-of-bounds",
            TrapKind::Arithmetic => "arithmetic",
            TrapKind::BadCall => "bad-call",
            TrapKind::OutOfTurn => "out-of-turn",
            TrapKind::InvalidAnswer => "invalid-answer",
            TrapKind::NoPlace => "no-place",
            TrapKind::Other => "other",
        }
    }

    /// What happened, from wasmtime's error and from whether memory was refused during the call.
    pub(crate) fn of(error: &wasmtime::Error, memory_refused: bool) -> Self {
        match error.downcast_ref::<WasiError>() {
            Some(WasiError::Exit { .. }) => return TrapKind::Aborted,
            Some(_) => return TrapKind::Other,
            None => {}
        }
        let kind = match error.downcast_ref::<Trap>() {
            Some(&trap) => Self::of_trap(trap),
            None => Self::of_words(error),
        };
        match kind {
            // A guest whose allocation fails aborts, writes to where nothing is, or hands that over.
            TrapKind::Aborted | TrapKind::OutOfBounds | TrapKind::InvalidAnswer
                if memory_refused =>
            {
                TrapKind::OutOfMemory
            }
            kind => kind,
        }
    }

    fn of_trap(trap: Trap) -> Self {
        match trap {
            Trap::OutOfFuel => TrapKind::OutOfFuel,
            Trap::Interrupt => TrapKind::Deadline,
            Trap::StackOverflow => TrapKind::StackOverflow,
            Trap::UnreachableCodeReached => TrapKind::Aborted,
            Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::HeapMisaligned => {
                TrapKind::OutOfBounds
            }
            Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
                TrapKind::Arithmetic
            }
            Trap::IndirectCallToNull | Trap::BadSignature | Trap::NullReference => {
                TrapKind::BadCall
            }
            Trap::CannotLeaveComponent | Trap::CannotEnterComponent => TrapKind::OutOfTurn,
            // These come from calls between the components inside of one.
            Trap::StringOutOfBounds
            | Trap::ListOutOfBounds
            | Trap::UnalignedPointer
            | Trap::InvalidDiscriminant
            | Trap::InvalidChar => TrapKind::InvalidAnswer,
            _ => TrapKind::Other,
        }
    }

    /// Errors that are no traps arise on the host's side of the border: from lifting and lowering,
    /// and from making an instance.
    fn of_words(error: &wasmtime::Error) -> Self {
        if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
            return TrapKind::NoPlace;
        }
        let words = error.root_cause().to_string();
        if words.contains(TOO_MUCH_DATA) {
            TrapKind::TooMuchData
        } else if words.contains(OUT_OF_HANDLES) {
            TrapKind::OutOfHandles
        } else {
            TrapKind::InvalidAnswer
        }
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
