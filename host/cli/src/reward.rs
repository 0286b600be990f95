//! `regatta reward`: look at one reward function, or put transitions to it.

mod call;
mod inspect;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Looks at a reward function, or puts transitions to it.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Arguments),
    Call(call::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Inspect(arguments) => inspect::run(&arguments, output),
        Command::Call(arguments) => call::run(&arguments, output),
    }
}
