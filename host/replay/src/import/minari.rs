//! Minari: a dataset of its `parquet` storage. One that others made has no tenants, probabilities or
//! masks; its rows belong to tenant 0 and workload 0, everything is allowed, and the dataset's id stands
//! as the policy's version.

use std::fs;
use std::path::Path;

use parquet::file::reader::FileReader as _;
use scaling::{TenantId, WorkloadId};
use serde::Deserialize;

use super::ImportError;
use super::parquet::{ending, narrow, provenances};
use super::table::{self, Table};
use crate::experience::Experience;
use crate::export::INFOS;
use crate::provenance::Provenance;
use crate::replay::Replay;
use crate::schema::{Schema, SchemaError};

/// What is read of a dataset's metadata.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    dataset_id: String,
    #[serde(default)]
    algorithm_name: String,
    data_format: String,
    total_episodes: usize,
    action_space: Option<String>,
    regatta_schema: Option<Schema>,
    regatta_score: Option<String>,
}

/// The action spaces that heads can be.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum Space {
    Discrete { n: u32 },
    MultiDiscrete { nvec: Vec<u32> },
}

fn metadata(path: &Path) -> Result<Metadata, ImportError> {
    let metadata_path = path.join("data/metadata.json");
    let json = fs::read(&metadata_path)
        .map_err(|source| ImportError::Io { path: metadata_path.clone(), source })?;
    serde_json::from_slice(&json).map_err(|source| ImportError::Content {
        path: path.to_owned(),
        what: format!("its metadata: {source}"),
    })
}

/// What a row of the dataset consists of, if it is one of ours.
pub(super) fn schema(path: &Path) -> Result<Schema, ImportError> {
    metadata(path)?.regatta_schema.ok_or_else(|| ImportError::Content {
        path: path.to_owned(),
        what: "it names no features and scores; import it into a log that has them".to_owned(),
    })
}

pub(super) fn read(replay: &mut Replay, path: &Path) -> Result<usize, ImportError> {
    let wrong = |what: String| ImportError::Content { path: path.to_owned(), what };
    let metadata = metadata(path)?;
    if metadata.data_format != "parquet" {
        let format = &metadata.data_format;
        return Err(wrong(format!("its storage is `{format}`, only `parquet` is read")));
    }
    check(replay.schema(), &metadata)
        .map_err(|source| ImportError::Schema { path: path.to_owned(), source })?;
    let mut rows = 0;
    for episode in 0..metadata.total_episodes {
        let folder = path.join("data").join(episode.to_string());
        let files = fs::read_dir(&folder)
            .map_err(|source| ImportError::Io { path: folder.clone(), source })?;
        let mut files: Vec<_> = files
            .filter_map(|file| Some(file.ok()?.path()))
            .filter(|file| file.extension().is_some_and(|extension| extension == "parquet"))
            .collect();
        files.sort();
        let [file] = files.as_slice() else {
            return Err(wrong(format!("episode {episode} has {} Parquet files", files.len())));
        };
        let reader = table::open(file)?;
        if reader.num_row_groups() != 1 {
            return Err(wrong(format!("episode {episode} is in more than one row group")));
        }
        let table = table::read(&reader, 0, file)?;
        rows += append(replay, &table, file, (episode as u64, &metadata))?;
    }
    Ok(rows)
}

/// Heads are checked here, the number of features where the observations are read.
fn check(schema: &Schema, metadata: &Metadata) -> Result<(), SchemaError> {
    if let Some(found) = &metadata.regatta_schema {
        return schema.agree(found);
    }
    let space = metadata.action_space.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let heads = match space {
        Some(Space::Discrete { n }) => vec![n],
        Some(Space::MultiDiscrete { nvec }) => nvec,
        None => Vec::new(),
    };
    let other = |field: &str, expected, found| {
        Err(SchemaError::Other { field: field.to_owned(), expected, found })
    };
    if heads != schema.heads {
        return other("heads", format!("{:?}", schema.heads), format!("{heads:?}"));
    }
    if schema.scores.len() != 1 {
        return other("scores", format!("{:?}", schema.scores), "one reward".to_owned());
    }
    Ok(())
}

