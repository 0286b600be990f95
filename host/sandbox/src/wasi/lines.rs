//! Lines: what a guest prints to one output, cut into lines.

/// Bytes of a line that are kept. The log keeps no more either.
const LINE_BYTES: usize = 1024;

/// The beginning of a line whose end has not been printed yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// Takes what was printed and gives each line that is complete.
    pub(super) fn push(&mut self, printed: &[u8], mut give: impl FnMut(&str)) {
        for piece in printed.split_inclusive(|&byte| byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = LINE_BYTES - self.begun.len();
            self.begun.extend_from_slice(&text[..text.len().min(room)]);
            if text.len() < piece.len() {
                self.end(&mut give);
            }
        }
    }

    /// Gives what was begun as a line. Empty lines say nothing and are left out.
    pub(super) fn end(&mut self, mut give: impl FnMut(&str)) {
        let line = self.begun.strip_suffix(b"\r").unwrap_or(&self.begun);
        if !line.is_empty() {
            give(&String::from_utf8_lossy(line));
        }
        self.begun.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(printed: &[&[u8]], expected: &[&str], begun: &str) {
        let (mut lines, mut given) = (Lines::default(), Vec::new());
        for piece in printed {
            lines.push(piece, |line| given.push(line.to_owned()));
        }
        assert_eq!(given, expected);
        given.clear();
        lines.end(|line| given.push(line.to_owned()));
        assert_eq!(given.concat(), begun);
    }

    #[test]
    fn lines_are_whole_wherever_the_guest_cuts_what_it_prints() {
        check(&[b"a\nb\n"], &["a", "b"], "");
        check(&[b"a", b"b\nc", b"d"], &["ab"], "cd");
        check(&[b"\n\na\r\n\r\n"], &["a"], "");
        check(&[b"\xff\n"], &["\u{fffd}"], "");
        check(&[&[b'x'; 4000], b"y\nz"], &["x".repeat(1024).as_str()], "z");
    }
}
