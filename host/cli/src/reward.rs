//! `regatta reward`: look at one reward function, put transitions to it, check and measure it.

mod call;
mod inspect;

use clap::Subcommand;
use sandbox::World;

use crate::exit::Failure;
use crate::output::Output;
use crate::{bench, check};

/// Looks at a reward function, puts transitions to it, checks and measures it.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Arguments),
    Call(call::Arguments),
    Check(check::Arguments),
    Bench(bench::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Inspect(arguments) => inspect::run(&arguments, output),
        Command::Call(arguments) => call::run(&arguments, output),
        Command::Check(arguments) => check::run(World::Reward, &arguments, output),
        Command::Bench(arguments) => bench::run(World::Reward, &arguments, output),
    }
}
