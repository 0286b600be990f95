//! Table: a race for the terminal. Two lines an entrant: the value, and what belongs to it.

mod board;
mod column;
mod prose;

use std::fmt::Write;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table};

use self::column::{Column, Fit, Tone};
use crate::results::Results;

/// The terminal that a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns of characters; the least important columns of the table are left out below about
    /// 120.
    pub width: u16,
    /// Whether it shows colours. Without them nothing is lost but ease.
    pub colour: bool,
}

/// A race as text for a terminal: one row an entrant, the best main reward first, then the notes and
/// how to read it. The same results give the same text.
pub fn table(results: &Results, terminal: Terminal) -> String {
    let fit = column::fit(board::columns(results), usize::from(terminal.width));
    let mut text = prose::heading(results, terminal);
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{}", draw(&fit, terminal).trim_fmt());
    prose::below(&mut text, results, &fit.left_out, terminal);
    text
}

fn draw(Fit { columns, gap, .. }: &Fit, terminal: Terminal) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    if terminal.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(columns.iter().map(|column| {
        let heading = Cell::new(column.heading.join("\n"));
        heading.add_attribute(Attribute::Bold).set_alignment(alignment(column))
    }));
    let rows = columns.first().map_or(0, |column| column.entries.len());
    for row in 0..rows {
        table.add_row(columns.iter().map(|column| {
            let entry = &column.entries[row];
            let cell = Cell::new(entry.lines.join("\n")).set_alignment(alignment(column));
            match entry.tone {
                Tone::Plain => cell,
                Tone::Best => cell.fg(Color::Green).add_attribute(Attribute::Bold),
                Tone::Better => cell.fg(Color::Green),
                Tone::Worse => cell.fg(Color::Red),
            }
        }));
    }
    for (position, column) in table.column_iter_mut().enumerate() {
        // One blank stands between columns anyway, where other styles have a line.
        column.set_padding((if position == 0 { 0 } else { *gap as u16 - 1 }, 0));
    }
    table
}

fn alignment(column: &Column) -> CellAlignment {
    if column.names { CellAlignment::Left } else { CellAlignment::Right }
}

#[cfg(test)]
mod tests;
