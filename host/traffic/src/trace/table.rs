//! Table: a CSV file read row by row, which knows where it is when something is wrong.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::TraceError;

/// An open CSV file with a header.
pub(crate) struct Table {
    path: PathBuf,
    reader: csv::Reader<File>,
    header: csv::StringRecord,
    row: csv::StringRecord,
}

impl Table {
    /// Opens the file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, TraceError> {
        let file = File::open(path)
            .map_err(|source| TraceError::Unreadable { path: path.to_path_buf(), source })?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.headers().map_err(|source| located(path, 1, source))?.clone();
        Ok(Self { path: path.to_path_buf(), reader, header, row: csv::StringRecord::new() })
    }

    /// The names of the columns.
    pub(crate) fn header(&self) -> &csv::StringRecord {
        &self.header
    }

    /// Where a column stands.
    pub(crate) fn column(&self, name: &str) -> Result<usize, TraceError> {
        self.find(name).ok_or_else(|| self.no_column(name, "anywhere"))
    }

    /// Where a column stands, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The complaint about a missing column.
    pub(crate) fn no_column(&self, name: &str, place: &'static str) -> TraceError {
        const SHOWN: usize = 8;
        let mut found = self.header.iter().take(SHOWN).collect::<Vec<_>>().join(", ");
        if self.header.len() > SHOWN {
            found.push_str(", …");
        }
        TraceError::NoColumn { path: self.path.clone(), column: name.into(), place, found }
    }

    /// Reads the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, TraceError> {
        let line = self.reader.position().line();
        let more = self.reader.read_record(&mut self.row);
        let more = more.map_err(|source| located(&self.path, line, source))?;
        if more && self.row.len() != self.header.len() {
            return Err(TraceError::WrongWidth {
                path: self.path.clone(),
                line: self.line(),
                found: self.row.len(),
                expected: self.header.len(),
            });
        }
        Ok(more)
    }

    /// The line of the current row.
    pub(crate) fn line(&self) -> u64 {
        self.row.position().map_or(1, csv::Position::line)
    }

    /// A value of the current row.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.row.get(column).unwrap_or_default()
    }

    /// A value of the current row that must not be blank.
    pub(crate) fn name(&self, column: usize) -> Result<&str, TraceError> {
        let text = self.text(column).trim();
        if text.is_empty() { Err(self.bad_value(column, "a name")) } else { Ok(text) }
    }

    /// A number of the current row that meets a condition.
    pub(crate) fn number<T: FromStr>(
        &self,
        column: usize,
        expected: &'static str,
        meets: impl Fn(&T) -> bool,
    ) -> Result<T, TraceError> {
        let parsed = self.text(column).trim().parse().ok().filter(meets);
        parsed.ok_or_else(|| self.bad_value(column, expected))
    }

    /// A finite number of at least 0.
    pub(crate) fn amount(&self, column: usize) -> Result<f64, TraceError> {
        let expected = "a finite number of at least 0";
        self.number(column, expected, |value: &f64| value.is_finite() && *value >= 0.0)
    }

    /// The complaint about a value of the current row.
    pub(crate) fn bad_value(&self, column: usize, expected: &'static str) -> TraceError {
        TraceError::BadValue {
            path: self.path.clone(),
            line: self.line(),
            column: self.header.get(column).unwrap_or_default().into(),
            value: self.text(column).into(),
            expected,
        }
    }

    /// The complaint about a function that comes again.
    pub(crate) fn duplicate(&self, column: &'static str, function: &str, first: u64) -> TraceError {
        TraceError::Duplicate {
            path: self.path.clone(),
            line: self.line(),
            column,
            function: function.into(),
            first_line: first,
        }
    }

    /// The complaint about a table without rows.
    pub(crate) fn empty(&self) -> TraceError {
        TraceError::Empty { path: self.path.clone() }
    }
}

fn located(path: &Path, line: u64, source: csv::Error) -> TraceError {
    let path = path.to_path_buf();
    if source.is_io_error() {
        return TraceError::Unreadable { path, source: source.into() };
    }
    let line = source.position().map_or(line, csv::Position::line);
    TraceError::Malformed { path, line, source }
}
