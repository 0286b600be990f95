//! Log: the only thing that a guest can do to the outside.

use std::collections::VecDeque;

use crate::bindings::policy::regatta::policy::log::{Host, Level};
use crate::bindings::policy::regatta::policy::{details, types};

/// Bytes of a line that are kept.
const LINE_BYTES: usize = 1024;
/// Lines kept for whoever collects them; older ones give way.
const KEPT_LINES: usize = 256;

/// How urgent a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// For the author.
    Debug,
    /// For the curious.
    Info,
    /// Look today.
    Warn,
    /// Act now.
    Error,
}

/// One line that a guest wrote, safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How urgent it is.
    pub level: LogLevel,
    /// The line, control characters escaped, at most 1 KiB of the guest's text.
    pub message: String,
}

/// What a guest wrote.
#[derive(Debug, Default)]
pub(crate) struct GuestLog {
    lines: VecDeque<LogLine>,
    left: usize,
    /// Lines over the limit.
    pub(crate) dropped: u64,
}

impl GuestLog {
    /// A call begins, which may write this many lines.
    pub(crate) fn allow(&mut self, lines: usize) {
        self.left = lines;
    }

    /// Takes the lines that were written.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        self.lines.drain(..).collect()
    }
}

impl Host for GuestLog {
    fn write(&mut self, level: Level, message: String) {
        if self.left == 0 {
            self.dropped += 1;
            return;
        }
        self.left -= 1;
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.lines.push_back(LogLine { level, message: escaped(&message) });
    }
}

// Interfaces of types alone, which the linker asks for all the same.
impl types::Host for GuestLog {}
impl details::Host for GuestLog {}

/// Cuts a line and escapes what could move a terminal's cursor or forge another line.
fn escaped(message: &str) -> String {
    let mut end = message.len().min(LINE_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let mut line = String::with_capacity(end);
    for character in message[..end].chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_escaped_and_counted() {
        let mut log = GuestLog::default();
        log.allow(2);
        log.write(Level::Warn, "red \u{1b}[31m\nforged".to_owned());
        log.write(Level::Info, "é".repeat(1000));
        log.write(Level::Info, "one too many".to_owned());
        let lines = log.take();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].message, "red \\u{1b}[31m\\nforged");
        assert_eq!(lines[1].message.len(), 1024);
        assert_eq!(log.dropped, 1);
    }
}
