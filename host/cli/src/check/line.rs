//! Line: marks, paragraphs and numbers as checks print them.

use std::time::Duration;

use console::{Style, style};
use registry::Outcome;

/// How an item ended, as one sign.
pub(crate) fn mark(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Kept(_) => good(),
        Outcome::Broken(_) => bad(),
        Outcome::Skipped(_) => style("–").dim().to_string(),
    }
}

/// It passed.
pub(crate) fn good() -> String {
    style("✓").green().to_string()
}

/// It did not.
pub(crate) fn bad() -> String {
    style("✗").red().bold().to_string()
}

/// Words beside the point.
pub(crate) fn dim(text: &str) -> String {
    Style::new().dim().apply_to(text).to_string()
}

/// Words that are the point.
pub(crate) fn strong(text: &str) -> String {
    style(text).bold().to_string()
}

/// The width of the terminal, or of a page where there is none.
pub(crate) fn width() -> usize {
    let screen = console::Term::stdout().size_checked();
    screen.map_or(120, |(_, columns)| usize::from(columns)).clamp(60, 120)
}

/// A paragraph whose first line follows a lead, and whose others stand below it.
pub(crate) fn paragraph(lead: &str, indent: usize, text: &str) -> String {
    let mut lines = vec![String::new()];
    let mut room = width().saturating_sub(indent).max(20);
    room = room.max(20);
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one from the start");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let below = format!("\n{}", " ".repeat(indent));
    format!("{lead}{}\n", lines.join(&below))
}

/// One line of at most so many characters.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{:.0} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A time for people.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        0.0..1e-3 => format!("{:.0} µs", seconds * 1e6),
        1e-3..1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.1} s"),
    }
}
