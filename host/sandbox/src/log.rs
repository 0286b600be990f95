//! Log: the only thing that a guest can do to the outside.

use std::collections::VecDeque;

use wasmtime::component::Linker;

use crate::bindings::policy::regatta::policy::log::{Host, Level};
use crate::bindings::policy::regatta::policy::{details, types};
use crate::guest::GuestState;
use crate::text::printable;
use crate::wasi::charge;

/// The log's full name.
const INTERFACE: &str = "regatta:policy/log@0.1.0";
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

/// In a second.
const NANOSECONDS: i64 = 1_000_000_000;

/// What a guest wrote, within its allowance of lines a call and bytes a second.
#[derive(Debug)]
pub(crate) struct GuestLog {
    lines: VecDeque<LogLine>,
    lines_left: usize,
    bytes_left: u64,
    bytes_per_second: u64,
    /// Time of the latest call, in nanoseconds on the clock of the ticks.
    now_nanoseconds: i64,
    /// Lines over the limit.
    pub(crate) dropped: u64,
}

impl GuestLog {
    /// A log that may begin with one second's worth of bytes.
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        Self {
            lines: VecDeque::new(),
            lines_left: 0,
            bytes_left: bytes_per_second,
            bytes_per_second,
            now_nanoseconds: 0,
            dropped: 0,
        }
    }

    /// The clock of the ticks goes on, and with it the allowance of bytes.
    pub(crate) fn advance(&mut self, now_nanoseconds: i64) {
        let elapsed = now_nanoseconds.saturating_sub(self.now_nanoseconds).max(0);
        self.now_nanoseconds = now_nanoseconds;
        // No more than one second's worth is ever saved up. Ticks are mostly further apart than that,
        // and then nothing is divided before each call.
        self.bytes_left = if elapsed >= NANOSECONDS {
            self.bytes_per_second
        } else {
            let more = elapsed as u128 * u128::from(self.bytes_per_second) / NANOSECONDS as u128;
            (u128::from(self.bytes_left) + more).min(u128::from(self.bytes_per_second)) as u64
        };
    }

    /// A call begins, which may write this many lines.
    pub(crate) fn allow(&mut self, lines: usize) {
        self.lines_left = lines;
    }

    /// Takes the lines that were written.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        self.lines.drain(..).collect()
    }

    /// Writes one line, if it is within the allowance.
    pub(crate) fn line(&mut self, level: LogLevel, message: &str) {
        let message = printable(message, LINE_BYTES);
        let bytes = message.len() as u64;
        if self.lines_left == 0 || self.bytes_left < bytes {
            self.dropped += 1;
            return;
        }
        self.lines_left -= 1;
        self.bytes_left -= bytes;
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(LogLine { level, message });
    }
}

impl Host for GuestLog {
    fn write(&mut self, level: Level, message: String) {
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.line(level, &message);
    }
}

/// Fuel that a line costs on top of the guest's own instructions, and how many of its bytes cost one
/// more: lifting a line is the host's work, which would be free otherwise.
const LINE_FUEL: u64 = 20;
const BYTES_PER_FUEL: u64 = 2;

/// Makes each line cost fuel, in a linker that has the world's imports already.
pub(crate) fn charge_for_lines(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker.instance(INTERFACE)?.func_wrap(
        "write",
        |mut store, (level, message): (Level, String)| {
            charge(&mut store, LINE_FUEL + message.len() as u64 / BYTES_PER_FUEL)?;
            store.data_mut().log.write(level, message);
            Ok(())
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

// Interfaces of types alone, which the linker asks for all the same.
impl types::Host for GuestLog {}
impl details::Host for GuestLog {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_escaped_and_counted() {
        let mut log = GuestLog::new(1 << 20);
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

    #[test]
    fn what_would_deceive_the_reader_is_escaped() {
        let mut log = GuestLog::new(100);
        log.allow(1);
        log.line(LogLevel::Info, "\u{202e}txt.\u{feff}\u{9b}2J\r");
        assert_eq!(log.take()[0].message, "\\u{202e}txt.\\u{feff}\\u{9b}2J\\r");
    }

    #[test]
    fn bytes_come_back_with_time_and_are_not_saved_up() {
        let mut log = GuestLog::new(100);
        let mut write = |now_seconds: i64| {
            log.advance(now_seconds * 1_000_000_000);
            log.allow(10);
            (0..10).for_each(|_| log.line(LogLevel::Info, &"x".repeat(40)));
            log.take().len()
        };
        // Two lines of forty bytes pass, then what is left and what trickles in.
        assert_eq!([write(0), write(0), write(1), write(100)], [2, 0, 2, 2]);
        assert_eq!(log.dropped, 34);
    }
}
