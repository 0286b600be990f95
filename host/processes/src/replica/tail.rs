//! Tail: the last lines that a replica wrote, in bounded memory however much it writes.

use std::collections::VecDeque;

/// Lines that are kept.
const LINES: usize = 32;
/// Bytes of a line that are kept; what is longer is cut.
const LINE_BYTES: usize = 512;

/// The last lines, and the one that is being written.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: VecDeque<Vec<u8>>,
    current: Vec<u8>,
}

impl Tail {
    /// Takes what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (text, ends) = match piece.split_last() {
                Some((b'\n', text)) => (text, true),
                _ => (piece, false),
            };
            let room = LINE_BYTES.saturating_sub(self.current.len()).min(text.len());
            self.current.extend_from_slice(&text[..room]);
            if ends {
                if self.lines.len() == LINES {
                    self.lines.pop_front();
                }
                self.lines.push_back(std::mem::take(&mut self.current));
            }
        }
    }

    /// The lines, oldest first, with everything escaped that could steer a terminal.
    pub(super) fn lines(&self) -> Vec<String> {
        let current = (!self.current.is_empty()).then_some(&self.current);
        self.lines.iter().chain(current).map(|line| readable(line)).collect()
    }
}

fn readable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let mut out = String::with_capacity(text.len());
    for character in text.trim_end_matches('\r').chars() {
        match character {
            '\t' => out.push(' '),
            character if character.is_control() => out.extend(character.escape_default()),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pieces: &[&str], expected: &[&str]) {
        let mut tail = Tail::default();
        pieces.iter().for_each(|piece| tail.push(piece.as_bytes()));
        assert_eq!(tail.lines(), expected, "{pieces:?}");
    }

    #[test]
    fn lines_are_put_together_whatever_they_were_cut_into() {
        check(&[], &[]);
        check(&["a\nb"], &["a", "b"]);
        check(&["a", "b\n", "\n", "c\r\n"], &["ab", "", "c"]);
        check(&["\u{1b}[2Jx\n"], &["\\u{1b}[2Jx"]);
    }

    #[test]
    fn only_the_last_lines_and_their_beginnings_are_kept() {
        let mut tail = Tail::default();
        for line in 0..1000 {
            tail.push(format!("{line} {}\n", "x".repeat(10_000)).as_bytes());
        }
        let lines = tail.lines();
        assert_eq!(lines.len(), LINES);
        assert!(lines[LINES - 1].starts_with("999 x") && lines[0].starts_with("968 x"));
        assert!(lines.iter().all(|line| line.len() == LINE_BYTES));
    }

    proptest! {
        #[test]
        fn memory_is_bounded_for_whatever_is_written(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2000), 0..50),
        ) {
            let mut tail = Tail::default();
            for piece in &pieces {
                tail.push(piece);
            }
            prop_assert!(tail.lines.len() <= LINES);
            prop_assert!(tail.current.len() <= LINE_BYTES);
            prop_assert!(tail.lines.iter().all(|line| line.len() <= LINE_BYTES));
        }
    }
}
