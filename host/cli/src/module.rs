//! Module: the policies and reward functions that commands work with, and what cards tell of them.

use std::fmt::Write;

use assembly::{Modules, built_in};
use sandbox::{EpochClock, Limits, Sandbox, World};
use scaling::Column;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::answers::embedded;
use crate::exit::{Exit, Failure};

/// Modules under the default limits: fuel alone is the budget, so that the same inputs give the same
/// outputs on every machine, and whoever fails is asked again at its next turn, so that all are
/// compared on the same turns.
pub(crate) fn all() -> Result<Modules, Failure> {
    let sandbox =
        Sandbox::new(EpochClock::default()).map_err(|error| Failure::new(Exit::Other, error))?;
    Ok(Modules::new(&sandbox, Limits { discipline: None, ..Limits::default() }))
}

/// Size of a module in bytes: of a built-in's core module, or of the file.
pub(crate) fn size(world: World, name_or_path: &str) -> u64 {
    let found = built_in().iter().find(|one| one.world == world && one.name == name_or_path);
    match found {
        Some(built_in) => built_in.bytes.len() as u64,
        None => std::fs::metadata(name_or_path).map_or(0, |metadata| metadata.len()),
    }
}

/// A column that a component reads.
#[derive(Debug, Serialize)]
pub(crate) struct ColumnCard {
    name: &'static str,
    about: String,
}

impl From<Column> for ColumnCard {
    fn from(column: Column) -> Self {
        Self { name: column.name(), about: column.doc().to_owned() }
    }
}

/// Columns for people.
pub(crate) fn columns_text(columns: &[ColumnCard]) -> String {
    if columns.is_empty() {
        return "  columns: none\n".to_owned();
    }
    let mut text = "  columns, in this order:\n".to_owned();
    let width = columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
    for ColumnCard { name, about } in columns {
        writeln!(text, "    {name:width$}  {about}").expect("a string takes text");
    }
    text
}

/// A settings schema as a part of a JSON document; text that is no JSON as a string.
pub(crate) fn schema_json(schema: &str) -> Box<RawValue> {
    embedded(schema).unwrap_or_else(|| to_raw_value(schema).expect("a string becomes JSON"))
}
