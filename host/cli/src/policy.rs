//! `regatta policy`: look at one policy, replay a scenario through it, or begin a new one.

mod call;
mod inspect;
mod new;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Looks at a policy, replays a scenario through it, or begins a new one.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Arguments),
    Call(call::Arguments),
    New(new::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Inspect(arguments) => inspect::run(&arguments, output),
        Command::Call(arguments) => call::run(&arguments, output),
        Command::New(arguments) => new::run(&arguments, output),
    }
}
