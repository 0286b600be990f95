//! Reading the files of one day.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::Files;
use super::{Durations, FunctionTrace, Memory, Trace2019, Trigger};
use crate::trace::TraceError;
use crate::trace::table::Table;

/// A row of invocations, before the other files are joined to it.
struct Calls {
    line: u64,
    function: String,
    app: Option<String>,
    trigger: Trigger,
    counts: Vec<u32>,
}

impl Trace2019 {
    /// Reads a folder that holds `invocations.csv`, `durations.csv` and `memory.csv` (the sampled
    /// shape, keyed by `HashFunction`), or the published files of a day,
    /// `invocations_per_function_md.anon.d01.csv` and its companions (with `HashOwner` and `HashApp`;
    /// memory by app). Of several days it takes the earliest. A day of the published trace takes some
    /// 300 MB in memory.
    ///
    /// The published files repeat some rows. Durations and memory that come again under the same name
    /// count once, those made of more samples; the same function under another trigger has its counts
    /// added and keeps the trigger of its first row; under the same trigger it is an error. Some
    /// functions have no durations or no memory there.
    ///
    /// # Errors
    /// [`TraceError`] names the file, the line and the column.
    pub fn read(folder: &Path) -> Result<Self, TraceError> {
        let files = Files::find(folder)?;
        let calls = read_calls(&files.invocations)?;
        let durations = read_durations(&files.durations)?;
        let memory = match &files.memory {
            Some(path) => read_memory(path)?,
            None => BTreeMap::new(),
        };
        let functions = calls.into_iter().map(|call| {
            let owner = call.app.as_ref().unwrap_or(&call.function);
            FunctionTrace {
                durations: durations.get(&call.function).copied(),
                memory: memory.get(owner).map(|&(_, row)| row),
                name: call.function,
                trigger: call.trigger,
                counts_per_minute: call.counts.into(),
            }
        });
        Ok(Self { functions: functions.collect() })
    }
}

fn read_calls(path: &Path) -> Result<Vec<Calls>, TraceError> {
    let mut table = Table::open(path)?;
    let function = table.column("HashFunction")?;
    let trigger = table.column("Trigger")?;
    let app = table.find("HashApp");
    let minutes = minutes(&table)?;
    let mut calls: Vec<Calls> = Vec::new();
    let mut known = BTreeMap::<String, usize>::new();
    while table.advance()? {
        let name = table.name(function)?.to_owned();
        let expected = "http, timer, event, queue, storage, orchestration or others";
        let trigger = table.number::<Trigger>(trigger, expected, |_| true)?;
        let app = app.map(|app| table.name(app).map(str::to_owned)).transpose()?;
        let count = |minute| table.number(minute, "a whole number of at least 0", |_: &u32| true);
        let counts = minutes.clone().map(count).collect::<Result<Vec<u32>, _>>()?;
        let Some(&first) = known.get(&name) else {
            known.insert(name.clone(), calls.len());
            calls.push(Calls { line: table.line(), function: name, app, trigger, counts });
            continue;
        };
        let first = &mut calls[first];
        if first.trigger == trigger {
            return Err(table.duplicate("HashFunction", &name, first.line));
        }
        for (sum, count) in first.counts.iter_mut().zip(counts) {
            *sum = sum.saturating_add(count);
        }
    }
    if calls.is_empty() { Err(table.empty()) } else { Ok(calls) }
}

/// The columns 1, 2, …: minutes from the first to the last, and nothing after them.
fn minutes(table: &Table) -> Result<std::ops::Range<usize>, TraceError> {
    let first = table.column("1")?;
    for (minute, column) in (1u32..).zip(table.header().iter().skip(first)) {
        if column.parse() != Ok(minute) {
            return Err(table.no_column(&minute.to_string(), "after the minute before it"));
        }
    }
    Ok(first..table.header().len())
}

fn read_durations(path: &Path) -> Result<BTreeMap<String, Durations>, TraceError> {
    let mut table = Table::open(path)?;
    let function = table.column("HashFunction")?;
    let (average, count) = (table.column("Average")?, table.column("Count")?);
    let columns = columns(&table, "percentile_Average_", Durations::PERCENTILES)?;
    let mut rows = BTreeMap::<String, Durations>::new();
    while table.advance()? {
        let name = table.name(function)?;
        let row = Durations {
            average_milliseconds: table.amount(average)?,
            count: table.number(count, "a whole number of at least 0", |_| true)?,
            milliseconds: rising(&table, columns)?,
        };
        if rows.get(name).is_none_or(|known| known.count < row.count) {
            rows.insert(name.to_owned(), row);
        }
    }
    if rows.is_empty() { Err(table.empty()) } else { Ok(rows) }
}

/// Memory by app where the file has that column, else by function, with the number of samples.
fn read_memory(path: &Path) -> Result<BTreeMap<String, (u64, Memory)>, TraceError> {
    let mut table = Table::open(path)?;
    let owner = match table.find("HashApp") {
        Some(app) => app,
        None => table.column("HashFunction")?,
    };
    let (average, count) = (table.column("AverageAllocatedMb")?, table.column("SampleCount")?);
    let columns = columns(&table, "AverageAllocatedMb_pct", Memory::PERCENTILES)?;
    let mut rows = BTreeMap::<String, (u64, Memory)>::new();
    while table.advance()? {
        let name = table.name(owner)?;
        let samples = table.number(count, "a whole number of at least 0", |_| true)?;
        let row = Memory {
            average_megabytes: table.amount(average)?,
            megabytes: rising(&table, columns)?,
        };
        if rows.get(name).is_none_or(|(known, _)| *known < samples) {
            rows.insert(name.to_owned(), (samples, row));
        }
    }
    if rows.is_empty() { Err(table.empty()) } else { Ok(rows) }
}

fn columns<const N: usize>(
    table: &Table,
    prefix: &str,
    percentiles: [f64; N],
) -> Result<[usize; N], TraceError> {
    let mut columns = [0; N];
    for (column, percentile) in columns.iter_mut().zip(percentiles) {
        *column = table.column(&format!("{prefix}{percentile}"))?;
    }
    Ok(columns)
}

fn rising<const N: usize>(table: &Table, columns: [usize; N]) -> Result<[f64; N], TraceError> {
    let mut values = [0.0; N];
    let mut least = 0.0;
    for (value, column) in values.iter_mut().zip(columns) {
        *value = table.amount(column)?;
        if *value < least {
            return Err(table.bad_value(column, "at least the percentile before it"));
        }
        least = *value;
    }
    Ok(values)
}
