//! The three files of one day, under either of their names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::trace::TraceError;

/// What the published files of one day are called, before and after the day's two digits.
const PUBLISHED: &str = "invocations_per_function_md.anon.d";

/// Where the files of one day are.
pub(super) struct Files {
    pub(super) invocations: PathBuf,
    pub(super) durations: PathBuf,
    /// The published data set has none for its last two days.
    pub(super) memory: Option<PathBuf>,
}

impl Files {
    /// The sampled files if the folder holds them, else the published ones of the earliest day.
    pub(super) fn find(folder: &Path) -> Result<Self, TraceError> {
        let invocations = folder.join("invocations.csv");
        if invocations.is_file() {
            return Ok(Self {
                invocations,
                durations: folder.join("durations.csv"),
                memory: existing(folder.join("memory.csv")),
            });
        }
        let day = earliest_day(folder)?.ok_or_else(|| TraceError::NotThere {
            folder: folder.into(),
            expected: format!("invocations.csv and no {PUBLISHED}01.csv"),
        })?;
        Ok(Self {
            invocations: folder.join(format!("{PUBLISHED}{day}.csv")),
            durations: folder.join(format!("function_durations_percentiles.anon.d{day}.csv")),
            memory: existing(folder.join(format!("app_memory_percentiles.anon.d{day}.csv"))),
        })
    }
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

fn earliest_day(folder: &Path) -> Result<Option<String>, TraceError> {
    let unreadable = |source| TraceError::Unreadable { path: folder.into(), source };
    let mut earliest: Option<String> = None;
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let day = name
            .to_str()
            .and_then(|name| name.strip_prefix(PUBLISHED)?.strip_suffix(".csv"))
            .filter(|day| !day.is_empty() && day.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some(day) = day
            && earliest.as_deref().is_none_or(|earliest| day < earliest)
        {
            earliest = Some(day.into());
        }
    }
    Ok(earliest)
}
