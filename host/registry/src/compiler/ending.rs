//! Ending: what the end of a child means.

use std::process::ExitStatus;

use nix::sys::signal::Signal;

use super::{CompileError, CompileLimits, child};

/// What the end of a child means.
pub(super) fn explained(
    status: ExitStatus,
    words: &str,
    bytes: usize,
    limits: &CompileLimits,
) -> CompileError {
    use std::os::unix::process::ExitStatusExt;

    const CPU_TIME_USED_UP: i32 = Signal::SIGXCPU as i32;
    let out_of_memory = || CompileError::OutOfMemory { limit_bytes: limits.address_space_bytes };
    match (status.code(), status.signal()) {
        (Some(child::REFUSED), _) => CompileError::Refused { cause: last_line(words) },
        (Some(child::OUT_OF_MEMORY), _) => out_of_memory(),
        (_, Some(CPU_TIME_USED_UP)) => {
            CompileError::TooMuchWork { bytes, cpu_seconds: limits.cpu_seconds(bytes) }
        }
        // Whoever cannot allocate says so and aborts.
        _ if words.contains("memory allocation of ") || words.contains("out-of-memory error") => {
            out_of_memory()
        }
        _ => CompileError::Broken { how: status.to_string(), words: last_line(words) },
    }
}

/// The last line that says something, in which a component's own names may occur.
fn last_line(words: &str) -> String {
    let says = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: ");
    let line = words.lines().rev().find(says).unwrap_or_default();
    line.trim().chars().flat_map(printable).collect()
}

/// A character, or its escape if it could move a terminal's cursor.
fn printable(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_debug());
    let plain = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(plain)
}
