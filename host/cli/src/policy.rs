//! `regatta policy`: look at one policy, or replay a scenario through it.

mod call;
mod inspect;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Looks at a policy, or replays a scenario through it.
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
