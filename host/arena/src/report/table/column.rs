//! Column: one of the terminal's table, and how all fit into its width.

use crate::report::number::ABSENT;

/// A column of two-line entries.
pub(super) struct Column {
    /// Its title, and what stands on either line.
    pub(super) heading: [String; 3],
    pub(super) entries: Vec<Entry>,
    /// It holds names and not numbers.
    pub(super) names: bool,
    /// The larger, the earlier it is left out; 0 never is.
    pub(super) dispensable: u8,
}

/// What one entrant has in a column.
pub(super) struct Entry {
    pub(super) lines: [String; 2],
    pub(super) tone: Tone,
}

/// What an entry's colour says. Each also has a mark, for those who do not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Best,
    Better,
    Worse,
}

/// The mark of the best value in a column.
pub(super) const BEST: &str = "*";

/// Blanks between columns where there is room.
const GAP: usize = 2;

/// Names fold to no less, so that they can still be read.
const NARROWEST_NAMES: usize = 12;

/// What fits into a terminal.
pub(super) struct Fit {
    pub(super) columns: Vec<Column>,
    /// Blanks before each column but the first, at least 1.
    pub(super) gap: usize,
    /// Titles of the columns that are left out.
    pub(super) left_out: Vec<String>,
}

/// Leaves out what can be spared, then folds the names, then moves the columns closer.
pub(super) fn fit(mut columns: Vec<Column>, width: usize) -> Fit {
    let mut left_out = Vec::new();
    let numbers = |columns: &[Column], gap: usize| -> usize {
        columns.iter().skip(1).map(|column| column.width() + gap).sum()
    };
    loop {
        let names = columns.first().map_or(0, Column::width);
        let spare = columns.iter().map(|column| column.dispensable).max().unwrap_or(0);
        if names + numbers(&columns, GAP) <= width || spare == 0 {
            break;
        }
        columns.retain(|column| {
            if column.dispensable == spare {
                let [title, parts @ ..] = &column.heading;
                left_out.insert(0, format!("{title} ({})", parts.join(", ")));
            }
            column.dispensable != spare
        });
    }
    let room = |gap: usize| width.saturating_sub(numbers(&columns, gap));
    let gap = if room(GAP) >= NARROWEST_NAMES { GAP } else { 1 };
    let names = room(gap).max(NARROWEST_NAMES);
    if let Some(column) = columns.first_mut() {
        column.fold(names);
    }
    Fit { columns, gap, left_out }
}

impl Column {
    /// Breaks lines that are longer than `width`, after a hyphen or a space where there is one.
    fn fold(&mut self, width: usize) {
        for line in self.entries.iter_mut().flat_map(|entry| &mut entry.lines) {
            let letters: Vec<char> = line.chars().collect();
            let mut rest = letters.as_slice();
            line.clear();
            while rest.len() > width {
                let breaks = |letter: &char| matches!(letter, '-' | ' ');
                let at = rest[..width].iter().rposition(breaks).map_or(width, |at| at + 1);
                line.extend(&rest[..at]);
                line.push('\n');
                rest = &rest[at..];
            }
            line.extend(rest);
        }
    }

    /// Characters of its longest line.
    fn width(&self) -> usize {
        let lines = self.entries.iter().flat_map(|entry| &entry.lines);
        lines.chain(&self.heading).map(|line| line.chars().count()).max().unwrap_or(0)
    }
}

impl Entry {
    /// What cannot be told.
    pub(super) fn absent() -> Entry {
        Entry { lines: [ABSENT.to_owned(), String::new()], tone: Tone::Plain }
    }
}

/// With the mark of the best or the room for it, so that digits stand below each other.
pub(super) fn marked(text: &str, is_best: bool) -> String {
    format!("{text}{}", if is_best { BEST } else { " " })
}
