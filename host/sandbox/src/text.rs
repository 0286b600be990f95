//! Text: what strangers wrote, made fit to be printed.

/// The most of a stranger's words that a message repeats, in bytes of the original.
const WORDS_BYTES: usize = 500;

/// A stranger's words, fit for an error message.
pub(crate) fn quoted(text: &str) -> String {
    let mut words = printable(text, WORDS_BYTES);
    if text.len() > WORDS_BYTES {
        words.push('…');
    }
    words
}

/// Cuts a text and escapes what could move a terminal's cursor, forge another line or change how the
/// rest looks.
pub(crate) fn printable(text: &str, limit_bytes: usize) -> String {
    let mut end = text.len().min(limit_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut line = String::with_capacity(end);
    for character in text[..end].chars() {
        if character.is_control() || deceives(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Invisible characters that change how a line looks without being control characters: separators of
/// lines, marks and overrides of direction, and spaces of no width.
fn deceives(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_between_characters_and_escaped() {
        assert_eq!(quoted("red \u{1b}[31m\nforged"), "red \\u{1b}[31m\\nforged");
        assert_eq!(quoted(&"é".repeat(1000)), format!("{}…", "é".repeat(250)));
    }
}
