//! `regatta replay export` and `import`: to and from other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use replay::{
    Exported, Format, Imported, Limits, LogSettings, Replay, Settings, export as write,
    import as read, schema_of,
};

use crate::exit::Failure;
use crate::output::{Card, Output, note};

/// Writes the rows of a log for other programs.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The log's folder.
    folder: PathBuf,
    /// What to write. Nothing is overwritten.
    #[arg(short, long, value_name = "PATH")]
    out: PathBuf,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Form::Parquet)]
    format: Form,
    /// Which score is the reward, where the form has only one: the first unless named.
    #[arg(long, value_name = "NAME")]
    reward: Option<String>,
}

/// In which form rows leave.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// One Parquet file with everything that a row has.
    Parquet,
    /// A dataset folder that Farama's Minari reads; its name is NAME-vNUMBER.
    Minari,
}

/// Appends what `export` wrote, or a Minari dataset, to a log.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The Parquet file or the dataset's folder.
    from: PathBuf,
    /// The log's folder, made if it is not there.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// How many rows the log keeps.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    rows: usize,
}

pub(super) fn export(arguments: &Export, output: Output, json: bool) -> Result<(), Failure> {
    let (replay, recovery) = Replay::read(&arguments.folder)?;
    for damage in &recovery.damage {
        note(format_args!("left out: {}", super::verify::told(damage)));
    }
    let format = match arguments.format {
        Form::Parquet => Format::Parquet,
        Form::Minari => {
            let first = || replay.schema().scores[0].clone();
            Format::Minari { score: arguments.reward.clone().unwrap_or_else(first) }
        }
    };
    output.card(&write(&replay, &format, &arguments.out)?, json)
}

pub(super) fn import(arguments: &Import, output: Output, json: bool) -> Result<(), Failure> {
    let schema = match Replay::read(&arguments.into) {
        Ok((replay, _)) => replay.schema().clone(),
        // There is no log yet, or none that can be read: opening it below says which.
        Err(_) => schema_of(&arguments.from)?,
    };
    let settings = Settings {
        schema,
        limits: Limits::rows(arguments.rows),
        prioritised: None,
        log: Some(LogSettings::new(&arguments.into)),
    };
    let (mut replay, _) = Replay::open(settings)?;
    let imported = read(&mut replay, &arguments.from)?;
    replay.commit()?;
    output.card(&imported, json)
}

impl Card for Exported {
    fn text(&self) -> String {
        let Self { path, rows, episodes } = self;
        let episodes = episodes.map(|count| format!(" in {count} episodes")).unwrap_or_default();
        format!("wrote {rows} rows{episodes} to {}\n", path.display())
    }
}

impl Card for Imported {
    fn text(&self) -> String {
        let Self { path, rows, last } = self;
        format!("appended {rows} rows of {}; the last is number {last}\n", path.display())
    }
}
