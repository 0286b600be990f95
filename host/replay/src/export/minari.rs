//! Minari: a dataset of episodes in the layout of the Farama Foundation's Minari 0.5, `parquet` storage.
//!
//! `DATASET/data/metadata.json` has the spaces, and `data/0/`, `data/1/`, … an episode each: a Parquet
//! file with one row more than the episode has steps, because the last observation has no action; the
//! actions, rewards and infos of that row are padding. The infos of step t stand in row t.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use scaling::Ending;
use serde_json::json;

use super::ExportError;
use super::column::{Column, Table, Values, fields};
use super::parquet::provenance;
use crate::experience::Row;
use crate::replay::Replay;
use crate::report::Exported;
use crate::schema::Schema;

/// The group of columns in which everything stands that Minari has no place for.
pub(crate) const INFOS: &str = "infos";
/// The version of the layout.
const LAYOUT_VERSION: &str = "0.5.0";
/// Minari reads an episode as one record batch, and its reader makes batches of 131,072 rows.
const STEPS_LIMIT: usize = 100_000;

pub(super) fn write(replay: &Replay, score: &str, path: &Path) -> Result<Exported, ExportError> {
    let schema = replay.schema();
    let Some(reward) = schema.score(score) else {
        let (score, scores) = (score.to_owned(), schema.scores.clone());
        return Err(ExportError::Score { score, scores });
    };
    let id = path.file_name().and_then(|name| name.to_str()).filter(|name| is_dataset_id(name));
    let id = id.ok_or_else(|| ExportError::Name { path: path.to_owned() })?;
    let episodes = episodes(replay);
    let data = path.join("data");
    for (number, rows) in episodes.iter().enumerate() {
        let folder = data.join(number.to_string());
        fs::create_dir_all(&folder)
            .map_err(|source| ExportError::Io { path: folder.clone(), source })?;
        episode(replay, reward, rows, &folder.join("part-0.parquet"))?;
        let seed = replay.provenance(rows[0].provenance).map_or(0, |from| from.seed);
        let metadata = json!({ "id": number, "total_steps": rows.len(), "seed": seed });
        put(&folder.join("metadata.json"), &metadata)?;
    }
    fs::create_dir_all(&data).map_err(|source| ExportError::Io { path: data.clone(), source })?;
    let metadata = json!({
        "dataset_id": id,
        "total_episodes": episodes.len(),
        "total_steps": replay.rows(),
        "data_format": "parquet",
        "jpeg_encoding": false,
        "observation_space": observation_space(schema),
        "action_space": action_space(schema),
        "minari_version": LAYOUT_VERSION,
        "description": format!("Experience of Regatta, rewarded by `{score}`"),
        "regatta_schema": schema,
        "regatta_score": score,
    });
    put(&data.join("metadata.json"), &metadata)?;
    Ok(Exported { path: path.to_owned(), rows: replay.rows(), episodes: Some(episodes.len()) })
}

fn put(path: &Path, value: &serde_json::Value) -> Result<(), ExportError> {
    fs::write(path, value.to_string())
        .map_err(|source| ExportError::Io { path: path.to_owned(), source })
}

/// `NAME-vNUMBER`, as Minari's identifiers are.
fn is_dataset_id(name: &str) -> bool {
    let plain = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    name.rsplit_once("-v").is_some_and(|(name, version)| {
        plain(name) && !version.is_empty() && version.chars().all(|c| c.is_ascii_digit())
    })
}

/// Rows that follow each other, an episode each. An episode with a gap, or one that is very long, is
/// several.
fn episodes(replay: &Replay) -> Vec<Vec<Row<'_>>> {
    let mut open: BTreeMap<_, Vec<Row<'_>>> = BTreeMap::new();
    let mut closed = Vec::new();
    for row in replay.iter() {
        let rows = open.entry((row.tenant, row.workload, row.episode)).or_default();
        if rows.last().is_some_and(|last| !follows(last, &row)) || rows.len() == STEPS_LIMIT {
            closed.push(std::mem::take(rows));
        }
        rows.push(row);
    }
    closed.extend(open.into_values());
    closed.sort_by_key(|rows| rows[0].sequence);
    closed
}

fn follows(last: &Row<'_>, row: &Row<'_>) -> bool {
    let bits = |value: f32| value.to_bits();
    last.ending() == Ending::Running
        && last.turn.checked_add(1) == Some(row.turn)
        && last.after().map(bits).eq(row.before().map(bits))
}

