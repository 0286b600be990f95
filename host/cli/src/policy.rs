//! `regatta policy`: look at one policy, replay a scenario through it, check and measure it, or begin a
//! new one.

mod call;
mod inspect;
mod new;

use clap::Subcommand;
use sandbox::World;

use crate::exit::Failure;
use crate::output::Output;
use crate::{bench, check};

/// Looks at a policy, replays a scenario through it, checks and measures it, or begins a new one.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Arguments),
    Call(call::Arguments),
    Check(check::Arguments),
    Bench(bench::Arguments),
    New(new::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Inspect(arguments) => inspect::run(&arguments, output),
        Command::Call(arguments) => call::run(&arguments, output),
        Command::Check(arguments) => check::run(World::Policy, &arguments, output),
        Command::Bench(arguments) => bench::run(World::Policy, &arguments, output),
        Command::New(arguments) => new::run(&arguments, output),
    }
}
