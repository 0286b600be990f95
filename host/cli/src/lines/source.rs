//! Source: where lines come from, one at a time, with their numbers.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use thiserror::Error;

use super::Complaint;

/// The longest line that is read: thousands of pods fit, and a file that has no lines is found out.
const LINE_BYTES: u64 = 64 << 20;

/// Numbered lines of a file or of standard input.
pub(crate) struct Source {
    name: String,
    lines: Box<dyn BufRead>,
    number: u64,
    buffer: Vec<u8>,
}

/// A source that cannot be opened or read.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    /// It cannot be opened.
    #[error("cannot open {name}: {cause}")]
    Open { name: String, cause: io::Error },
    /// It cannot be read on.
    #[error("cannot read {name} after line {number}: {cause}")]
    Read { name: String, number: u64, cause: io::Error },
    /// Something is wrong with one line.
    #[error("{name}:{number}: {complaint}")]
    Line { name: String, number: u64, complaint: Complaint },
}

impl Source {
    /// Opens a file, or standard input where none is named or its name is `-`.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, SourceError> {
        match file {
            Some(path) if path != Path::new("-") => {
                let name = path.display().to_string();
                match File::open(path) {
                    Ok(file) => Ok(Self::new(name, Box::new(BufReader::new(file)))),
                    Err(cause) => Err(SourceError::Open { name, cause }),
                }
            }
            _ => Ok(Self::new("standard input".to_owned(), Box::new(io::stdin().lock()))),
        }
    }

    fn new(name: String, lines: Box<dyn BufRead>) -> Self {
        Self { name, lines, number: 0, buffer: Vec::new() }
    }

    /// The next line that is not blank, read by `read`; none at the end.
    pub(crate) fn next<T>(
        &mut self,
        read: impl FnOnce(&str) -> Result<T, Complaint>,
    ) -> Result<Option<T>, SourceError> {
        loop {
            self.buffer.clear();
            let mut limited = (&mut self.lines).take(LINE_BYTES + 1);
            let length = limited.read_until(b'\n', &mut self.buffer).map_err(|cause| {
                SourceError::Read { name: self.name.clone(), number: self.number, cause }
            })?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length as u64 > LINE_BYTES {
                let limit = LINE_BYTES >> 20;
                return Err(self.wrong(Complaint::whole(format!(
                    "the line is longer than {limit} MiB: give one line a tick"
                ))));
            }
            let bytes = self.buffer.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.buffer);
            let line = match std::str::from_utf8(bytes) {
                Ok(line) => line.trim(),
                Err(error) => {
                    let column = error.valid_up_to() + 1;
                    return Err(self.wrong(Complaint::whole(format!(
                        "byte {column} is no UTF-8: save the file as UTF-8"
                    ))));
                }
            };
            if line.is_empty() {
                continue;
            }
            return read(line).map(Some).map_err(|complaint| self.wrong(complaint));
        }
    }

    /// The place of the line that was read last.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.name, self.number)
    }

    fn wrong(&self, complaint: Complaint) -> SourceError {
        SourceError::Line { name: self.name.clone(), number: self.number, complaint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &'static [u8]) -> Result<Vec<String>, SourceError> {
        let mut source = Source::new("steps.jsonl".to_owned(), Box::new(bytes));
        let mut lines = Vec::new();
        while let Some(line) = source.next(|line| Ok(line.to_owned()))? {
            lines.push(format!("{} {line}", source.place()));
        }
        Ok(lines)
    }

    #[test]
    fn blank_lines_count_and_are_passed_over() {
        let lines = lines(b"\xef\xbb\xbf{}\r\n\n  \n[]").unwrap();
        assert_eq!(lines, ["steps.jsonl:1 {}", "steps.jsonl:4 []"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let error = lines(b"{}\n{\xff}\n").unwrap_err().to_string();
        assert_eq!(error, "steps.jsonl:2: byte 2 is no UTF-8: save the file as UTF-8");
    }
}
