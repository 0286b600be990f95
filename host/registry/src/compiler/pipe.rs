//! The pipes of a child, each with a bound.

use std::io::{ErrorKind, Read as _, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout};

/// The last words that are kept.
const WORDS_BYTES: usize = 4096;

/// What a child wrote.
pub(super) enum Read {
    Whole(Vec<u8>),
    TooMuch,
}

/// Writes everything, unless the child ends first, which its exit status then explains.
pub(super) fn write(mut to: ChildStdin, bytes: &[u8]) {
    let _ = to.write_all(bytes);
}

/// Reads to the end, or one byte more than the limit.
pub(super) fn read(from: ChildStdout, limit_bytes: u64) -> Read {
    let mut bytes = Vec::new();
    // A pipe of a child that was killed ends like any other.
    let _ = from.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes);
    if bytes.len() as u64 > limit_bytes { Read::TooMuch } else { Read::Whole(bytes) }
}

/// The last words before the end.
pub(super) fn last_words(mut from: ChildStderr) -> String {
    let mut words = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => words.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        let over = words.len().saturating_sub(WORDS_BYTES);
        words.drain(..over);
    }
    String::from_utf8_lossy(&words).into_owned()
}
