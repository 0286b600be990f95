//! Output: the one place that prints: a card as text or JSON, or lines of JSON as they come.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::exit::Failure;

/// What a command answers with, all at once.
pub(crate) trait Card: Serialize {
    /// The card for people.
    fn text(&self) -> String;
}

/// Where answers go.
pub(crate) struct Output {
    to: Box<dyn Write + Send>,
}

impl Output {
    /// Standard output.
    pub(crate) fn standard() -> Self {
        Self { to: Box::new(BufWriter::new(io::stdout())) }
    }

    /// Prints a card, for people or as one JSON document.
    pub(crate) fn card(mut self, card: &impl Card, json: bool) -> Result<(), Failure> {
        if json {
            serde_json::to_writer_pretty(&mut self.to, card).map_err(io::Error::from)?;
            self.to.write_all(b"\n")?;
        } else {
            self.to.write_all(card.text().as_bytes())?;
        }
        Ok(self.to.flush()?)
    }

    /// Prints one line of JSON, at once: somebody may be waiting for it.
    pub(crate) fn line(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.to, line).map_err(io::Error::from)?;
        self.to.write_all(b"\n")?;
        Ok(self.to.flush()?)
    }
}

/// Says something to people, beside the output. What cannot be said is not worth a failure.
pub(crate) fn note(message: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "regatta: {message}");
}
