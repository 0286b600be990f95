//! Card: a race for people: the table, which also lists what failed, and where everything is.

use std::fmt::Write;

use arena::report::{Terminal, table};
use arena::results::Results;
use serde::{Serialize, Serializer};

use crate::output;

/// Width of the table where there is no terminal to fit: all of its columns.
const WIDTH: u16 = 160;

/// A race with the paths of what was written.
pub(super) struct Card {
    results: Results,
    written: Vec<String>,
}

impl Card {
    pub(super) fn new(results: Results, written: Vec<String>) -> Self {
        Self { results, written }
    }
}

/// The results alone, as they were written.
impl Serialize for Card {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.results.serialize(serializer)
    }
}

impl output::Card for Card {
    fn text(&self) -> String {
        let screen = console::Term::stdout();
        let width = screen.size_checked().map_or(WIDTH, |(_, columns)| columns);
        let terminal = Terminal { width, colour: console::colors_enabled() };
        let mut text = table(&self.results, terminal);
        text.push_str("\nwritten\n");
        for path in &self.written {
            writeln!(text, "  {path}").expect("a string takes text");
        }
        text
    }
}