fn episode(
    replay: &Replay,
    reward: usize,
    rows: &[Row<'_>],
    path: &Path,
) -> Result<(), ExportError> {
    let schema = replay.schema();
    let Some(last) = rows.last() else { return Ok(()) };
    let observations = rows.iter().flat_map(Row::before).chain(last.after()).collect();
    let heads = schema.heads.len();
    let actions = rows.iter().flat_map(|row| (0..heads).map(|head| i64::from(row.choice(head))));
    let actions = Values::Long(actions.chain((0..heads).map(|_| 0)).collect());
    let rewards = rows.iter().map(|row| f64::from(row.score(reward))).chain([0.0]).collect();
    // The end of what there is cuts an episode that went on.
    let end = rows.len() - 1;
    let truncated = |(at, row): (usize, &Row<'_>)| {
        row.ending() == Ending::Truncated || at == end && row.ending() == Ending::Running
    };
    let terminations = rows.iter().map(|row| row.ending() == Ending::Terminated);
    let columns = [
        Column::lists("observations", schema.inputs(), Values::Float(observations)),
        match heads {
            1 => Column::new("actions", actions),
            _ => Column::lists("actions", heads, actions),
        },
        Column::new("rewards", Values::Double(rewards)),
        Column::new("terminations", Values::Bool(terminations.chain([false]).collect())),
        Column::new(
            "truncations",
            Values::Bool(rows.iter().enumerate().map(truncated).chain([false]).collect()),
        ),
    ];
    let padded: Vec<Row<'_>> = rows.iter().chain([last]).copied().collect();
    let infos = infos(replay, &padded);
    let io = |source| ExportError::Io { path: path.to_owned(), source };
    let file = File::create(path).map_err(io)?;
    let write = || {
        let fields = fields(&columns, Some((INFOS, &infos)))?;
        let mut table = Table::begin(file, fields, Vec::new(), STEPS_LIMIT + 1)?;
        table.write(columns.iter().chain(&infos))?;
        table.end()
    };
    write().map_err(|source| ExportError::Encode { path: path.to_owned(), source })?;
    Ok(())
}

/// What Minari has no place for.
fn infos(replay: &Replay, rows: &[Row<'_>]) -> Vec<Column> {
    let schema = replay.schema();
    let longs = |of: fn(&Row<'_>) -> u64| {
        Values::Id(rows.iter().map(|row| of(row).cast_signed()).collect())
    };
    let mut columns = vec![
        Column::new("tenant", longs(|row| u64::from(row.tenant.0))),
        Column::new("workload", longs(|row| row.workload.0)),
        Column::new("episode", longs(|row| row.episode)),
        Column::new("turn", longs(|row| u64::from(row.turn))),
    ];
    columns.extend(provenance(replay, rows));
    let running = rows.iter().map(|row| row.ending() == Ending::Running).collect();
    columns.push(Column::new("running", Values::Bool(running)));
    let probability = rows.iter().map(Row::probability).collect();
    columns.push(Column::new("probability", Values::Float(probability)));
    for (score, name) in schema.scores.iter().enumerate() {
        let values = rows.iter().map(|row| row.score(score)).collect();
        columns.push(Column::new(format!("score_{name}"), Values::Float(values)));
    }
    let options = schema.options();
    let allowed =
        rows.iter().flat_map(|row| (0..options).map(|option| row.allowed_after(option))).collect();
    columns.push(Column::lists("allowed_after", options, Values::Bool(allowed)));
    columns
}

/// The spaces as Minari writes them: JSON within JSON, with infinities as Python spells them.
fn observation_space(schema: &Schema) -> String {
    let bounds = |bound: &str| vec![bound; schema.inputs()].join(", ");
    format!(
        r#"{{"type": "Box", "dtype": "float32", "shape": [{}], "low": [{}], "high": [{}]}}"#,
        schema.inputs(),
        bounds("-Infinity"),
        bounds("Infinity")
    )
}

fn action_space(schema: &Schema) -> String {
    match schema.heads.as_slice() {
        [options] => {
            json!({ "type": "Discrete", "dtype": "int64", "start": 0, "n": options }).to_string()
        }
        heads => {
            let start = vec![0; heads.len()];
            json!({ "type": "MultiDiscrete", "dtype": "int64", "nvec": heads, "start": start })
                .to_string()
        }
    }
}