fn append(
    replay: &mut Replay,
    table: &Table<'_>,
    path: &Path,
    (number, metadata): (u64, &Metadata),
) -> Result<usize, ImportError> {
    let schema = replay.schema().clone();
    let (inputs, heads, options) = (schema.inputs(), schema.heads.len(), schema.options());
    let steps = table.rows.saturating_sub(1);
    let observations = table.floats("observations", inputs)?;
    let actions = table.longs("actions", heads)?;
    let rewards = table.floats("rewards", 1)?;
    let (terminated, truncated) = (table.bools("terminations", 1)?, table.bools("truncations", 1)?);
    let infos = Infos::read(replay, table, metadata)?;
    for step in 0..steps {
        let choices: Vec<u16> =
            actions[step * heads..][..heads].iter().map(|&choice| narrow(choice)).collect();
        let row = match &infos {
            Some(infos) => infos.tied(step, options),
            None => Tied {
                tenant: TenantId(0),
                workload: WorkloadId(0),
                episode: number,
                turn: step as u32,
                probability: f32::NAN,
                scores: vec![rewards[step]],
                allowed_after: vec![true; options],
                running: false,
            },
        };
        let provenance = match &infos {
            Some(infos) => infos.provenance[step],
            None => replay.intern(&foreign(&schema, metadata)),
        };
        let experience = Experience {
            workload: row.workload,
            tenant: row.tenant,
            provenance,
            episode: row.episode,
            turn: row.turn,
            before: &observations[step * inputs..][..inputs],
            choices: &choices,
            probability: row.probability,
            scores: &row.scores,
            after: &observations[(step + 1) * inputs..][..inputs],
            allowed_after: &row.allowed_after,
            ending: ending(terminated[step], truncated[step] && !row.running),
        };
        replay.append(&experience).map_err(|source| ImportError::Row {
            path: path.to_owned(),
            row: step,
            source: Box::new(source),
        })?;
    }
    Ok(steps)
}

fn foreign(schema: &Schema, metadata: &Metadata) -> Provenance {
    Provenance {
        policy: metadata.algorithm_name.clone(),
        policy_version: metadata.dataset_id.clone(),
        reward: schema.scores[0].clone(),
        reward_version: metadata.dataset_id.clone(),
        driver: "minari".to_owned(),
        seed: 0,
    }
}

/// What a step has beside what Minari knows.
struct Tied {
    tenant: TenantId,
    workload: WorkloadId,
    episode: u64,
    turn: u32,
    probability: f32,
    scores: Vec<f32>,
    allowed_after: Vec<bool>,
    /// It went on; the export cut it.
    running: bool,
}

/// The columns of the infos that we write.
struct Infos {
    tenant: Vec<u64>,
    workload: Vec<u64>,
    episode: Vec<u64>,
    turn: Vec<u64>,
    probability: Vec<f32>,
    scores: Vec<Vec<f32>>,
    allowed_after: Vec<bool>,
    running: Vec<bool>,
    provenance: Vec<crate::provenance::ProvenanceId>,
}

impl Infos {
    /// None in datasets that others made.
    fn read(
        replay: &mut Replay,
        table: &Table<'_>,
        metadata: &Metadata,
    ) -> Result<Option<Self>, ImportError> {
        let named = |name: &str| format!("{INFOS}.{name}");
        if metadata.regatta_score.is_none() || !table.has(&named("workload")) {
            return Ok(None);
        }
        let schema = replay.schema();
        let score = |name: &String| table.floats(&named(&format!("score_{name}")), 1);
        let scores = schema.scores.iter().map(score).collect::<Result<_, _>>()?;
        let allowed_after = table.bools(&named("allowed_after"), schema.options())?;
        Ok(Some(Self {
            tenant: table.ids(&named("tenant"))?,
            workload: table.ids(&named("workload"))?,
            episode: table.ids(&named("episode"))?,
            turn: table.ids(&named("turn"))?,
            probability: table.floats(&named("probability"), 1)?,
            scores,
            allowed_after,
            running: table.bools(&named("running"), 1)?,
            provenance: provenances(replay, table, &named(""))?,
        }))
    }

    fn tied(&self, step: usize, options: usize) -> Tied {
        Tied {
            tenant: TenantId(self.tenant[step] as u32),
            workload: WorkloadId(self.workload[step]),
            episode: self.episode[step],
            turn: self.turn[step] as u32,
            probability: self.probability[step],
            scores: self.scores.iter().map(|column| column[step]).collect(),
            allowed_after: self.allowed_after[step * options..][..options].to_vec(),
            running: self.running[step],
        }
    }
}
