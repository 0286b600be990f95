//! `regatta replay`: experience at rest.

mod exchange;
mod stat;
mod verify;

use ::replay::{ExportError, ImportError, LogError, ReplayError};
use clap::{Args, Subcommand};

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Looks at experience that was kept: what it is, whether it is whole, and to and from other programs.
///
/// A training keeps its experience in RUN/seed-N/replay. Looking changes nothing, and the log may be in use.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print one JSON document.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Stat(stat::Arguments),
    Export(exchange::Export),
    Import(exchange::Import),
    Verify(verify::Arguments),
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let json = arguments.json;
    match &arguments.command {
        Command::Stat(arguments) => stat::run(arguments, output, json),
        Command::Export(arguments) => exchange::export(arguments, output, json),
        Command::Import(arguments) => exchange::import(arguments, output, json),
        Command::Verify(arguments) => verify::run(arguments, output, json),
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        let exit = match error {
            LogError::Schema { .. } | LogError::Absent { .. } => Exit::Input,
            _ => Exit::Io,
        };
        Self::new(exit, error)
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Log(error) => error.into(),
            error => Self::input(error),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Io { .. } => Self::io(error),
            error => Self::input(error),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Io { .. } => Self::io(error),
            error => Self::input(error),
        }
    }
}
