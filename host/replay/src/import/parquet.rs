//! Parquet: a file that was exported.

use std::path::Path;

use parquet::file::reader::FileReader as _;
use scaling::{Ending, TenantId, WorkloadId};

use super::ImportError;
use super::table::{self, Table};
use crate::experience::Experience;
use crate::export::{Names, SCHEMA_KEY};
use crate::provenance::{Provenance, ProvenanceId};
use crate::replay::Replay;
use crate::schema::Schema;

/// What a row of the file consists of.
pub(super) fn schema(path: &Path) -> Result<Schema, ImportError> {
    let file = table::open(path)?;
    let metadata = file.metadata().file_metadata().key_value_metadata();
    let schema = metadata
        .and_then(|all| all.iter().find(|one| one.key == SCHEMA_KEY))
        .and_then(|one| one.value.as_deref())
        .and_then(|json| serde_json::from_str::<Schema>(json).ok());
    schema.ok_or_else(|| {
        let what = format!("its metadata have no schema under `{SCHEMA_KEY}`");
        ImportError::Content { path: path.to_owned(), what }
    })
}

pub(super) fn read(replay: &mut Replay, path: &Path) -> Result<usize, ImportError> {
    let file = table::open(path)?;
    let schema = schema(path)?;
    replay
        .schema()
        .agree(&schema)
        .map_err(|source| ImportError::Schema { path: path.to_owned(), source })?;
    let mut rows = 0;
    for group in 0..file.num_row_groups() {
        let table = table::read(&file, group, path)?;
        append(replay, &table, path, rows)?;
        rows += table.rows;
    }
    Ok(rows)
}

fn append(
    replay: &mut Replay,
    table: &Table<'_>,
    path: &Path,
    first: usize,
) -> Result<(), ImportError> {
    let names = Names::new(replay.schema());
    let floats = |names: &[String]| -> Result<Vec<Vec<f32>>, ImportError> {
        names.iter().map(|name| table.floats(name, 1)).collect()
    };
    let (before, after, scores) =
        (floats(&names.before)?, floats(&names.after)?, floats(&names.scores)?);
    let choices: Vec<Vec<i64>> =
        names.choices.iter().map(|name| table.longs(name, 1)).collect::<Result<_, _>>()?;
    let allowed: Vec<Vec<bool>> =
        names.allowed_after.iter().map(|name| table.bools(name, 1)).collect::<Result<_, _>>()?;
    let (tenant, workload) = (table.ids("tenant")?, table.ids("workload")?);
    let (episode, turn) = (table.ids("episode")?, table.ids("turn")?);
    let (terminated, truncated) = (table.bools("terminated", 1)?, table.bools("truncated", 1)?);
    let probability = table.floats("probability", 1)?;
    let provenance = provenances(replay, table, "")?;
    for row in 0..table.rows {
        let at =
            |columns: &[Vec<f32>]| columns.iter().map(|column| column[row]).collect::<Vec<_>>();
        let choices: Vec<u16> = choices.iter().map(|column| narrow(column[row])).collect();
        let allowed_after: Vec<bool> = allowed.iter().map(|column| column[row]).collect();
        let experience = Experience {
            workload: WorkloadId(workload[row]),
            tenant: TenantId(tenant[row] as u32),
            provenance: provenance[row],
            episode: episode[row],
            turn: turn[row] as u32,
            before: &at(&before),
            choices: &choices,
            probability: probability[row],
            scores: &at(&scores),
            after: &at(&after),
            allowed_after: &allowed_after,
            ending: ending(terminated[row], truncated[row]),
        };
        replay.append(&experience).map_err(|source| ImportError::Row {
            path: path.to_owned(),
            row: first + row,
            source: Box::new(source),
        })?;
    }
    Ok(())
}

/// A choice out of range becomes one that no head has, and is refused by name.
pub(super) fn narrow(choice: i64) -> u16 {
    u16::try_from(choice).unwrap_or(u16::MAX)
}

pub(super) fn ending(terminated: bool, truncated: bool) -> Ending {
    match (terminated, truncated) {
        (true, _) => Ending::Terminated,
        (false, true) => Ending::Truncated,
        (false, false) => Ending::Running,
    }
}

/// The provenance of every row, interned.
pub(super) fn provenances(
    replay: &mut Replay,
    table: &Table<'_>,
    prefix: &str,
) -> Result<Vec<ProvenanceId>, ImportError> {
    let texts = |name: &str| table.texts(&format!("{prefix}{name}"));
    let (policy, policy_version) = (texts("policy")?, texts("policy_version")?);
    let (reward, reward_version) = (texts("reward")?, texts("reward_version")?);
    let (driver, seed) = (texts("driver")?, table.ids(&format!("{prefix}seed"))?);
    let of = |row: usize| Provenance {
        policy: policy[row].clone(),
        policy_version: policy_version[row].clone(),
        reward: reward[row].clone(),
        reward_version: reward_version[row].clone(),
        driver: driver[row].clone(),
        seed: seed[row],
    };
    Ok((0..table.rows).map(|row| replay.intern(&of(row))).collect())
}
