//! The Azure Functions 2021 trace (Zhang et al., SOSP 2021): single invocations, each with its end
//! and its duration.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::SpecError;
use crate::trace::TraceError;
use crate::trace::table::Table;

/// One invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invocation {
    /// When it began, in nanoseconds since the start of the trace: its end minus its duration. What
    /// began before the trace begins at 0.
    pub start_nanoseconds: u64,
    /// How long it ran, in nanoseconds.
    pub duration_nanoseconds: u64,
    /// Index of its function in [`Trace2021::functions`].
    pub function: usize,
}

/// The trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace2021 {
    /// Names of the functions (the column `func`), sorted.
    pub functions: Vec<String>,
    /// All invocations in the order of their starts.
    pub invocations: Arc<[Invocation]>,
}

impl Trace2021 {
    /// Reads a file with the columns `app`, `func`, `end_timestamp` and `duration`, the last two in
    /// seconds; further columns are left alone. Of a folder it reads the one `.csv` or `.txt` file.
    ///
    /// # Errors
    /// [`TraceError`] names the file, the line and the column.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        let mut table = Table::open(&file(path)?)?;
        table.column("app")?;
        let function = table.column("func")?;
        let (end, duration) = (table.column("end_timestamp")?, table.column("duration")?);
        let mut functions = BTreeMap::<String, usize>::new();
        let mut invocations = Vec::new();
        while table.advance()? {
            let name = table.name(function)?;
            let fresh = functions.len();
            let function = match functions.get(name) {
                Some(&known) => known,
                None => *functions.entry(name.into()).or_insert(fresh),
            };
            let (end, duration) = (seconds(&table, end)?, seconds(&table, duration)?);
            invocations.push(Invocation {
                start_nanoseconds: nanoseconds(end - duration),
                duration_nanoseconds: nanoseconds(duration),
                function,
            });
        }
        if invocations.is_empty() {
            return Err(table.empty());
        }
        let mut rank = vec![0; functions.len()];
        for (sorted, &index) in functions.values().enumerate() {
            rank[index] = sorted;
        }
        for invocation in &mut invocations {
            invocation.function = rank[invocation.function];
        }
        invocations.sort_unstable();
        Ok(Self { functions: functions.into_keys().collect(), invocations: invocations.into() })
    }

    /// The invocations of one function.
    pub(crate) fn of(&self, name: &str) -> Result<Arc<[Invocation]>, SpecError> {
        let found = self.functions.binary_search_by(|held| held.as_str().cmp(name));
        let index = found.map_err(|_| SpecError::UnknownFunction {
            name: name.into(),
            held: self.functions.len(),
            example: self.functions.first().cloned().unwrap_or_default(),
        })?;
        Ok(self.invocations.iter().copied().filter(|one| one.function == index).collect())
    }
}

/// The path itself, or the one data file of the folder that it names.
fn file(path: &Path) -> Result<PathBuf, TraceError> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    let unreadable = |source| TraceError::Unreadable { path: path.into(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "txt") {
            files.push(path);
        }
    }
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => Err(TraceError::NotThere {
            folder: path.into(),
            expected: format!("single .csv or .txt file (there are {})", files.len()),
        }),
    }
}

/// A time in seconds, short enough (four months) for its nanoseconds to be told apart.
fn seconds(table: &Table, column: usize) -> Result<f64, TraceError> {
    const LIMIT: f64 = 1e7;
    let expected = "a number of seconds within 0 and 10000000";
    table.number(column, expected, |seconds: &f64| (0.0..=LIMIT).contains(seconds))
}

fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

#[cfg(test)]
mod tests;
