//! Parquet: one file with everything that a row has.

use std::fs::{self, File};
use std::path::Path;

use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use scaling::Ending;

use super::ExportError;
use super::column::{Column, Table, Values, fields};
use crate::experience::Row;
use crate::provenance::Provenance;
use crate::replay::Replay;
use crate::report::Exported;
use crate::schema::Schema;

/// Where the file's metadata have the schema, as JSON.
pub(crate) const SCHEMA_KEY: &str = "regatta.replay.schema";
/// Rows of a group: enough for the columns to compress, few enough to hold in memory.
const GROUP_ROWS: usize = 65_536;

/// The names of the columns whose number depends on the schema.
pub(crate) struct Names {
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
    pub(crate) choices: Vec<String>,
    pub(crate) scores: Vec<String>,
    pub(crate) allowed_after: Vec<String>,
}

impl Names {
    pub(crate) fn new(schema: &Schema) -> Self {
        let named = |prefix: &str, names: &[String]| {
            names.iter().map(|name| format!("{prefix}_{name}")).collect()
        };
        let numbered = |prefix: &str, count: usize| {
            (0..count).map(|number| format!("{prefix}_{number}")).collect()
        };
        Self {
            before: named("before", &schema.features),
            after: named("after", &schema.features),
            choices: numbered("choice", schema.heads.len()),
            scores: named("score", &schema.scores),
            allowed_after: numbered("allowed_after", schema.options()),
        }
    }
}

pub(super) fn write(replay: &Replay, path: &Path) -> Result<Exported, ExportError> {
    let io = |source| ExportError::Io { path: path.to_owned(), source };
    let partial = path.with_extension("partial");
    let file = File::create(&partial).map_err(io)?;
    let file = encode(replay, file)
        .map_err(|source| ExportError::Encode { path: path.to_owned(), source })?;
    file.sync_all().map_err(io)?;
    fs::rename(&partial, path).map_err(io)?;
    Ok(Exported { path: path.to_owned(), rows: replay.rows(), episodes: None })
}

fn encode(replay: &Replay, file: File) -> Result<File, ParquetError> {
    let names = Names::new(replay.schema());
    // The schema is plain strings and numbers.
    let schema = serde_json::to_string(replay.schema()).unwrap_or_default();
    let metadata = vec![KeyValue::new(SCHEMA_KEY.to_owned(), schema)];
    let fields = fields(&columns(replay, &names, &[]), None)?;
    let mut table = Table::begin(file, fields, metadata, GROUP_ROWS)?;
    let rows: Vec<Row<'_>> = replay.iter().collect();
    for rows in rows.chunks(GROUP_ROWS) {
        table.write(columns(replay, &names, rows).iter())?;
    }
    table.end()
}

fn columns(replay: &Replay, names: &Names, rows: &[Row<'_>]) -> Vec<Column> {
    let ids = |of: fn(&Row<'_>) -> u64| {
        Values::Id(rows.iter().map(|row| of(row).cast_signed()).collect())
    };
    let mut columns = vec![
        Column::new("sequence", ids(|row| row.sequence)),
        Column::new("tenant", ids(|row| u64::from(row.tenant.0))),
        Column::new("workload", ids(|row| row.workload.0)),
        Column::new("episode", ids(|row| row.episode)),
        Column::new("turn", ids(|row| u64::from(row.turn))),
    ];
    columns.extend(provenance(replay, rows));
    let ended = |ending| Values::Bool(rows.iter().map(|row| row.ending() == ending).collect());
    columns.push(Column::new("terminated", ended(Ending::Terminated)));
    columns.push(Column::new("truncated", ended(Ending::Truncated)));
    let probability = rows.iter().map(Row::probability).collect();
    columns.push(Column::new("probability", Values::Float(probability)));
    for (at, name) in names.before.iter().enumerate() {
        let values = rows.iter().filter_map(|row| row.before().nth(at)).collect();
        columns.push(Column::new(name, Values::Float(values)));
    }
    for (head, name) in names.choices.iter().enumerate() {
        let values = rows.iter().map(|row| i32::from(row.choice(head))).collect();
        columns.push(Column::new(name, Values::Int(values)));
    }
    for (score, name) in names.scores.iter().enumerate() {
        let values = rows.iter().map(|row| row.score(score)).collect();
        columns.push(Column::new(name, Values::Float(values)));
    }
    for (at, name) in names.after.iter().enumerate() {
        let values = rows.iter().filter_map(|row| row.after().nth(at)).collect();
        columns.push(Column::new(name, Values::Float(values)));
    }
    for (option, name) in names.allowed_after.iter().enumerate() {
        let values = rows.iter().map(|row| row.allowed_after(option)).collect();
        columns.push(Column::new(name, Values::Bool(values)));
    }
    columns
}

/// Who acted, who scored, where: spelt out, so that the file needs no table beside it.
pub(super) fn provenance(replay: &Replay, rows: &[Row<'_>]) -> [Column; 6] {
    let of = |row: &Row<'_>| replay.provenance(row.provenance);
    let text = |field: fn(&Provenance) -> &str| {
        let texts = rows.iter().map(|row| ByteArray::from(of(row).map_or("", field)));
        Values::Text(texts.collect())
    };
    let seeds = rows.iter().map(|row| of(row).map_or(0, |from| from.seed).cast_signed()).collect();
    [
        Column::new("policy", text(|from| &from.policy)),
        Column::new("policy_version", text(|from| &from.policy_version)),
        Column::new("reward", text(|from| &from.reward)),
        Column::new("reward_version", text(|from| &from.reward_version)),
        Column::new("driver", text(|from| &from.driver)),
        Column::new("seed", Values::Id(seeds)),
    ]
}
